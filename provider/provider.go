// Package provider says who runs an MX host, an SPF include or a DKIM selector.
//
// The answers come from a Catalogue: a value that Parse reads from a data file
// and nothing changes afterwards. Embedded is the one that ships with the
// program; its data stands in providers.yaml. A catalogue that knows nothing
// is a nil one.
//
// A match names who operates a host, never where the mailboxes are: behind a
// gateway they can be anywhere.
package provider

// Kind says what a provider does with a domain's mail.
type Kind string

// The kinds. The zero value is no kind; Parse refuses it.
const (
	MailboxHost Kind = "mailbox-host"     // holds mailboxes
	Gateway     Kind = "security-gateway" // filters mail and passes it on to another host
	Sender      Kind = "sender"           // sends for its customers: newsletters, transactional mail, relaying
	Forwarder   Kind = "forwarder"        // passes mail on to addresses elsewhere
	Monitor     Kind = "dmarc-monitor"    // receives DMARC reports, and may host the records
	Parking     Kind = "parking"          // catches the mail of names that nobody uses
)

// Kinds lists the kinds in the order in which they are shown.
func Kinds() []Kind { return []Kind{MailboxHost, Gateway, Sender, Forwarder, Monitor, Parking} }

// Confidence says how well an entry is attested.
type Confidence string

// The confidences. The zero value is none; Parse refuses it.
const (
	High   Confidence = "high"   // the provider's own documents, or seen in many domains
	Medium Confidence = "medium" // other people's catalogues, or seen in few domains
	Low    Confidence = "low"    // a single source that nobody confirmed
)

// EnhancedFiltering says whether a gateway in front of Microsoft 365 calls for
// Enhanced Filtering for Connectors, Microsoft's way to see past it:
// https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/enhanced-filtering-for-connectors
type EnhancedFiltering string

// The answers. The zero value means not known, or not a gateway.
const (
	EFYes      EnhancedFiltering = "yes"      // commonly the MX in front of Microsoft 365
	EFPossible EnhancedFiltering = "possible" // could be
	EFNo       EnhancedFiltering = "no"       // never the MX: works through an interface, or after delivery
)

// Provider is one entry of a catalogue. Its slices are shared with the
// catalogue and must not be changed.
type Provider struct {
	ID   string `json:"id"`   // permanent: "microsoft-365"
	Name string `json:"name"` // for people: "Microsoft 365"
	Kind Kind   `json:"kind"`

	// MXSuffixes are its MX hosts: with a leading dot every name below, at a
	// label boundary; with a star as a label every name that has any one label
	// there; else exactly that name. Lower case, no final dot.
	MXSuffixes []string `json:"mx,omitempty"`
	// SPFIncludes are the targets of include and redirect that authorise its
	// servers, in the form of MXSuffixes. A gateway with one also sends for its
	// customers.
	SPFIncludes []string `json:"spf,omitempty"`
	// Selectors are the DKIM selectors that it has its customers publish.
	Selectors []Selector `json:"dkim,omitempty"`
	// Reports are the domains to which it has DMARC reports sent, in the form of
	// MXSuffixes.
	Reports []string `json:"rua,omitempty"`
	// Aliases are where it has customers point _dmarc, mta-sts and the like, in
	// the form of MXSuffixes.
	Aliases []string `json:"alias,omitempty"`
	// Autodiscover is where it has customers point autodiscover.<domain>, or "".
	Autodiscover string `json:"autodiscover,omitempty"`

	EnhancedFiltering EnhancedFiltering `json:"enhanced_filtering,omitempty"` // of a Gateway
	Retired           bool              `json:"retired,omitempty"`            // the service is gone: a record that names it is a leftover
	Confidence        Confidence        `json:"confidence"`
	Source            []string          `json:"source,omitempty"` // where the entry comes from, for people
	Note              string            `json:"note,omitempty"`   // for people, or ""
}

// Selector is a DKIM selector under a customer's domain.
type Selector struct {
	// Name is in lower case: "selector1". It is "" where each customer has one of
	// its own; then CNAMESuffix is set.
	Name string `json:"selector,omitempty"`
	// CNAMESuffix is where the provider has the selector point: the target is
	// this name or lies below it ("onmicrosoft.com"). It is "" where the
	// customer publishes the key, or where no target is attested.
	CNAMESuffix string `json:"cname,omitempty"`
}
