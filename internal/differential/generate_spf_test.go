package differential

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// generatedSPF makes scenes up: a domain, a few names that its record may lead
// to, and one message. Most terms are what people publish; some are broken the
// way people break them.
func generatedSPF(seed uint64, count int) []scene {
	chance := rand.New(rand.NewPCG(seed, 0))
	var scenes []scene
	for i := range count {
		g := spfGenerator{chance}
		s := scene{label: fmt.Sprintf("generated %d/%d", seed, i), txt: map[string][]string{"plain.example.net": {"v=spf1 ip4:198.51.100.1"}}}
		for n := range 1 + chance.IntN(4) {
			s.txt[domains()[n]] = g.records()
		}
		s.message = g.message()
		scenes = append(scenes, s)
	}
	return scenes
}

// domains are the names of a generated scene; the first is the sender's.
func domains() []string {
	return []string{"example.com", "spf.example.com", "relay.example.net", "b.example.org", "gone.example.net", "mail.example.com"}
}

type spfGenerator struct{ *rand.Rand }

// pick is one of several texts.
func (g spfGenerator) pick(all ...string) string { return all[g.IntN(len(all))] }

// one reports true once in n.
func (g spfGenerator) one(n int) bool { return g.IntN(n) == 0 }

func (g spfGenerator) message() facts.SPFMessage {
	m := facts.SPFMessage{From: "user@example.com", HELO: "mail.example.com"}
	m.IP = netip.AddrFrom4([4]byte{192, 0, 2, byte(g.IntN(256))})
	if g.one(4) {
		m.IP = netip.MustParseAddr(fmt.Sprintf("2001:db8:0:%x::%x", g.IntN(2), g.IntN(16)))
	}
	if g.one(12) {
		m.From = g.pick("", "first.last+tag@example.com", "@example.com", "User@Example.COM", "a..b@example.com", "user@sub.example.com.", "user@localhost")
	}
	if g.one(12) {
		m.HELO = g.pick("example.com", "[192.0.2.1]", "localhost", "MAIL.Example.com.")
	}
	return m
}

// records are the TXT records of one name.
func (g spfGenerator) records() []string {
	all := []string{g.record()}
	if g.one(8) {
		all = append(all, g.pick("google-site-verification=abc", "v=spf2.0/pra -all", "v=DMARC1; p=none", " v=spf1 -all", "v=spf10 +all", "v=spf1-all", ""))
	}
	if g.one(40) {
		all = append(all, g.record())
	}
	return all
}

func (g spfGenerator) record() string {
	var b strings.Builder
	b.WriteString("v=spf1")
	if g.one(40) {
		b.Reset()
		b.WriteString(g.pick("V=SPF1", "v=SPF1", "v=spf1 v=spf1", "v=spf1\t"))
	}
	terms := 1 + g.IntN(6)
	if g.one(15) {
		terms = 8 + g.IntN(8)
	}
	for range terms {
		b.WriteString(g.pick(" ", " ", " ", " ", " ", " ", " ", " ", "  "))
		if g.one(14) {
			b.WriteString(g.broken())
		} else {
			b.WriteString(g.term())
		}
	}
	if g.one(25) { // around the limit of ten lookups
		b.WriteString(strings.Repeat(" include:plain.example.net", 7+g.IntN(6)))
	}
	if !g.one(4) {
		b.WriteString(" " + g.pick("-all", "~all", "-all", "~all", "?all", "+all", "all", "-ALL"))
	}
	if g.one(30) {
		b.WriteString(" " + g.term())
	}
	return b.String()
}

// name is a domain-spec.
func (g spfGenerator) name() string {
	if g.one(12) {
		return g.pick("%{i}.spf.example.com", "%{ir}.%{v}._spf.%{d2}", "%{l}.u.%{o}", "%{s}.%{d}", "%{h}", "%{d}", "_spf.%{d}", "%{D}",
			"%{l1r-}.lp.example.com", "%{p}.example.com", "%{d1r}.example.com", "%{o2}.x.example.org", "a%%b.example.com", "%{L}.u.example.com")
	}
	name := domains()[g.IntN(6)]
	switch g.IntN(30) {
	case 0:
		return strings.ToUpper(name)
	case 1:
		return name + "."
	case 2:
		return "_spf." + name
	}
	return name
}

