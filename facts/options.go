package facts

import (
	"net/netip"
	"slices"

	"github.com/mailposture/mailposture/provider"
)

// Options says what to ask and what is known beforehand. It is plain data with
// a JSON form that a saved file carries, so that a replay means the same. The
// zero value asks for every part with the default budget and knows no provider.
type Options struct {
	Parts     []Part       `json:"parts,omitempty"`     // empty: all of Parts()
	RelayIPs  []netip.Addr `json:"relay_ips,omitempty"` // addresses that send or relay for the domains
	Selectors []string     `json:"selectors,omitempty"` // DKIM selectors to try besides those found by evidence
	Deep      bool         `json:"deep,omitempty"`      // every known selector, and other costly questions
	Budget    Budget       `json:"budget,omitzero"`
	Declared  Declared     `json:"declared,omitzero"` // what somebody knows who need not ask

	// Providers names hosts, includes and selectors; nil knows none. Its JSON form
	// is what was added to the embedded catalogue, which is left out.
	Providers *provider.Catalogue `json:"providers,omitzero"`
	// Memo keeps what domains share; nil works everything out anew.
	Memo *Memo `json:"-"`
}

// DefaultOptions asks for everything, with the embedded catalogue and a Memo.
func DefaultOptions() Options {
	return Options{Providers: provider.Embedded(), Memo: NewMemo(0)}
}

// Wants reports whether the part is to be asked for. The finer parts go with
// the part that a user selects.
func (o Options) Wants(p Part) bool {
	switch p {
	case PartMXTargets:
		p = PartHosts
	case PartSPFWalk, PartSPFVoids, PartSPFTargets, PartSPFPass, PartSPFRelay, PartSenders:
		p = PartSPF
	case PartDMARCOrg, PartDMARCOld, PartReports:
		p = PartDMARC
	case PartDKIMKeys:
		p = PartDKIM
	case PartEOP:
		p = PartM365
	}
	return len(o.Parts) == 0 || slices.Contains(o.Parts, p)
}

// Budget bounds the work for one domain. A zero field means its default. Build
// counts questions, cached or not, and octets; who asks them counts packets.
type Budget struct {
	Questions int `json:"questions,omitempty"` // in all; default 96
	SPF       int `json:"spf,omitempty"`       // of them for SPF; default 40
	Packets   int `json:"packets,omitempty"`   // queries sent, repeats included; default 256
	Octets    int `json:"octets,omitempty"`    // of records kept; default 256 KiB
}

// The default budget of a domain; see docs/questions.md for what it buys.
const (
	DefaultQuestions    = 96
	DefaultSPFQuestions = 40
	DefaultPackets      = 256
	DefaultOctets       = 256 << 10
)

// MostPackets is the budget of packets for one domain: the default allows for
// repeats, and Deep adds its list.
func (o Options) MostPackets() int { return cmpOr(o.Budget.Packets, DefaultPackets) + o.deep() }

// MostOctets is the budget of octets for one domain.
func (o Options) MostOctets() int { return cmpOr(o.Budget.Octets, DefaultOctets) }

func (o Options) questions() int { return cmpOr(o.Budget.Questions, DefaultQuestions) + o.deep() }
func (o Options) spf() int       { return cmpOr(o.Budget.SPF, DefaultSPFQuestions) }

// deep is what Deep adds to the budget.
func (o Options) deep() int {
	if o.Deep {
		return maxDeep
	}
	return 0
}

func cmpOr(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}
