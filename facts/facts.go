package facts

import (
	"net/netip"

	"github.com/mailposture/mailposture/record"
)

// Facts is what the answers about one domain mean. A part that was left out by
// Options.Parts has the zero Standing.
type Facts struct {
	Domain  Domain
	Exists  Standing // Absent: the domain is NXDOMAIN
	MX      MX
	SPF     SPF
	DMARC   DMARC
	DKIM    DKIM
	M365    M365
	Google  Google
	Mailbox Mailbox
	Tenant  TenantFacts // what an administrator says of the tenant; DNS shows nothing of it
	Senders []SenderCheck
	Roles   []RoleFact // one for each role, always in the order sends, receives, parked
	Options Options

	// Used is every observation that Build read, in the order of reading. It
	// is what a snapshot keeps.
	Used []Observation
}

// Record is one TXT record as published.
type Record struct {
	Question
	Octets string // the character-strings joined without a separator; RFC 7208, section 3.3
	Ends   []int  // where each character-string ends in Octets
	Source string // file:line when a zone file answered
}

// MX is where a domain receives.
type MX struct {
	Standing
	Null     bool   // a null MX; RFC 7505
	Implicit bool   // no MX, but an address: senders use the domain itself; RFC 5321, section 5.1
	Hosts    []Host // by preference, then name; the null MX included, with Name ""
	Gateway  string // provider ID of a third-party gateway at the best preference, or ""
	Declared bool   // Gateway, or that there is none, is declared

	// Targets is the standing of part hosts, and Unknown when it is not known
	// whether the domain of a host that does not exist does.
	Targets Standing

	// FallbackUnknown is Unknown when there is no MX, and whether the domain
	// has an address to fall back to is not known.
	FallbackUnknown Standing
}

// Host is one mail exchanger.
type Host struct {
	Name       string // without trailing dot; "" for the null MX's root
	Preference uint16
	Provider   string   // provider ID, or "" when the catalogue knows none
	Standing            // of its addresses; the zero value when part hosts is not wanted
	Complete   Standing // Unknown when only one of A and AAAA was answered
	Exists     Standing // Absent: NXDOMAIN
	Chain      []string // CNAMEs walked from Name, which RFC 5321, section 5.1 forbids

	// Registrable is the domain that anyone could register to answer for a host
	// that does not exist, or "": it does not exist either. A registry may
	// still hold it back.
	Registrable string

	Addresses []netip.Addr
}

// SPF is a domain's Sender Policy Framework record and what it leads to.
type SPF struct {
	Standing              // of the record at the domain itself; Present when there is at least one
	Records      []Record // that select as SPF; RFC 7208, section 4.5 allows one
	LookAlikes   []Record // TXT that was meant as SPF and is not selected
	Tree         *SPFNode // nil unless there is exactly one record
	Walk         Standing // of every record reached: Unknown when one is not known
	Voids        Standing // the same, and Unknown when an answer to an a, mx or exists term is not known
	Targets      Standing // the same, and Unknown when it is not known whether a target's domain exists
	Valid        bool     // no evaluation can end in permerror
	Lookups      int      // terms that query DNS on the full walk; RFC 7208, section 4.6.4
	VoidLookups  int
	All          record.Qualifier // the one that decides, after redirect; 0 when there is none
	Relay        []RelayCheck     // one for each of Options.RelayIPs
	RelayAllowed Standing         // Unknown when one of Relay is a temperror; the zero value when there is none
}

// SPFNode is one SPF record in the walk. Domains that include the same share
// the nodes below their own through Options.Memo: they must not be changed.
type SPFNode struct {
	Question           // the TXT question that found it
	Standing           // Absent: there is no SPF record at the name
	Record   Record    // zero unless there is exactly one
	Count    int       // SPF records at the name
	Terms    []SPFTerm // of the record, in order; nil unless there is exactly one
	Problems []record.Problem
}

// SPFTerm is one term with what it costs and where it leads. The parsed term
// is that of the Memo: it must not be changed.
type SPFTerm struct {
	*record.SPFTerm
	Standing        // of what it asked; the zero value when it asks nothing
	Lookups  int    // its own and those beneath it
	Voids    int    // its own and those beneath it
	Dead     bool   // stands after all, or is a redirect beside one: never evaluated
	Loop     bool   // leads back to a record on the way here
	MXHosts  int    // of an mx term: the hosts it names
	Provider string // provider ID of an include or redirect target, or ""

	// Registrable is the domain that anyone could register to answer for a
	// target that does not exist, or "": it does not exist either. A registry
	// may still hold it back.
	Registrable string

	Child  *SPFNode // of include and redirect, where the record is reached first
	target *SPFNode // the same, wherever it is reached
}

// RelayCheck is check_host() for one relay address with a sender in the domain.
type RelayCheck struct {
	IP     netip.Addr
	Result SPFResult
	Reason string
}

