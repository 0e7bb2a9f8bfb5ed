package chaos

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTruth(t *testing.T) {
	truth := NewTruth(
		SOA("z.test"), TXT("z.test", "v=spf1", " -all"), MX("z.test", 10, "mx.z.test"), MX("z.test", 0, ""),
		TXT("deep.ent.z.test", "x"), CNAME("c.z.test", "d.z.test"), CNAME("d.z.test", "z.test"),
		CNAME("dangling.z.test", "nowhere.z.test"), TXT("*.w.z.test", "wild\x00\"\\"), TXT("real.w.z.test", "real"),
		CNAME("*.cw.z.test", "z.test"), CNAME("loop.z.test", "loop.z.test"), PTR("p.z.test", "host.test"),
		Addr("a.z.test", ip4(192, 0, 2, 1)), Addr("a.z.test", ip6(1)),
	)
	for _, test := range []struct {
		name string
		kind Type
		want string // response code, records, owner of the SOA record
	}{
		{"z.test", TypeTXT, `0 ["v=spf1" " -all"] -`},
		{"Z.TEST", TypeMX, "0 [10 mx.z.test.|0 .] -"},
		{"z.test", TypeA, "0 [] z.test"},
		{"ent.z.test", TypeTXT, "0 [] z.test empty"},
		{"none.z.test", TypeTXT, "3 [] z.test"},
		{"below.deep.ent.z.test", TypeTXT, "3 [] z.test"},
		{"c.z.test", TypeTXT, `0 [d.z.test.|z.test.|"v=spf1" " -all"] -`},
		{"c.z.test", TypeCNAME, "0 [d.z.test.] -"},
		{"c.z.test", TypeA, "0 [d.z.test.|z.test.] z.test"},
		{"dangling.z.test", TypeTXT, "3 [nowhere.z.test.] z.test"},
		{"any.w.z.test", TypeTXT, `0 ["wild\000\"\\"] -`},
		{"any.w.z.test", TypeA, "0 [] z.test"},
		{"two.labels.w.z.test", TypeTXT, `0 ["wild\000\"\\"] -`},
		{"real.w.z.test", TypeTXT, `0 ["real"] -`},
		{"below.real.w.z.test", TypeTXT, "3 [] z.test"}, // its closest encloser is real
		{"w.z.test", TypeTXT, "0 [] z.test empty"},
		{"any.cw.z.test", TypeMX, "0 [z.test.|10 mx.z.test.|0 .] -"},
		{"loop.z.test", TypeTXT, "2 [] -"},
		{"p.z.test", TypePTR, "0 [host.test.] -"},
		{"a.z.test", TypeA, "0 [192.0.2.1] -"},
		{"a.z.test", TypeAAAA, "0 [2001:db8::1] -"},
		{"elsewhere.test", TypeTXT, "3 [] "},
	} {
		a := truth.Ask(test.name, test.kind)
		var texts []string
		for _, r := range a.Records {
			texts = append(texts, r.Text())
		}
		got := fmt.Sprintf("%d [%s] -", a.Rcode, strings.Join(texts, "|"))
		if len(a.Authority) > 0 {
			got = strings.TrimSuffix(got, "-") + a.Authority[0].Owner
		}
		if a.Empty {
			got += " empty"
		}
		if got != test.want {
			t.Errorf("%s %s: got %s, want %s", test.kind, test.name, got, test.want)
		}
	}
	if got := truth.Values("c.z.test", "MX"); !slices.Equal(got, []string{"0 .", "10 mx.z.test."}) {
		t.Errorf("values are %q", got)
	}
}

// The world is the same for the same seed, a domain does not depend on how many
// there are, and every sort of domain is in it.
func TestWorld(t *testing.T) {
	a, b, other := World(1, 500), World(1, 50), World(2, 50)
	same, sorts := 0, map[string]int{}
	for i, name := range b.Domains {
		for _, q := range [][2]string{{name, "MX"}, {name, "TXT"}, {"_dmarc." + name, "TXT"}} {
			if got, want := a.Values(q[0], q[1]), b.Values(q[0], q[1]); !slices.Equal(got, want) {
				t.Errorf("%s: %q of 500, %q of 50", q, got, want)
			}
			if slices.Equal(b.Values(q[0], q[1]), other.Values(q[0], q[1])) {
				same++
			}
		}
		if a.Domains[i] != name {
			t.Errorf("domain %d is %s and %s", i, a.Domains[i], name)
		}
	}
	if same > 100 {
		t.Errorf("another seed gives the same answer to %d of 150 questions", same)
	}
	for _, name := range a.Domains {
		for what, is := range map[string]bool{
			"nonexistent": a.Ask(name, TypeMX).Rcode == rcodeNXDomain,
			"MX":          a.Values(name, "MX") != nil,
			"null MX":     slices.Equal(a.Values(name, "MX"), []string{"0 ."}),
			"TXT":         a.Values(name, "TXT") != nil,
			"DMARC":       a.Values("_dmarc."+name, "TXT") != nil,
			"DMARC alias": a.Values("_dmarc."+name, "CNAME") != nil,
			"DKIM":        a.Values("default._domainkey."+name, "TXT") != nil,
			"wildcard":    a.Values("any._domainkey."+name, "TXT") != nil,
		} {
			if is {
				sorts[what]++
			}
		}
	}
	for what, n := range sorts {
		if n < 5 || n > 450 {
			t.Errorf("%d of 500 domains are %s", n, what)
		}
	}
	if len(sorts) != 8 {
		t.Errorf("sorts of domains: %v", sorts)
	}
}

// Whatever is in the world must fit what a client may be asked to believe.
func TestWorldFits(t *testing.T) {
	for name, records := range World(3, 200).names {
		for _, r := range records {
			if len(r.data()) > 4096 || len(appendName(nil, name)) > 255 {
				t.Errorf("%s %s is too large", r.Type, name)
			}
			for _, s := range r.Strings {
				if len(s) > 255 {
					t.Errorf("%s %s has a string of %d octets", r.Type, name, len(s))
				}
			}
		}
	}
}
