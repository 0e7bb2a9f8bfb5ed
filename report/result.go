// Package report renders results, and judges nothing.
//
// A Result is made once, by New, from what was observed, what it means and
// what the rules said of it. Every format is a Writer of Results; none sees
// facts. Everything in a Result is printable ASCII where it came from outside,
// so that no writer can let a record's octets through; writers still escape for
// their own syntax.
package report

import (
	"time"

	"github.com/mailposture/mailposture/policy"
)

// ResultSchema and RunSchema name the JSON forms; Schemas holds their schemas.
const (
	ResultSchema = "mailposture/result/v1"
	RunSchema    = "mailposture/run/v1"
)

// Status says how far a domain's scan got.
type Status string

// The statuses.
const (
	Complete   Status = "complete"
	Incomplete Status = "incomplete" // a part or a rule is unknown
	Rejected   Status = "rejected"   // the input line is not a domain
)

// Result is one domain's line of output: the contract with other programs.
type Result struct {
	Schema string    `json:"schema"`
	By     string    `json:"by"` // "mailposture/0.1.0 rules/2026-11"
	Domain string    `json:"domain"`
	Input  *Input    `json:"input,omitempty"`
	Time   time.Time `json:"time"`
	Status Status    `json:"status"`
	Reason string    `json:"reason,omitempty"` // why it was rejected
	Roles  []string  `json:"roles"`
	Parked *Parked   `json:"parked,omitempty"` // of a domain without mail

	RoleFacts []RoleFact `json:"role_facts,omitempty"` // each role, held or not

	MX    *MX    `json:"mx,omitempty"`
	SPF   *SPF   `json:"spf,omitempty"`
	DMARC *DMARC `json:"dmarc,omitempty"`
	DKIM  *DKIM  `json:"dkim,omitempty"`
	M365  *M365  `json:"m365,omitempty"`

	Mailbox *Mailbox `json:"mailbox,omitempty"`

	Findings      []Finding     `json:"findings"` // worst first
	Repairs       []Repair      `json:"repairs"`
	Unknown       []UnknownRule `json:"unknown"`
	NotApplicable []string      `json:"not_applicable"`       // rule IDs
	NotRun        []string      `json:"not_run"`              // rule IDs
	Checklists    []Checklist   `json:"checklists,omitempty"` // of the packs that were asked for
	Counts        Counts        `json:"counts"`
}

// Input is where a domain came from.
type Input struct {
	List string `json:"list,omitempty"` // file, "-" for stdin, "" for an argument
	Line int    `json:"line,omitempty"` // from 1; 0 for an argument
	Text string `json:"text"`           // as written, in printable form
}

// Standing is a part's state and, where that is unknown, the reason.
type Standing struct {
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
}

// MX is the mx object.
type MX struct {
	Standing
	Null              bool     `json:"null"`
	Hosts             []Host   `json:"hosts"`
	Gateway           string   `json:"gateway,omitempty"`
	MailboxHost       string   `json:"mailbox_host,omitempty"`
	MailboxConfidence string   `json:"mailbox_confidence,omitempty"`
	MailboxEvidence   []string `json:"mailbox_evidence,omitempty"`
}

// Host is one mail exchanger. Without part hosts it has no state.
type Host struct {
	Host       string   `json:"host"`
	Preference int      `json:"preference"`
	Provider   string   `json:"provider,omitempty"`
	State      string   `json:"state,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Addresses  []string `json:"addresses,omitempty"`
}

// SPF is the spf object.
type SPF struct {
	Standing
	Record          string       `json:"record,omitempty"`
	Records         []string     `json:"records,omitempty"` // instead of record, when there are several
	Valid           bool         `json:"valid"`
	Lookups         int          `json:"lookups"`
	VoidLookups     int          `json:"void_lookups"`
	LookupsComplete bool         `json:"lookups_complete"`
	All             string       `json:"all"`
	Strings         int          `json:"strings,omitempty"`       // character-strings of the record; RFC 7208, section 3.3
	AnswerOctets    int          `json:"answer_octets,omitempty"` // of the answer with it, on the wire; RFC 7208, section 3.4
	Authorised      *Reach       `json:"authorised,omitempty"`
	Tree            *SPFNode     `json:"tree,omitempty"`
	Relay           []RelayCheck `json:"relay,omitempty"`
}

// SPFNode is one record of the walk.
type SPFNode struct {
	Name string `json:"name"`
	Standing
	Record string    `json:"record,omitempty"`
	Terms  []SPFTerm `json:"terms,omitempty"`
}

// SPFTerm is one term with what it costs.
type SPFTerm struct {
	Term     string   `json:"term"`
	Lookups  int      `json:"lookups,omitempty"`
	Voids    int      `json:"void_lookups,omitempty"`
	Provider string   `json:"provider,omitempty"`
	State    string   `json:"state,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Dead     bool     `json:"dead,omitempty"` // never evaluated
	Loop     bool     `json:"loop,omitempty"`
	Child    *SPFNode `json:"child,omitempty"`
}

