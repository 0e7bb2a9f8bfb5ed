package zone

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mailposture/mailposture/facts"
)

func parse(t testing.TB, text string) *Zone {
	t.Helper()
	z, err := Parse("demo.zone", strings.NewReader(text), "")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func ask(t testing.TB, s *Set, name, kind string) facts.Observation {
	t.Helper()
	obs, err := s.Lookup(context.Background(), []facts.Question{{Name: name, Kind: kind}})
	if err != nil {
		t.Fatal(err)
	}
	return obs[0]
}

func one(t testing.TB, z ...*Zone) *Set {
	t.Helper()
	s, err := NewSet(z, Unasked, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// brief is an observation on one line: status, data, chain, cause and source.
func brief(o facts.Observation) string {
	words := []string{string(o.Status)}
	words = append(words, o.Data...)
	for _, c := range o.Chain {
		words = append(words, ">"+c)
	}
	for _, w := range []string{o.Cause, o.Source} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

const demo = `; a comment, then an entry over several lines
$TTL 1h
$ORIGIN Example.COM.
@	IN SOA ns1 hostmaster (
		1 ; serial
		2 3
		4 5 )
	NS ns1
	MX 10 Mail
	MX 5 mx.example.NET.
	TXT "v=spf1 " "-all" ; two strings

	TXT ( "second"
	      "; no comment (" )
mail A 192.0.2.1

     AAAA 2001:DB8::1
$ORIGIN sub
deep.ent 60 IN TXT one two
$ORIGIN example.com.
*.wild TXT "any"
stop.wild A 192.0.2.2
alias CNAME mail
outside CNAME host.example.net.
loop1 CNAME loop2
loop2 CNAME loop1
nowhere CNAME missing
tree DNAME sub
child NS ns1.child
ns1.child A 192.0.2.3
ns1 A 192.0.2.4
glue.example.org. A 192.0.2.9
odd\.dot TXT "a\"b\\c\000\255" A\ B
x TYPE65280 \# 2 AbCd
a.very.long.chain CNAME c1
c1 CNAME c2
c2 CNAME c3
c3 CNAME c4
c4 CNAME c5
c5 CNAME c6
c6 CNAME c7
c7 CNAME c8
c8 TXT "eight hops"
c0 CNAME a.very.long.chain
`

func TestLookup(t *testing.T) {
	// The zone has no name "sub.": a relative $ORIGIN goes below the one before.
	s := one(t, parse(t, strings.Replace(demo, "\n$ORIGIN sub\n", "\n$ORIGIN sub\n$ORIGIN sub.example.com.\n", 1)))
	tests := []struct{ name, kind, want string }{
		{"example.com", "SOA", "found ns1.example.com. hostmaster.example.com. 1 2 3 4 5 demo.zone:4"},
		{"example.com", "NS", "found ns1.example.com. demo.zone:8"}, // the owner of the entry before
		{"example.com", "MX", "found 10 mail.example.com. 5 mx.example.net. demo.zone:9"},
		{"example.com", "TXT", `found "second" "; no comment (" "v=spf1 " "-all" demo.zone:11`},
		{"mail.example.com", "A", "found 192.0.2.1 demo.zone:15"},
		{"mail.example.com", "AAAA", "found 2001:db8::1 demo.zone:17"},
		{"mail.example.com", "MX", "nodata"},
		{"deep.ent.sub.example.com", "TXT", `found "one" "two" demo.zone:20`},
		{"ent.sub.example.com", "TXT", "nodata"}, // an empty non-terminal
		{"sub.example.com", "MX", "nodata"},      // and the one above it
		{"x.sub.example.com", "MX", "nxdomain"},
		{"missing.example.com", "TXT", "nxdomain"},
		{"a.wild.example.com", "TXT", `found "any" demo.zone:22`},
		{"a.b.wild.example.com", "TXT", `found "any" demo.zone:22`},
		{"a.wild.example.com", "MX", "nodata"},
		{"stop.wild.example.com", "TXT", "nodata"},     // the name itself exists
		{"a.stop.wild.example.com", "TXT", "nxdomain"}, // and hides the wildcard from those below
		{"wild.example.com", "TXT", "nodata"},          // the wildcard does not cover its own parent
		{"*.wild.example.com", "TXT", `found "any" demo.zone:22`},
		{"alias.example.com", "A", "found 192.0.2.1 >mail.example.com demo.zone:15"},
		{"alias.example.com", "MX", "nodata >mail.example.com"},
		{"alias.example.com", "CNAME", "found mail.example.com. demo.zone:24"},
		{"nowhere.example.com", "TXT", "nxdomain >missing.example.com"},
		{"outside.example.com", "TXT", "failed >host.example.net outside the zone files"},
		{"loop1.example.com", "TXT", "failed >loop2.example.com CNAME loop"},
		{"deep.ent.tree.example.com", "TXT", `found "one" "two" >deep.ent.sub.example.com demo.zone:20`},
		{"no.tree.example.com", "TXT", "nxdomain >no.sub.example.com"},
		{"tree.example.com", "TXT", "nodata"}, // a DNAME does not move its own name
		{"child.example.com", "NS", "failed below a delegation in the zone file"},
		{"ns1.child.example.com", "A", "failed below a delegation in the zone file"},
		{"other.child.example.com", "A", "failed below a delegation in the zone file"},
		{"glue.example.org", "A", "failed outside the zone files"},
		{"com", "A", "failed outside the zone files"},
		{"", "A", "failed outside the zone files"},
		{`odd\.dot.example.com`, "TXT", `found "a\"b\\c\000\255" "A B" demo.zone:34`},
		{`odd\046dot.example.com`, "TXT", `found "a\"b\\c\000\255" "A B" demo.zone:34`},
		{"x.example.com", "TYPE65280", `found \# 2 abcd demo.zone:35`},
		{"a.very.long.chain.example.com", "TXT", `found "eight hops" >c1.example.com >c2.example.com >c3.example.com >c4.example.com >c5.example.com >c6.example.com >c7.example.com >c8.example.com demo.zone:44`},
		{"c0.example.com", "TXT", "failed >a.very.long.chain.example.com >c1.example.com >c2.example.com >c3.example.com >c4.example.com >c5.example.com >c6.example.com >c7.example.com CNAME chain too long"},
		{"a..example.com", "A", "failed not a valid domain name"},
		{strings.Repeat("a", 64) + ".example.com", "A", "failed not a valid domain name"},
		{"example.com", "TXT/cd", "failed not a DNS record type"},
		{"example.com", "ANY", "failed not a DNS record type"},
	}
	for _, test := range tests {
		if got := brief(ask(t, s, test.name, test.kind)); got != test.want {
			t.Errorf("%s %s:\n got %s\nwant %s", test.kind, test.name, got, test.want)
		}
	}
}

func TestOutside(t *testing.T) {
	z := parse(t, demo)
	s, err := NewSet([]*Zone{z}, NXDomain, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"other.example":           "nxdomain",
		"outside.example.com":     "nxdomain >host.example.net",
		"other.child.example.com": "nxdomain",
	} {
		if got := brief(ask(t, s, name, "TXT")); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if _, err := NewSet([]*Zone{z}, Resolve, nil); err == nil {
		t.Error("Resolve without Next is taken")
	}
	if _, err := NewSet([]*Zone{z}, "resolv", nil); err == nil {
		t.Error("a misspelt word is taken")
	}
	if _, err := NewSet([]*Zone{z, z}, Unasked, nil); err == nil || !strings.Contains(err.Error(), "demo.zone and demo.zone are both for the zone example.com.") {
		t.Errorf("two zones with one apex: %v", err)
	}
}

// next answers from a table, and notes what it was asked.
type next struct {
	answers map[facts.Question]facts.Observation
	asked   [][]facts.Question
	err     error
}

func (n *next) Lookup(_ context.Context, qs []facts.Question) ([]facts.Observation, error) {
	n.asked = append(n.asked, qs)
	var obs []facts.Observation
	for _, q := range qs {
		o := n.answers[q]
		o.Question = q
		obs = append(obs, o)
	}
	return obs, n.err
}

func TestResolve(t *testing.T) {
	txt := func(name string) facts.Question { return facts.Question{Name: name, Kind: "TXT"} }
	n := &next{answers: map[facts.Question]facts.Observation{
		txt("host.example.net"):        {Status: facts.Found, Data: []string{`"live"`}, Chain: []string{"x.example.net"}, Via: &facts.Via{TTL: 7}},
		txt("back.example.net"):        {Status: facts.NXDomain, Chain: []string{"b.example.net", "alias.example.com"}}, // as still published
		txt("other.child.example.com"): {Status: facts.Failed, Cause: "SERVFAIL"},
	}}
	s, err := NewSet([]*Zone{parse(t, demo)}, Resolve, n)
	if err != nil {
		t.Fatal(err)
	}
	qs := []facts.Question{txt("outside.example.com"), txt("example.com"), txt("back.example.net"), txt("other.child.example.com")}
	obs, err := s.Lookup(context.Background(), qs)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`found "live" >host.example.net >x.example.net`,
		`found "second" "; no comment (" "v=spf1 " "-all" demo.zone:11`,
		"nodata >b.example.net >alias.example.com >mail.example.com",
		"failed SERVFAIL",
	}
	for i, o := range obs {
		if o.Question != qs[i] || brief(o) != want[i] {
			t.Errorf("%s:\n got %s\nwant %s", qs[i], brief(o), want[i])
		}
	}
	if obs[0].Via == nil || obs[0].Via.TTL != 7 || obs[1].Via != nil {
		t.Error("Via is not that of who answered")
	}
	if want := [][]facts.Question{{txt("host.example.net"), qs[2], qs[3]}}; !cmp.Equal(n.asked, want) {
		t.Errorf("asked %v, want %v", n.asked, want) // all at once
	}
}

func TestResolveEnded(t *testing.T) {
	s, err := NewSet([]*Zone{parse(t, demo)}, Resolve, &next{err: context.Canceled})
	if err != nil {
		t.Fatal(err)
	}
	obs, err := s.Lookup(context.Background(), []facts.Question{{Name: "example.com", Kind: "MX"}, {Name: "a.example", Kind: "MX"}})
	if err != context.Canceled || obs[0].Status != facts.Found || obs[1].Status != facts.NotAsked {
		t.Errorf("got %v and %v, error %v", obs[0].Status, obs[1].Status, err)
	}
}

func TestLongestApexWins(t *testing.T) {
	parent := parse(t, "example.com. SOA ns. h. 1 2 3 4 5\nsub.example.com. NS ns.\na.sub.example.com. TXT parent\n")
	child, err := Parse("child.zone", strings.NewReader("a TXT child\n"), "sub.example.com")
	if err != nil {
		t.Fatal(err)
	}
	if got := brief(ask(t, one(t, parent, child), "a.sub.example.com", "TXT")); got != `found "child" child.zone:1` {
		t.Error(got)
	}
	if got := brief(ask(t, one(t, parent), "a.sub.example.com", "TXT")); got != "failed below a delegation in the zone file" {
		t.Error(got)
	}
}

func TestRootIsTheWholeWorld(t *testing.T) {
	z, err := Parse("world.zone", strings.NewReader("example.com. NS ns.example.com.\nexample.com. MX 1 a.\n"), ".")
	if err != nil {
		t.Fatal(err)
	}
	s := one(t, z)
	for q, want := range map[facts.Question]string{
		{Name: "example.com", Kind: "MX"}:   "found 1 a. world.zone:2", // no delegation
		{Name: "com", Kind: "MX"}:           "nodata",
		{Name: "example.org", Kind: "MX"}:   "nxdomain",
		{Name: "", Kind: "MX"}:              "nodata",
		{Name: "a.example.com", Kind: "MX"}: "nxdomain",
	} {
		if got := brief(ask(t, s, q.Name, q.Kind)); got != want {
			t.Errorf("%s: got %s, want %s", q, got, want)
		}
	}
}

func TestTooLarge(t *testing.T) {
	var text strings.Builder
	text.WriteString("example.com. SOA ns. h. 1 2 3 4 5\n")
	for i := range MaxRecords + 1 {
		text.WriteString("many TXT a" + strings.Repeat("b", i) + "\n")
	}
	for i := range MaxRecords {
		text.WriteString("large TXT" + strings.Repeat(" x"+strings.Repeat("y", 200), i%5+2) + "\n")
	}
	s := one(t, parse(t, "$ORIGIN example.com.\n"+text.String()))
	if got := brief(ask(t, s, "many.example.com", "TXT")); got != "failed too many records (101)" {
		t.Error(got)
	}
	if got := brief(ask(t, s, "large.example.com", "TXT")); got != "failed records too large (81500 octets)" {
		t.Error(got)
	}
}

func TestMailDomains(t *testing.T) {
	z := parse(t, `$ORIGIN example.com.
@ SOA ns. h. 1 2 3 4 5
b MX 0 .
a TXT "v=sp" "f1 -all"
A.b TXT V=SPF1
no TXT "v=spf10 -all"
no2 TXT "x v=spf1 -all"
host A 192.0.2.1
_spf TXT "v=spf1 -all"
x._spf TXT "v=spf1 -all"
*.b TXT "v=spf1 -all"
child NS ns.
child MX 1 a.
c.child MX 1 a.
`)
	want := []facts.Domain{"a.b.example.com", "a.example.com", "b.example.com", "example.com"}
	if got := z.MailDomains(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	root, err := Parse("world.zone", strings.NewReader("b.example. MX 1 a.\na.example. MX 1 a.\n"), ".")
	if err != nil {
		t.Fatal(err)
	}
	if got := root.MailDomains(); !slices.Equal(got, []facts.Domain{"a.example", "b.example"}) {
		t.Errorf("root: got %v", got)
	}
}