// term is one that RFC 7208 has.
func (g spfGenerator) term() string {
	q := g.pick("", "", "", "", "", "", "+", "?", "~", "-")
	switch g.IntN(14) {
	case 0, 1, 2:
		return fmt.Sprintf("%sip4:192.0.2.%d", q, g.IntN(256)) + g.pick("", "/24", "/28", "/32", "/30", "/0")
	case 3:
		return fmt.Sprintf("%sip6:2001:db8:0:%x::%x", q, g.IntN(2), g.IntN(16)) + g.pick("", "/64", "/32", "/128", "/127", "/0")
	case 4, 5, 6:
		return q + g.pick("include:", "include:", "INCLUDE:") + g.name()
	case 7:
		return q + "a" + g.pick("", ":"+g.name()) + g.pick("", "", "/24", "//64", "/24//64", "/0")
	case 8, 9:
		return q + "mx" + g.pick("", ":"+g.name()) + g.pick("", "", "/24", "//64", "/28//128", "//0")
	case 10:
		return q + "ptr" + g.pick("", ":"+g.name())
	case 11:
		return q + "exists:" + g.name()
	case 12:
		return "redirect=" + g.name()
	}
	return g.pick("exp="+g.name(), "exists:%{p}.p.example.com", "op=auth", "x-mod=1", "ra=postmaster", "unknown=%{d}")
}

// broken is a term as people get it wrong.
func (g spfGenerator) broken() string {
	return g.pick("ipv4:192.0.2.1", "ip:192.0.2.1", "192.0.2.1", "ip4:192.0.2", "ip4:192.0.2.256", "ip4:192.0.2.0/33", "ip4:192.0.2.0/", "ip4:192.0.2.0/024",
		"ip4=192.0.2.1", "ip4: 192.0.2.1", "ip4", "ip4:", "ip6:192.0.2.1", "ip4:2001:db8::1", "ip6:2001:db8::1/129", "ip6:2001:db8:::1", "ip6:::ffff:192.0.2.1",
		"ip6:::ffff:192.0.2.0/120", "ip4:192.0.2.1:25", "ip4:192.0.2.0-192.0.2.9", "ip4:192.0.2.1,192.0.2.2", "ip4:192.000.002.001",
		"include", "include:", "include=spf.example.com", "include:spf.example.com:25", "include:http://spf.example.com", "include:spf..example.com",
		"include:-", "include:localhost", "include:spf.example.com/24", "inlude:spf.example.com", "include: spf.example.com", "include:@example.com",
		"a:", "a:/24", "a/", "a/33", "a//129", "a/24/64", "a:192.0.2.1", "a=mail.example.com", "a:mail.example.com:25", "a:exa mple.com", "a:foo/bar.example.com",
		"mx:", "mx/abc", "mx//", "mx/24//", "mx:example.com/24/24", "mx.", "mx=", "ptr:", "ptr/24", "exists", "exists:", "exists:%{x}.example.com",
		"exists:%{d", "exists:%d.example.com", "exists:%{d0}.example.com", "exists:%{i}.%{c}.example.com", "redirect=", "redirect:spf.example.com", "-redirect=spf.example.com",
		"exp=", "=x", "+=x", "1x=y", "all:", "all.", "-all/24", "- all", "--all", "-all;", "-all,", "~all\"", "\"v=spf1", "al", "-al", "?", "v=spf1", "v=spf2",
		"a:b\u00fccher.example", "\u2013all", "a\tmx", "\u00a0mx", "exp=%{c}.example.com", "a:example", "mx:example.123", "a:under_score.example.com", "a:_spf.example.com",
		"a:example.com.", "x=%", "x=%{q}", "a:"+strings.Repeat("a", 64)+".example.com", g.pick("a:", "exists:", "mx:")+strings.Repeat("abcdefgh.", 30)+"example.com",
		"exists:"+strings.Repeat("%{d}.", 24)+"example.com")
}
