package facts_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

func TestSPFReach(t *testing.T) {
	const world = `
a.example.com. A 198.51.100.5
a.example.com. AAAA 2001:db8::5
example.com. MX 10 mx.example.com.
mx.example.com. A 203.0.113.25
other.example.com. MX 10 far.example.com.
far.example.com. A 203.0.113.26
i.example.com. TXT "v=spf1 ip4:192.0.2.0/25 -ip4:198.51.100.1 ip4:198.51.100.0/30 ~all"
r.example.com. TXT "v=spf1 ip4:192.0.2.0/28 ?all"
open.example.com. TXT "v=spf1 +all"
bad.example.com. TXT "v=spf1 ip4:192.0.2.0/28 foo -all"
`
	for _, c := range []struct{ name, record, want, state string }{
		{"nobody", "-all", "", "present"},
		{"overlapping ranges count once", "ip4:192.0.2.0/24 ip4:192.0.2.128/25 ip4:192.0.3.0/24 ~all", "192.0.2.0/23", "present"},
		{"host bits", "ip4:192.0.2.77/24 ip6:2001:db8::77/64 ~all", "192.0.2.0/24 2001:db8::/64", "present"},
		{"what is not a pass", "?ip4:192.0.2.0/24 ~ip4:198.51.100.0/24 -ip6:2001:db8::/32 -all", "", "present"},
		{"an exception in front", "-ip4:192.0.2.0 ip4:192.0.2.0/30 -all", "192.0.2.1/32 192.0.2.2/31", "present"},
		{"one behind has no effect", "ip4:192.0.2.0/30 -ip4:192.0.2.0 -all", "192.0.2.0/30", "present"},
		{"everybody", "+all", "0.0.0.0/0 ::/0", "present"},
		{"nearly everybody", "-ip4:0.0.0.0/1 -ip6:::/1 +all", "128.0.0.0/1 8000::/1", "present"},
		{"behind all", "-all ip4:192.0.2.0/24", "", "present"},
		{"a name", "a:a.example.com -all", "198.51.100.5/32 2001:db8::5/128", "present"},
		{"around a name", "a:a.example.com/24//64 -all", "198.51.100.0/24 2001:db8::/64", "present"},
		{"a name that is not there", "a:gone.example.com -all", "", "present"},
		{"the MX hosts", "mx -all", "203.0.113.25/32", "present"},
		{"MX hosts of another name, which nobody asks for", "mx:other.example.com -all", "", "unseen"},
		{"an include with an exception", "include:i.example.com -all", "192.0.2.0/25 198.51.100.0/32 198.51.100.2/31", "present"},
		{"the same include twice", "include:i.example.com ?include:i.example.com include:i.example.com -all", "192.0.2.0/25 198.51.100.0/32 198.51.100.2/31", "present"},
		{"an include without a pass takes its addresses away", "?include:i.example.com ip4:192.0.2.0/24 -all", "192.0.2.128/25", "present"},
		{"a redirect", "-ip4:192.0.2.0/29 redirect=r.example.com", "192.0.2.8/29", "present"},
		{"a redirect beside all", "-all redirect=r.example.com", "", "present"},
		{"an include of everybody", "include:open.example.com -all", "0.0.0.0/0 ::/0", "present"},
		{"a record with an error passes nobody", "include:bad.example.com ip4:198.51.100.9 -all", "198.51.100.9/32", "present"},
		{"a loop", "ip4:192.0.2.1 include:example.com -all", "192.0.2.1/32", "present"},
		{"a name of the message", "ip4:192.0.2.1 exists:%{i}.example.com -all", "192.0.2.1/32", "unseen"},
		{"a name that is always there", "exists:a.example.com -all", "0.0.0.0/0 ::/0", "present"},
		{"ptr", "ptr -all", "", "unseen"},
		{"an IPv4 address in IPv6 form matches nobody", "ip6:::ffff:192.0.2.1 -all", "", "present"},
	} {
		r := buildZone(t, world+`example.com. TXT "v=spf1 `+c.record+`"`).SPFReach()
		var got []string
		for _, p := range r.Prefixes() {
			got = append(got, p.String())
		}
		if strings.Join(got, " ") != c.want || string(r.State) != c.state {
			t.Errorf("%s: %v %+v, want %s %s", c.name, got, r.Standing, c.want, c.state)
		}
	}
}

func TestSPFReachSize(t *testing.T) {
	for _, c := range []struct {
		record        string
		ip4, special4 uint64
		ip6, special6 string
	}{
		{"ip4:192.0.2.0/24 ip4:10.0.0.0/8 -all", 256, 1 << 24, "0", "0"},
		{"ip4:8.0.0.0/5 -all", 7 << 24, 1 << 24, "0", "0"},
		{"ip6:2001:db8::/64 ip6:fd00::/8 -all", 0, 0, "18446744073709551616", "1329227995784915872903807060280344576"},
		{"-all", 0, 0, "0", "0"},
	} {
		r := buildZone(t, `example.com. TXT "v=spf1 `+c.record+`"`).SPFReach()
		public, special := r.Public(), r.Special()
		if public.IPv4 != c.ip4 || special.IPv4 != c.special4 || public.IPv6.String() != c.ip6 || special.IPv6.String() != c.special6 {
			t.Errorf("%s: %v public, %v special", c.record, public, special)
		}
	}
}

