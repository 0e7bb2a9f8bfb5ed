package relay

import "github.com/mailposture/mailposture/facts"

// Path is what is known of one message's way. The zero value of every field
// means that it is not known. Usual has the values to begin with.
type Path struct {
	// The sender, as the first hop sees it.
	SPF             facts.SPFResult // for the host that hands the message over
	Elsewhere       facts.SPFResult // for a host that the sender's record does not list
	MailFromAligned Answer          // is MAIL FROM of the From header's organization? RFC 9989, section 4.4
	DKIM            Signature
	Policy          Policy // what DMARC asks for the From header's domain, t=y taken into account
	NullSender      Answer // is MAIL FROM empty, as in a bounce or an automatic reply?
	SourceResolves  Answer // has the sender's domain an MX or an address?

	// The way in.
	MX              MX        // of the recipient's domain
	GatewayRewrites Answer    // does the gateway put its own domain into MAIL FROM?
	GatewayChanges  Answer    // does the gateway change the signed content?
	GatewayListed   Answer    // does SPF of the sender pass for the gateway?
	Filtering       Filtering // at the connector that received the message
	HonorDMARC      Answer    // the anti-phishing setting "Honor DMARC record policy"; on by default

	// The forwarding.
	Forward          Forward
	AutoForward      Answer // does the outbound spam policy allow forwarding to the outside? off by default
	Accepted         Answer // is the outbound sender's domain an accepted domain of the tenant?
	Spam             Answer // was the message judged spam?
	OverLimits       Answer // is the forwarding mailbox over the sending limits?
	Criteria         Criteria
	ForwarderSPF     Answer // does SPF of the forwarding domain list the host that delivers the copy?
	ForwarderChanges Answer // does forwarding change the signed content, as a footer does?
	ToOnPremises     Answer // does the copy go to the tenant's own servers?

	// The destination.
	Receives      Answer // has the destination's domain a host that takes mail?
	RelayCheck    RelayCheck
	EnforcesSPF   Answer // does it refuse mail for an SPF fail alone?
	EnforcesDMARC Answer // does it do what the sender's policy asks?
}

// Answer is yes, no, or not known.
type Answer string

// The answers. The zero value means that it is not known.
const (
	Yes Answer = "yes"
	No  Answer = "no"
)

// Signature is how the DKIM signatures of a message stand.
type Signature string

// The standings. The zero value means that it is not known.
const (
	DKIMNone      Signature = "none"           // not signed
	DKIMAligned   Signature = "pass-aligned"   // one verifies, by a domain of the From header's organization
	DKIMUnaligned Signature = "pass-unaligned" // one verifies, by another's domain
	DKIMFail      Signature = "fail"           // none verifies: the body hash, most often
)

// Policy is what DMARC asks for mail that fails. RFC 9989, section 4.7.
type Policy string

// The policies. The zero value means that it is not known.
const (
	PolicyAbsent     Policy = "absent" // no policy applies
	PolicyNone       Policy = "none"
	PolicyQuarantine Policy = "quarantine"
	PolicyReject     Policy = "reject"
)

// MX is who receives first for the recipient's domain.
type MX string

// Who receives first. The zero value means that it is not known.
const (
	MXMicrosoft MX = "microsoft-365" // Exchange Online itself
	MXGateway   MX = "gateway"       // another host, and Exchange Online behind it
	MXOther     MX = "other"         // the mailboxes are not at Exchange Online, as far as DNS shows
	MXNone      MX = "none"          // nobody: a null MX, or no such domain
)

// Filtering is Enhanced Filtering for Connectors, which has Exchange Online
// look past a gateway at the true source.
type Filtering string

// The states of Enhanced Filtering. The zero value means that it is not known.
const (
	FilteringOff Filtering = "off" // or set, and short of a hop or a recipient, so that it does not work
	FilteringOn  Filtering = "on"  // effective: set on the connector, for every public hop and every recipient
)

// Forward is how the message is sent on.
type Forward string

// The ways. The zero value means that it is not known.
const (
	ForwardNone     Forward = "none"              // it stays in the mailbox
	ForwardRedirect Forward = "redirect"          // by mailbox forwarding, a redirect rule, a transport rule or a group: From stays
	ForwardNew      Forward = "new-message"       // by an inbox rule "forward": a new message from the mailbox
	ForwardOnPrem   Forward = "on-premises-relay" // a server of the tenant's own hands it to Exchange Online for others
)

// Criteria is a published version of what keeps mail out of the relay pool.
// They disagree about DKIM.
type Criteria string

// The versions. The zero value means that it is not known which one holds.
const (
	CriteriaLearn   Criteria = "learn-2026-06"   // accepted sender or SPF pass; DKIM alone is not enough
	CriteriaSupport Criteria = "support-2026-03" // accepted sender, SPF pass, or DKIM pass on the sender's domain
)

// AllCriteria lists the versions, the newer and stricter one first.
func AllCriteria() []Criteria { return []Criteria{CriteriaLearn, CriteriaSupport} }

// RelayCheck is how the destination, or a gateway that the tenant's mail goes
// out through, decides whom it relays for.
type RelayCheck string

// The ways. The zero value means that it is not known.
const (
	RelayCheckNone   RelayCheck = "none"             // it does not look at the client's address
	RelayCheckRanges RelayCheck = "published-ranges" // by the address ranges that Microsoft publishes
)

// Usual is a path on which everything is as it is by default or for most: a
// sender whose SPF passes at the first hop, a gateway that changes nothing, a
// redirect that is allowed, a destination that does what DMARC asks. What
// decides the most is left open: SPF elsewhere, DKIM, the policy, Enhanced
// Filtering, and how the destination decides whom it relays for.
func Usual() Path {
	return Path{
		SPF: facts.SPFPass, MailFromAligned: Yes, NullSender: No, SourceResolves: Yes,
		MX: MXGateway, GatewayRewrites: No, GatewayChanges: No, GatewayListed: No, HonorDMARC: Yes,
		Forward: ForwardRedirect, AutoForward: Yes, Accepted: No, Spam: No, OverLimits: No, Criteria: CriteriaLearn,
		ForwarderSPF: Yes, ForwarderChanges: No, ToOnPremises: No,
		Receives: Yes, EnforcesSPF: No, EnforcesDMARC: Yes,
	}
}
