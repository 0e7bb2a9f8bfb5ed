package facts

import (
	"encoding/binary"
	"math/big"
	"math/bits"
	"net/netip"
	"strconv"

	"github.com/mailposture/mailposture/record"
)

// SPFReach is the addresses for which a domain's SPF record, with all that it
// includes, gives a pass: those of ip4, ip6, a, mx and all, less what a term
// before them decides otherwise. RFC 7208, section 4.6.2. The limits of section
// 4.6.4 are left out of account, an include that is an error matches nobody, and
// a record with a syntax error authorises nobody.
type SPFReach struct {
	// Standing is Present where the sets are exact, Unseen where more addresses
	// may pass, because a term depends on the message, and Unknown where an
	// answer is not known.
	Standing
	v4, v6 ipSet
}

// Size is how many addresses pass.
type Size struct {
	IPv4 uint64
	IPv6 IPv6Count
}

// IPv6Count is a number of IPv6 addresses below 2 to the 128th.
type IPv6Count struct{ Hi, Lo uint64 }

// String is the number in decimal digits.
func (n IPv6Count) String() string {
	if n.Hi == 0 {
		return strconv.FormatUint(n.Lo, 10)
	}
	octets := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, n.Hi), n.Lo)
	return new(big.Int).SetBytes(octets).String()
}

// PrefixLength is the length of the longest prefix with at least so many
// addresses: 128 for one, and for none.
func (n IPv6Count) PrefixLength() int {
	if n == (IPv6Count{}) {
		return 128
	}
	most := number{n.Hi, n.Lo}.previous() // so that a full prefix does not count as the next shorter one
	if most.hi != 0 {
		return 64 - bits.Len64(most.hi)
	}
	return 128 - bits.Len64(most.lo)
}

// Public is the addresses that a host on the internet can have; see Unreachable.
func (r SPFReach) Public() Size {
	v6 := r.v6.without(specialSets.v6).count()
	return Size{r.v4.without(specialSets.v4).count().lo, IPv6Count{v6.hi, v6.lo}}
}

// Special is the others: private ones, those of the loopback and so on.
func (r SPFReach) Special() Size {
	public := r.Public()
	v6 := r.v6.count().less(number{public.IPv6.Hi, public.IPv6.Lo})
	return Size{r.v4.count().lo - public.IPv4, IPv6Count{v6.hi, v6.lo}}
}

// Prefixes is all of them as the fewest prefixes, IPv4 first, in order.
func (r SPFReach) Prefixes() []netip.Prefix {
	return append(r.v4.prefixes(32), r.v6.prefixes(128)...)
}

// SPFReach works out who passes. It costs some microseconds, and more for long
// records, so that Build leaves it to those who want to know.
func (f *Facts) SPFReach() SPFReach {
	s := &f.SPF
	if s.State != Present || s.Tree == nil {
		return SPFReach{Standing: s.Standing}
	}
	w := &reachWalk{facts: f, Standing: s.Walk, left: maxReach}
	all := w.record(s.Tree)
	return SPFReach{Standing: w.Standing, v4: all.v4, v6: all.v6}
}

// maxReach bounds the ranges that one walk handles: a record can include
// another a thousand times, and that a thousand ranges.
const maxReach = 50_000

// families is a set of addresses of both families.
type families struct{ v4, v6 ipSet }

func (f *families) add(p netip.Prefix) {
	if p.Addr().Is4() {
		f.v4 = append(f.v4, rangeOf(p))
	} else {
		f.v6 = append(f.v6, rangeOf(p))
	}
}

func (f *families) everybody() {
	f.add(netip.PrefixFrom(netip.IPv4Unspecified(), 0))
	f.add(netip.PrefixFrom(netip.IPv6Unspecified(), 0))
}

// join adds what is in more and not in but, which is merged.
func (f *families) join(more, but families) {
	f.v4 = append(f.v4, more.v4.without(but.v4)...)
	f.v6 = append(f.v6, more.v6.without(but.v6)...)
}

func (f *families) merge() { f.v4, f.v6 = f.v4.merged(), f.v6.merged() }

func (f families) size() int { return len(f.v4) + len(f.v6) }

// reachWalk works through the records of one walk, each once.
type reachWalk struct {
	facts *Facts
	done  []reached
	left  int // ranges
	Standing
}

// reached is a record that was worked through.
type reached struct {
	node *SPFNode
	pass families
}