// DMARC is the policy that applies to a domain's mail, and how it was found.
// RFC 9989, section 4.10.
type DMARC struct {
	Standing                      // Present: a policy applies, from this name or above
	Records   []Record            // with v=DMARC1 at the domain's own _dmarc name
	Others    []Record            // other TXT at the domain's own _dmarc name
	Misplaced []Record            // with v=DMARC1 at the domain itself, where nobody looks; only where Records is empty
	Record    Record              // the one that applies; zero when none does
	Parsed    *record.DMARC       // of Record; nil when none applies
	Valid     bool                // exactly one record, and a receiver may apply it
	FoundAt   string              // the name that holds Record, "" when none
	OrgDomain string              // the organizational domain, "" when it is not known
	Path      []Step              // names asked, in order
	Policy    record.DMARCPolicy  // p after RFC 9989's corrections, before t=y
	Effective Effective           // what receivers apply
	Reports   []ReportDestination // each rua and ruf

	// ReportsKnown is Unknown when it is not known of one of Reports whether
	// its domain accepts reports.
	ReportsKnown Standing
}

// Step is one name of the DMARC tree walk.
type Step struct {
	Name string
	Standing
}

// Effective is the policy that a receiver applies, t=y taken into account.
// RFC 9989, sections 4.7 and 4.10.1.
type Effective struct {
	This        record.DMARCPolicy // to this very name
	Tag         string             // the tag that gave it: "p", "sp" or "np"
	Existing    record.DMARCPolicy // to an existing name below this one
	Nonexistent record.DMARCPolicy // to a nonexistent name below this one
}

// ReportDestination is one report URI and whether its domain accepts reports
// about this one. RFC 9990, section 3.
type ReportDestination struct {
	Tag    string // "rua" or "ruf"
	URI    record.ReportURI
	Domain string // of a mailto address; "" for other schemes
	// Standing is Present when the destination needs no leave or gave it,
	// Absent when it has not, and zero when it was not looked at.
	Standing
}

// DKIM is the keys that were seen. DNS cannot list selectors, so the part is
// never Absent unless the domain does not exist.
type DKIM struct {
	Standing
	Keys     []Key    // seen, or with an answer that is unknown; by selector
	Tried    []string // selectors asked for, in the order of asking
	Wildcard *Key     // what a made-up selector gets; nil when nothing answers it

	// KeysKnown is Unknown when the answer for a selector is not known, even
	// where another shows a key, and so the part is Present.
	KeysKnown Standing
}

// KeyState is what stands under one selector.
type KeyState string

// The states of a key.
const (
	KeyPresent     KeyState = "present"
	KeyRevoked     KeyState = "revoked"       // p= is empty; RFC 6376, section 3.6.1
	KeyMalformed   KeyState = "malformed"     // no verifier can use it
	KeySeveral     KeyState = "several"       // several records: the result is undefined; RFC 6376, section 3.6.2.2
	KeyNotForEmail KeyState = "not-for-email" // s= leaves e-mail out; RFC 6376, section 3.6.1
	KeyDangling    KeyState = "dangling"      // a CNAME to a name without a key
	KeyUnknown     KeyState = "unknown"
)

// Key is one selector's answer.
type Key struct {
	Selector string
	State    KeyState
	Reason   string // for KeyUnknown
	Record   Record
	Parsed   *record.DKIMKey // nil without a record
	Chain    []string        // CNAMEs walked
	Provider string          // whose selector this is, or ""
}

// M365 is what DNS shows of a Microsoft 365 tenant.
type M365 struct {
	Standing          // Present: mailboxes there are at least likely; Unseen: nothing, or weak signals only
	Signals  []Signal // strongest first
	Against  []Signal // what speaks against it
	Score    int      // sum of the weights of Signals and Against
	EOPHost  string   // the Exchange Online Protection host of this domain, whether it exists or not
	EOP      Standing // of EOPHost: Present where it exists; Unseen where nothing spoke for asking
}

// Role returns what is known of one role.
func (f *Facts) Role(r Role) RoleFact {
	for i := range f.Roles {
		if f.Roles[i].Role == r {
			return f.Roles[i]
		}
	}
	return RoleFact{Role: r}
}

// Part returns the standing of one part; the zero value for a part that was
// not asked for.
func (f *Facts) Part(p Part) Standing {
	switch p {
	case PartMX:
		return f.MX.Standing
	case PartHosts:
		return f.hosts()
	case PartMXTargets:
		return f.mxTargets()
	case PartSPF:
		return f.SPF.Standing
	case PartSPFWalk:
		return f.SPF.Walk
	case PartSPFVoids:
		return f.SPF.Voids
	case PartSPFTargets:
		return f.SPF.Targets
	case PartSPFPass:
		return f.SPF.Passes()
	case PartSPFRelay:
		return f.SPF.RelayAllowed
	case PartDMARC:
		return f.DMARC.Standing
	case PartDMARCOrg:
		return f.DMARC.org()
	case PartDMARCOld:
		return f.oldDMARC()
	case PartReports:
		return f.DMARC.ReportsKnown
	case PartDKIM:
		return f.DKIM.Standing
	case PartDKIMKeys:
		return f.DKIM.KeysKnown
	case PartM365:
		return f.M365.Standing
	case PartEOP:
		return f.M365.EOP
	case PartSenders:
		return f.sendersKnown()
	}
	return Standing{}
}