// RelayCheck is check_host() for one relay address.
type RelayCheck struct {
	IP     string `json:"ip"`
	Result string `json:"result"`
	Reason string `json:"reason,omitempty"`
	// SecondOpinion is another implementation's result, where it differs.
	SecondOpinion string `json:"second_opinion,omitempty"`
}

// DMARC is the dmarc object.
type DMARC struct {
	Standing
	Record               string     `json:"record,omitempty"`
	Records              []string   `json:"records,omitempty"`
	Valid                bool       `json:"valid"`
	FoundAt              string     `json:"found_at,omitempty"`
	OrganizationalDomain string     `json:"organizational_domain,omitempty"`
	Path                 []Step     `json:"path"`
	Policy               string     `json:"policy,omitempty"`
	Effective            *Effective `json:"effective,omitempty"`
	RUA                  []string   `json:"rua"`
	RUF                  []string   `json:"ruf"`
	ADKIM                string     `json:"adkim,omitempty"`
	ASPF                 string     `json:"aspf,omitempty"`
	Testing              bool       `json:"testing"`
	RFC7489              *OldDMARC  `json:"rfc7489,omitempty"`
}

// Step is one name of the DMARC tree walk.
type Step struct {
	Name string `json:"name"`
	Standing
}

// Effective is what receivers apply.
type Effective struct {
	This      string    `json:"this"`
	Tag       string    `json:"tag"`
	Subdomain Subdomain `json:"subdomain"`
}

// Subdomain is what receivers apply to names below.
type Subdomain struct {
	Existing    string `json:"existing"`
	Nonexistent string `json:"nonexistent"`
}

// DKIM is the dkim object.
type DKIM struct {
	Standing
	Keys     []Key `json:"keys"`
	Tried    int   `json:"tried"`
	Wildcard bool  `json:"wildcard,omitempty"`
}

// Key is one selector's answer.
type Key struct {
	Selector string `json:"selector"`
	Standing
	Type     string `json:"type,omitempty"`
	Bits     int    `json:"bits,omitempty"`
	Digest   string `json:"digest,omitempty"` // of the key: the beginning of its SHA-256, in hex
	CNAME    string `json:"cname,omitempty"`
	Provider string `json:"provider,omitempty"`
}

// M365 is the m365 object.
type M365 struct {
	Standing
	Signals []Signal `json:"signals"`
	EOPHost string   `json:"eop_host,omitempty"`

	Settings []Setting `json:"settings,omitempty"` // what an administrator says of the tenant
}

// Signal is one trace of Microsoft 365.
type Signal struct {
	Signal   string `json:"signal"`
	Strength string `json:"strength"`
}

// Finding is one defect of the domain.
type Finding struct {
	Rule        string            `json:"rule"`
	Name        string            `json:"name"`
	Severity    policy.Severity   `json:"severity"`
	Confidence  policy.Confidence `json:"confidence"`
	Family      string            `json:"family"`
	Key         string            `json:"key"`
	Fingerprint string            `json:"fingerprint"` // SHA-256 of rule, domain and key, in hex
	Message     string            `json:"message"`
	Evidence    []Evidence        `json:"evidence"`
	Repairs     []int             `json:"repairs"` // indices into the result's repairs
	Help        *Help             `json:"help,omitempty"`
}

// Help is what a finding's rule has to say; in a jsonl line with --with-help.
type Help struct {
	Title string   `json:"title"`
	Why   string   `json:"why"`
	Fix   string   `json:"fix"`
	Refs  []string `json:"refs"`
}

// Evidence is a record and the part of it that shows a defect. Offset and
// Length count characters of Text.
type Evidence struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	Source string `json:"source,omitempty"`
}

// Repair is one change of a record. Repairs of a domain are proved together.
type Repair struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// UnknownRule is a rule that could not be decided.
type UnknownRule struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

// Counts sums a result: findings by severity, and rules by the other outcomes.
type Counts struct {
	Critical      int `json:"critical"`
	High          int `json:"high"`
	Medium        int `json:"medium"`
	Low           int `json:"low"`
	Info          int `json:"info"`
	Pass          int `json:"pass"`
	NotApplicable int `json:"not_applicable"`
	Unknown       int `json:"unknown"`
}