// record is the addresses for which a record gives a pass, merged.
func (w *reachWalk) record(n *SPFNode) families {
	for i := range w.done { // the budget keeps the list short
		if w.done[i].node == n {
			return w.done[i].pass
		}
	}
	pass := w.passes(n)
	w.done = append(w.done, reached{n, pass})
	return pass
}

func (w *reachWalk) passes(n *SPFNode) families {
	var pass, other families // other: what a term without a pass has decided
	if n.Count != 1 || len(n.Problems) > 0 {
		return pass // permerror; RFC 7208, sections 4.5 and 4.6
	}
	for i := range n.Terms {
		t := &n.Terms[i]
		if t.Dead || t.Bad || t.Modifier {
			continue
		}
		if t.ofAddress() && t.Qualifier == record.QualifierPass && other.size() == 0 {
			pass.add(t.Prefix) // nearly all terms, without a set for each
			w.left--
			continue
		}
		match := w.term(n, t)
		if t.Qualifier == record.QualifierPass {
			other.merge()
			pass.join(match, other)
		} else if t.Mechanism != record.MechAll {
			other.join(match, families{})
		}
		if w.left -= match.size() + other.size(); w.left < 0 {
			w.atLeast()
			break
		}
	}
	other.merge()
	for i := range n.Terms {
		if t := &n.Terms[i]; t.Mechanism == record.ModRedirect && !t.Dead && !t.Bad && t.target != nil {
			pass.join(w.record(t.target), other) // RFC 7208, section 6.1
		}
	}
	pass.merge()
	return pass
}

// term is the addresses that a term matches, merged.
func (w *reachWalk) term(n *SPFNode, t *SPFTerm) families {
	var match families
	switch t.Mechanism {
	case record.MechAll:
		match.everybody()
	case record.MechIP4, record.MechIP6:
		if t.ofAddress() {
			match.add(t.Prefix)
		}
	case record.MechInclude:
		if t.target != nil {
			return w.record(t.target)
		}
		w.open(t)
	case record.MechA, record.MechMX:
		w.hosts(&match, n, t)
		match.merge()
	case record.MechExists:
		if t.State == Present { // the name does not depend on the message, and exists
			match.everybody()
			break
		}
		w.open(t)
	case record.MechPTR:
		w.open(t)
	}
	return match
}

// ofAddress reports whether the term names addresses that a client can have. An
// IPv4 address in IPv6 form is checked as IPv4, so that a term with one matches
// nobody. RFC 7208, section 5.
func (t *SPFTerm) ofAddress() bool {
	return t.Mechanism == record.MechIP4 || t.Mechanism == record.MechIP6 && !t.Prefix.Addr().Is4In6()
}

// open notes a term of which it is not known whom it matches. One that found
// nothing matches nobody.
func (w *reachWalk) open(t *SPFTerm) {
	switch t.State {
	case Unknown:
		w.Standing = worst(w.Standing, t.Standing)
	case Unseen, Present:
		if !t.Loop {
			w.atLeast()
		}
	}
}

// atLeast notes that there may be more.
func (w *reachWalk) atLeast() {
	if w.State == Present {
		w.Standing = Standing{State: Unseen}
	}
}

// hosts adds the addresses that an a or mx term matches.
func (w *reachWalk) hosts(match *families, n *SPFNode, t *SPFTerm) {
	name, ok := staticTarget(t.SPFTerm, n.Name)
	if !ok || t.State == Unknown {
		w.open(t)
		return
	}
	if t.Mechanism == record.MechA {
		w.addresses(match, name, t)
		return
	}
	o, _ := w.facts.answer(Question{Name: name, Kind: KindMX})
	if len(o.Data) > SPFHostLimit {
		return // permerror; RFC 7208, section 4.6.4
	}
	for _, data := range o.Data {
		if host := parseMX(data).Name; host != "" {
			w.addresses(match, host, t)
		}
	}
}

// addresses adds what surrounds a host's addresses. Build does not ask for
// those of every host: then there may be more.
func (w *reachWalk) addresses(match *families, host string, t *SPFTerm) {
	for _, kind := range []string{KindA, KindAAAA} {
		o, ok := w.facts.answer(Question{Name: host, Kind: kind})
		switch s := standing(o); {
		case !ok:
			w.atLeast()
		case s.State == Unknown:
			w.Standing = worst(w.Standing, s)
		}
		for _, addr := range parseAddresses(o.Data) {
			bits := t.CIDR4
			if addr.Is6() {
				bits = t.CIDR6
			}
			if !addr.Is4In6() {
				match.add(netip.PrefixFrom(addr, bits))
			}
		}
	}
}
