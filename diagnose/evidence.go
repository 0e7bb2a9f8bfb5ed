package diagnose

import (
	"net/netip"

	"github.com/mailposture/mailposture/facts"
)

// Kind says what the text is.
type Kind string

// The kinds.
const (
	NDR     Kind = "ndr"     // a bounce, or words of one
	Headers Kind = "headers" // a message's header without its body
	Message Kind = "message" // a whole message
	Trace   Kind = "trace"   // a message trace in CSV
	Other   Kind = "unknown" // none of these: nothing can be told from it
)

// Evidence is what a text holds that bears on a failure, and nothing that is
// concluded from it. It shares memory with the text, which must not be changed
// while it is in use.
type Evidence struct {
	Kind       Kind
	Replies    []Reply  // what servers said; failures before delays, delays before deliveries
	Recipients []string // addresses, those that failed first
	Sender     string   // the domain of the envelope sender, "" where it is not known or null
	Rewritten  bool     // the envelope sender was rewritten by a forwarder (SRS)
	From       string   // the domain of the From field
	Reporter   string   // the host that wrote the bounce
	Forwarder  string   // a domain that the message was addressed to before it was forwarded

	// Authentication is the receiving system's own reading, nearest to the
	// failure; nil where there is none that can be believed.
	Authentication *Authentication
	// Believed says whose reading that is and why it is believed, or why none is.
	Believed string
	// SealedBefore is what systems further from the failure read, oldest first.
	// They count only where Authentication says that the ARC chain holds.
	SealedBefore []Authentication

	ClientIP   netip.Addr  // of whoever handed the message to the receiving system
	ClientName string      // the name that it gave or that its address has
	Pools      []string    // each OutboundIpPoolName of a trace
	SkipListed bool        // Enhanced Filtering saw past the gateway for this message
	Spam       string      // Microsoft's filter verdict: "SPM", "NSPM", ...
	Signatures []Signature // of a whole message
	Domains    []facts.Domain
	Questions  []facts.Question // the first that DNS should answer
	Notes      []string         // what was left out, and why

	message []byte // of a whole message, for its signatures
}

// sentBy is the domain that sent: that of the envelope or, where nothing says it,
// that of the From field.
func (e *Evidence) sentBy() string {
	if e.Sender != "" {
		return e.Sender
	}
	return e.From
}

// Action is what became of a message for one recipient. RFC 3464, section 2.3.3.
type Action string

// The actions. The zero value means that the text does not say.
const (
	Failed    Action = "failed"
	Delayed   Action = "delayed"   // it is still tried
	Delivered Action = "delivered" // or relayed or expanded: passed on as it should
)

// Reply is what a server said about a message.
type Reply struct {
	Text      string   // on one line
	Codes     []string // enhanced status codes in it, RFC 3463; those of the next server after those of the first
	Remote    string   // the part behind "->": what the next server said
	Host      string   // who refused, lower case; "" where it is not said
	Recipient string   // an address, or ""
	Action    Action
}

// Authentication is one system's reading of a message: an
// Authentication-Results field. RFC 8601. Results are lower case.
type Authentication struct {
	SPF      string   `json:"spf,omitempty"`
	DKIM     []string `json:"dkim"` // one for each signature; "none" for none
	DMARC    string   `json:"dmarc,omitempty"`
	Action   string   `json:"action,omitempty"`   // Microsoft's: what was done about DMARC
	CompAuth string   `json:"compauth,omitempty"` // Microsoft's composite verdict
	Reason   string   `json:"reason,omitempty"`   // of compauth: "001"
	ClientIP string   `json:"client_ip,omitempty"`

	Server     string   `json:"server,omitempty"` // the authserv-id; "" where there is none
	MailFrom   string   `json:"mailfrom,omitempty"`
	From       string   `json:"header_from,omitempty"`
	DKIMReason []string `json:"dkim_reasons,omitempty"` // what is said beside the results
	ARC        string   `json:"arc,omitempty"`
}

// Signature is one DKIM-Signature of a whole message.
type Signature struct {
	Domain   string // d=
	Selector string // s=
}
