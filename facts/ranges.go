package facts

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"
)

// number is an address as an unsigned integer of 128 bits.
type number struct{ hi, lo uint64 }

func (n number) compare(m number) int {
	return cmp.Or(cmp.Compare(n.hi, m.hi), cmp.Compare(n.lo, m.lo))
}

func (n number) next() number { return n.add(number{0, 1}) }

func (n number) previous() number { return n.less(number{0, 1}) }

// add is modulo 2 to the 128th, as is less.
func (n number) add(m number) number {
	lo, carry := bits.Add64(n.lo, m.lo, 0)
	return number{n.hi + m.hi + carry, lo}
}

func (n number) less(m number) number {
	lo, borrow := bits.Sub64(n.lo, m.lo, 0)
	return number{n.hi - m.hi - borrow, lo}
}

// ipRange is the addresses from one to another, both included, of one family.
type ipRange struct{ from, to number }

// rangeOf is the range of a prefix, host bits and all.
func rangeOf(p netip.Prefix) ipRange {
	if p.Addr().Is4() {
		octets := p.Addr().As4()
		host := uint64(1)<<(32-p.Bits()) - 1
		from := uint64(binary.BigEndian.Uint32(octets[:])) &^ host
		return ipRange{number{0, from}, number{0, from | host}}
	}
	octets := p.Addr().As16()
	from := number{binary.BigEndian.Uint64(octets[:8]), binary.BigEndian.Uint64(octets[8:])}
	host := hostMask(128 - p.Bits())
	from = number{from.hi &^ host.hi, from.lo &^ host.lo}
	return ipRange{from, number{from.hi | host.hi, from.lo | host.lo}}
}

// hostMask has the lowest so many bits set.
func hostMask(length int) number {
	if length > 64 {
		return number{1<<(length-64) - 1, 1<<64 - 1}
	}
	return number{0, 1<<length - 1} // a shift by 64 gives 0, and 0-1 is all ones
}

// ipSet is a set of addresses of one family: ranges in order that neither
// overlap nor touch, once merged has made it so.
type ipSet []ipRange

// merged sorts ranges, and joins those that overlap or touch. It changes s.
func (s ipSet) merged() ipSet {
	if len(s) < 2 {
		return s
	}
	slices.SortFunc(s, func(a, b ipRange) int { return a.from.compare(b.from) })
	out := s[:0]
	for _, r := range s {
		if n := len(out); n > 0 && r.from.compare(out[n-1].to) <= 0 || n > 0 && r.from == out[n-1].to.next() {
			if r.to.compare(out[n-1].to) > 0 {
				out[n-1].to = r.to
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

// meets reports whether an address is in both sets, which are merged.
func (s ipSet) meets(other ipSet) bool {
	for i, j := 0, 0; i < len(s) && j < len(other); {
		switch {
		case s[i].to.compare(other[j].from) < 0:
			i++
		case other[j].to.compare(s[i].from) < 0:
			j++
		default:
			return true
		}
	}
	return false
}

// without is the addresses of s that are not in other. Both are merged.
func (s ipSet) without(other ipSet) ipSet {
	if !s.meets(other) {
		return s
	}
	var out ipSet
	next := 0
	for _, r := range s {
		for next > 0 && other[next-1].to.compare(r.from) >= 0 {
			next--
		}
		for next < len(other) && other[next].to.compare(r.from) < 0 {
			next++
		}
		whole := true // what is left of r is not empty
		for ; next < len(other) && other[next].from.compare(r.to) <= 0; next++ {
			if o := other[next]; o.from.compare(r.from) > 0 {
				out = append(out, ipRange{r.from, o.from.previous()})
			}
			if other[next].to.compare(r.to) >= 0 {
				whole = false
				break
			}
			r.from = other[next].to.next()
		}
		if whole {
			out = append(out, r)
		}
	}
	return out
}

// count is the number of addresses, modulo 2 to the 128th: only that of every
// IPv6 address does not fit.
func (s ipSet) count() number {
	var sum number
	for _, r := range s {
		sum = sum.add(r.to.less(r.from)).next()
	}
	return sum
}

// prefixes is the fewest prefixes that are the set. length is that of an
// address: 32 or 128.
func (s ipSet) prefixes(length int) []netip.Prefix {
	var out []netip.Prefix
	for _, r := range s {
		for from := r.from; ; {
			free := trailingZeros(from, length)
			for free > 0 {
				if mask := hostMask(free); (number{from.hi | mask.hi, from.lo | mask.lo}).compare(r.to) <= 0 {
					break
				}
				free--
			}
			mask := hostMask(free)
			out = append(out, netip.PrefixFrom(address(from, length), length-free))
			last := number{from.hi | mask.hi, from.lo | mask.lo}
			if last.compare(r.to) >= 0 {
				break
			}
			from = last.next()
		}
	}
	return out
}

// trailingZeros is the number of host bits that a prefix at n can have.
func trailingZeros(n number, length int) int {
	if n.lo != 0 {
		return min(bits.TrailingZeros64(n.lo), length)
	}
	return min(64+bits.TrailingZeros64(n.hi), length)
}

func address(n number, length int) netip.Addr {
	var octets [16]byte
	binary.BigEndian.PutUint64(octets[:8], n.hi)
	binary.BigEndian.PutUint64(octets[8:], n.lo)
	if length == 32 {
		return netip.AddrFrom4([4]byte(octets[12:]))
	}
	return netip.AddrFrom16(octets)
}
