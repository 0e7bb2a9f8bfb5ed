package facts

import (
	"net/netip"
	"slices"
	"testing"
)

// FuzzIPSet holds the sets against sets of single addresses: a family of 256
// of them is small enough to list.
func FuzzIPSet(f *testing.F) {
	f.Add([]byte{0, 255, 3, 9, 10, 10}, []byte{0, 0, 5, 5})
	f.Add([]byte{1, 2, 2, 3, 4, 4, 200, 255}, []byte{2, 2, 250, 255})
	f.Add([]byte{}, []byte{0, 255})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		left, right := small(a), small(b)
		in, out := listing(left), listing(right)
		left, right = left.merged(), right.merged()
		if got := listing(left); got != in {
			t.Fatalf("merged changes the set: %v", left)
		}
		for i := 1; i < len(left); i++ {
			if left[i].from.compare(left[i-1].to.next()) <= 0 {
				t.Fatalf("ranges overlap or touch: %v", left)
			}
		}
		want, size := [256]bool{}, 0
		for n := range want {
			if want[n] = in[n] && !out[n]; want[n] {
				size++
			}
		}
		rest := left.without(right)
		if listing(rest) != want || rest.count() != (number{0, uint64(size)}) {
			t.Fatalf("%v without %v is %v", left, right, rest)
		}
		var again ipSet
		for _, p := range rest.prefixes(32) {
			if p != p.Masked() {
				t.Fatalf("%s has host bits", p)
			}
			again = append(again, rangeOf(p))
		}
		if !slices.Equal(again.merged(), rest) {
			t.Fatalf("the prefixes %v are not the set %v", rest.prefixes(32), rest)
		}
	})
}

// small reads ranges within 0-255, two octets each.
func small(octets []byte) ipSet {
	var s ipSet
	for i := 0; i+1 < len(octets); i += 2 {
		from, to := octets[i], octets[i+1]
		s = append(s, ipRange{number{0, uint64(min(from, to))}, number{0, uint64(max(from, to))}})
	}
	return s
}

func listing(s ipSet) [256]bool {
	var in [256]bool
	for _, r := range s {
		for n := r.from.lo; n <= r.to.lo; n++ {
			in[n] = true
		}
	}
	return in
}

// The ends of both families, where a sum can overflow.
func TestIPSetEnds(t *testing.T) {
	for _, c := range []struct{ prefixes, count string }{
		{"0.0.0.0/0", "4294967296"},
		{"255.255.255.255/32", "1"},
		{"::/0", "0"}, // the one count that does not fit
		{"::/1", "170141183460469231731687303715884105728"},
		{"ffff::/16", "5192296858534827628530496329220096"},
		{"2001:db8::1/64", "18446744073709551616"},
		{"2001:db8::1/65", "9223372036854775808"},
		{"2001:db8::1/128", "1"},
		{"192.0.2.7/24", "256"},
	} {
		p := netip.MustParsePrefix(c.prefixes)
		s := ipSet{rangeOf(p), rangeOf(p)}.merged()
		if got := (IPv6Count{s.count().hi, s.count().lo}).String(); got != c.count {
			t.Errorf("%s has %s addresses, want %s", p, got, c.count)
		}
		if got := (IPv6Count{s.count().hi, s.count().lo}).PrefixLength(); p.Addr().Is6() && p.Bits() > 0 && got != p.Bits() {
			t.Errorf("%s has as many addresses as a /%d", p, got)
		}
		if got := s.prefixes(p.Addr().BitLen()); len(got) != 1 || got[0] != p.Masked() {
			t.Errorf("%s becomes %v", p, got)
		}
	}
}
