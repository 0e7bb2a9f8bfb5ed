package diagnose

import "github.com/mailposture/mailposture/facts"

// Cause says why a message was refused or lost. The zero value means that
// nothing was looked at.
type Cause string

// The causes. bounces.yaml explains each, and says who can mend it and how.
const (
	RelayPool              Cause = "relay-pool"
	SmartHostNotAuthorised Cause = "smart-host-not-authorised"
	StaleMX                Cause = "stale-mx"
	DomainNotAccepted      Cause = "domain-not-accepted"
	UnknownRecipient       Cause = "unknown-recipient"
	ConnectorWrong         Cause = "connector-missing-or-wrong"
	OnPremisesSmartHost    Cause = "on-premises-smart-host-wrong"
	DirectSendRefused      Cause = "direct-send-refused"
	SPFLacksSender         Cause = "spf-lacks-sender"
	DKIMFailed             Cause = "dkim-failed"
	DMARCReject            Cause = "dmarc-reject"
	UnauthenticatedBulk    Cause = "unauthenticated-bulk"
	PTRMissing             Cause = "ptr-missing"
	SMTPAuth               Cause = "smtp-auth-missing-or-wrong"
	WrongHostPortOrTLS     Cause = "wrong-host-port-or-tls"
	Port25Blocked          Cause = "port-25-blocked"
	SenderIPChanged        Cause = "sender-ip-changed"
	IPBlocklisted          Cause = "ip-blocklisted"
	TenantReputation       Cause = "tenant-reputation"
	AutoforwardBlocked     Cause = "autoforward-blocked"
	SendingLimit           Cause = "sending-limit"
	MailLoop               Cause = "mail-loop"
	DNSFailure             Cause = "dns-failure"
	DomainDoesNotExist     Cause = "domain-does-not-exist"
	ConnectionRefused      Cause = "connection-refused"
	TLSPolicy              Cause = "tls-policy"
	DANEMismatch           Cause = "dane-mismatch"
	DNSSECBroken           Cause = "dnssec-broken"
	SenderRestricted       Cause = "sender-restricted"
	ContentOrRule          Cause = "content-or-rule"
	MailboxFull            Cause = "mailbox-full"
	NullMX                 Cause = "null-mx"
	NotAFailure            Cause = "not-a-failure"
	UnknownCause           Cause = "unknown" // the evidence does not say
)

// Causes lists the causes in the order of the constants.
func Causes() []Cause {
	return []Cause{
		RelayPool, SmartHostNotAuthorised, StaleMX, DomainNotAccepted, UnknownRecipient, ConnectorWrong, OnPremisesSmartHost,
		DirectSendRefused, SPFLacksSender, DKIMFailed, DMARCReject, UnauthenticatedBulk, PTRMissing, SMTPAuth, WrongHostPortOrTLS,
		Port25Blocked, SenderIPChanged, IPBlocklisted, TenantReputation, AutoforwardBlocked, SendingLimit, MailLoop, DNSFailure,
		DomainDoesNotExist, ConnectionRefused, TLSPolicy, DANEMismatch, DNSSECBroken, SenderRestricted, ContentOrRule, MailboxFull,
		NullMX, NotAFailure, UnknownCause,
	}
}

// Fixer says who can mend it. Of a forwarded message the sender's administrator
// is that of the forwarding organization: it sent the copy that was refused.
type Fixer string

// The fixers. The zero value means that nothing was looked at.
const (
	SenderAdmin    Fixer = "sender-admin"    // administers the system that sent the refused copy
	RecipientAdmin Fixer = "recipient-admin" // administers the recipient's mail or its DNS
	GatewayAdmin   Fixer = "gateway-admin"   // the operator of a gateway between the two
	SenderUser     Fixer = "sender-user"     // whoever wrote the message
	Nobody         Fixer = "nobody"          // there is nothing to mend
	UnknownFixer   Fixer = "unknown"
)

// Confidence says how sure the cause is.
type Confidence string

// The confidences. The zero value means that nothing was looked at.
const (
	High   Confidence = "high"   // proved, or several signs agree and none speaks for another cause
	Medium Confidence = "medium" // likelier than the others together
	Low    Confidence = "low"    // the likeliest of several
	None   Confidence = "none"   // the cause is unknown
)

// Diagnosis is what Explain found. All text in it is printable ASCII.
type Diagnosis struct {
	Kind       Kind       `json:"kind"`
	Codes      []string   `json:"status_codes"`        // enhanced status codes, those of failures first
	Recipient  string     `json:"recipient,omitempty"` // the first that failed
	Cause      Cause      `json:"cause"`
	Confidence Confidence `json:"confidence"`
	Fixer      Fixer      `json:"fixer"`
	Summary    string     `json:"summary"`
	Meanings   []Meaning  `json:"meanings"` // of the refusals, in their order
	Evidence   []string   `json:"evidence"` // sentences: what was found, and what it speaks for
	Remedies   []string   `json:"remedies"` // in the order in which to take them
	Also       []Possible `json:"also_possible"`
	// Domains are those whose posture matters: the sender's, the forwarding
	// organization's, the recipient's.
	Domains        []facts.Domain  `json:"domains"`
	Authentication *Authentication `json:"authentication,omitempty"` // nil where none can be believed
	// Unknown lists what DNS did not say: "MX partner.example: SERVFAIL". It
	// says nothing about questions that are only missing.
	Unknown []string `json:"unknown"`

	// Missing are questions whose answers would make the diagnosis surer.
	Missing []facts.Question `json:"-"`
}

// Meaning is what a refusal says, in plain words.
type Meaning struct {
	Code  string `json:"code,omitempty"` // "5.7.367"; "" for one without
	Text  string `json:"text"`           // what the server said, shortened
	Means string `json:"means"`
}

// Possible is another cause that the evidence does not rule out.
type Possible struct {
	Cause   Cause  `json:"cause"`
	Decides string `json:"decides"` // what would show whether it is this one
}
