package relay

import (
	"fmt"
	"net/netip"

	"github.com/mailposture/mailposture/facts"
)

// Domains is what is known of the domains on a path.
type Domains struct {
	From    *facts.Facts // the sender's
	To      *facts.Facts // the recipient's, whose tenant forwards
	Forward *facts.Facts // the destination's; nil when nothing is forwarded

	// Host is the host that hands the sender's mail over, and Gateway those
	// that the gateway delivers from. SPF for them must be among the relay
	// addresses of From. Without Host, the sender is taken to send from a host
	// that its record lists; without Gateway, the hosts of the recipient's MX
	// stand for it: see GatewayAddresses.
	Host    netip.Addr
	Gateway []netip.Addr
}

// Basis says what the value of an input rests on.
type Basis string

// The bases. The zero value means that nothing was read.
const (
	Seen    Basis = "seen"    // DNS shows it
	Assumed Basis = "assumed" // DNS cannot show it, or not surely
	Tried   Basis = "tried"   // one of the values that it could have, each of which is tried
	Given   Basis = "given"   // somebody said so
	Open    Basis = "open"    // not known, for the reason that Why gives
)

// cannotShow is why most is assumed.
const cannotShow = "DNS cannot show it"

// Ground is what the value of one input rests on.
type Ground struct {
	Input Input
	Value string // "" when it is open
	Basis Basis
	Why   string
}

// Reading is a path as it was read from DNS, with what each input rests on.
type Reading struct {
	Path    Path
	Grounds []Ground // one for each input, in the order of Choices
}

// Read makes a path of what is known of its domains. What DNS cannot show is
// assumed to be as usual, but for Enhanced Filtering and a DKIM signature that
// no key speaks for: those stay open; see Combinations.
func Read(d Domains) Reading {
	r := &reader{state: state{Path: Usual()}, grounds: map[Input]Ground{}}
	put(r, fCriteria, CriteriaLearn, Assumed, "the newer of Microsoft's two texts, and the stricter")
	r.sender(d)
	r.recipient(d.To)
	r.gateway(d)
	r.forward(d)
	reading := Reading{Path: r.Path}
	for _, c := range Choices() {
		g, ok := r.grounds[c.Input]
		if !ok {
			g = Ground{Basis: Assumed, Why: cannotShow}
		}
		g.Input, g.Value = c.Input, c.Get(&r.Path)
		reading.Grounds = append(reading.Grounds, g)
	}
	return reading
}

// reader carries one Read.
type reader struct {
	state
	grounds map[Input]Ground
}

// put sets an input and notes what it rests on.
func put[T ~string](r *reader, f field[T], value T, basis Basis, format string, args ...any) {
	*f.at(&r.state) = value
	r.grounds[f.name] = Ground{Basis: basis, Why: fmt.Sprintf(format, args...)}
}

// sender reads what the sender's domain publishes.
func (r *reader) sender(d Domains) {
	from := d.From
	switch s := reachable(from); s.State {
	case facts.Present:
		put(r, fSourceResolves, Yes, Seen, "%s has an MX or an address", from.Domain)
	case facts.Absent:
		put(r, fSourceResolves, No, Seen, "%s has neither MX nor address", from.Domain)
	default:
		put(r, fSourceResolves, "", Open, "%s", reason(s))
	}
	r.senderSPF(d)
	switch dkim := from.DKIM; dkim.State {
	case facts.Present:
		put(r, fDKIM, DKIMAligned, Assumed, "%s has a DKIM key (%s): its mail is taken to be signed with it", from.Domain, keyNames(dkim.Keys))
	case facts.Absent:
		put(r, fDKIM, DKIMNone, Seen, "%s does not exist", from.Domain)
	case facts.Unseen:
		put(r, fDKIM, "", Open, "no DKIM key of %s was seen, and DNS cannot list selectors", from.Domain)
	default:
		put(r, fDKIM, "", Open, "%s", reason(dkim.Standing))
	}
	switch dmarc := from.DMARC; {
	case dmarc.State == facts.Absent:
		put(r, fPolicy, PolicyAbsent, Seen, "no DMARC policy applies to %s", from.Domain)
	case dmarc.State == facts.Present && !dmarc.Valid:
		put(r, fPolicy, PolicyAbsent, Seen, "%s has a DMARC record that no receiver can apply", from.Domain)
	case dmarc.State == facts.Present && dmarc.Effective.This != "":
		put(r, fPolicy, Policy(dmarc.Effective.This), Seen, "%s asks for it", dmarc.FoundAt)
	default:
		put(r, fPolicy, "", Open, "%s", reason(dmarc.Standing))
	}
}

// reason is why something is not known.
func reason(s facts.Standing) string {
	if s.Reason == "" {
		return "it was not asked for"
	}
	return s.Reason
}

// keyNames lists the selectors of keys that can be used.
func keyNames(keys []facts.Key) string {
	names := ""
	for _, k := range keys {
		if k.State == facts.KeyPresent {
			if names != "" {
				names += ", "
			}
			names += k.Selector
		}
	}
	return names
}