func TestSPFReachUnknown(t *testing.T) {
	for _, failed := range []facts.Question{{Name: "i.example.com", Kind: "TXT"}, {Name: "a.example.com", Kind: "A"}} {
		w := newWorld(t, `example.com. TXT "v=spf1 ip4:192.0.2.1 include:i.example.com a:a.example.com -all"
i.example.com. TXT "v=spf1 ip4:192.0.2.2 -all"
a.example.com. AAAA 2001:db8::1`)
		w.fail[failed] = "timeout"
		r := w.build("example.com", facts.DefaultOptions()).SPFReach()
		if r.State != facts.Unknown || r.Reason != failed.String()+": timeout" || r.Public().IPv4 == 0 {
			t.Errorf("%s fails: %+v, %d addresses", failed, r.Standing, r.Public().IPv4)
		}
	}
	none := buildZone(t, `example.com. TXT "no record"`).SPFReach()
	if none.State != facts.Absent || none.Public().IPv4 != 0 {
		t.Errorf("%+v", none)
	}
}

// TestSPFReachIsCheckHost makes records at random, and asks check_host() whether
// an address passes: the sets must say the same.
func TestSPFReachIsCheckHost(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 7208))
	passes := 0
	for range 300 {
		zone := randomSPF(random)
		w := newWorld(t, zone)
		f := w.build("example.com", facts.DefaultOptions())
		reach := f.SPFReach()
		if reach.State != facts.Present {
			t.Fatalf("%+v\n%s", reach.Standing, zone)
		}
		prefixes := reach.Prefixes()
		for range 40 {
			ip := randomAddress(random)
			contains := slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(ip) })
			if contains {
				passes++
			}
			got := explained(w, facts.SPFMessage{IP: ip, From: "u@example.com"}).Result
			if (got == facts.SPFPass) != contains {
				t.Fatalf("%s: check_host() says %s, the set %v says %v\n%s", ip, got, prefixes, contains, zone)
			}
		}
	}
	if passes < 2000 || passes > 10000 {
		t.Errorf("%d of 12000 checks pass: too few, or too many, to tell", passes)
	}
}

// randomSPF is a record with includes and at most ten lookups. Its addresses
// are of 16 neighbours, so that terms overlap.
func randomSPF(random *rand.Rand) string {
	var zone strings.Builder
	for _, name := range []string{"example.com", "x.example.com", "y.example.com"} {
		fmt.Fprintf(&zone, "%s. TXT \"v=spf1", name)
		for range random.IntN(6) {
			qualifier := []string{"", "", "", "-", "~", "?"}[random.IntN(6)]
			term := "ip4:" + netip.PrefixFrom(randomAddress4(random), 28+random.IntN(5)).String()
			switch {
			case random.IntN(4) == 0:
				term = "ip6:" + netip.PrefixFrom(randomAddress6(random), 124+random.IntN(5)).String()
			case random.IntN(8) == 0:
				term = "a:a.example.com/" + fmt.Sprint(28+random.IntN(5))
			case name == "example.com" && random.IntN(3) == 0:
				term = "include:" + []string{"x", "y"}[random.IntN(2)] + ".example.com"
			}
			fmt.Fprintf(&zone, " %s%s", qualifier, term)
		}
		end := []string{" -all", " ~all", "", " -all", " +all"}[random.IntN(5)]
		if name == "example.com" && random.IntN(3) == 0 {
			end = " redirect=x.example.com"
		}
		fmt.Fprintf(&zone, "%s\"\n", end)
	}
	return zone.String() + "a.example.com. A 192.0.2.7\na.example.com. AAAA 2001:db8::7\n"
}

func randomAddress(random *rand.Rand) netip.Addr {
	if random.IntN(3) == 0 {
		return randomAddress6(random)
	}
	return randomAddress4(random)
}

func randomAddress4(random *rand.Rand) netip.Addr {
	return netip.AddrFrom4([4]byte{192, 0, 2, byte(random.IntN(16))})
}

func randomAddress6(random *rand.Rand) netip.Addr {
	return netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", random.IntN(16)))
}

// A record that includes others again and again is given up, not counted for
// hours.
func TestSPFReachIsBounded(t *testing.T) {
	var zone strings.Builder
	for level := range 8 {
		fmt.Fprintf(&zone, "l%d.example.com. TXT \"v=spf1", level)
		for i := range 300 {
			fmt.Fprintf(&zone, " ip4:11.%d.%d.%d\" \"", level, i/100, 2*(i%100))
			fmt.Fprintf(&zone, " include:l%d.example.com\" \"", level+1)
		}
		zone.WriteString(" -all\"\n")
	}
	r := buildZone(t, zone.String()+`example.com. TXT "v=spf1 include:l0.example.com -all"`).SPFReach()
	if r.State == facts.Present || r.Public().IPv4 == 0 {
		t.Errorf("%+v, %d addresses", r.Standing, r.Public().IPv4)
	}
}
