package record

import (
	"testing"
)

func TestIsSPF(t *testing.T) {
	for octets, want := range map[string]bool{
		"v=spf1":             true,
		"v=spf1 -all":        true,
		"V=SPF1 -all":        true, // RFC 7208, section 4.5: the ABNF is not case-sensitive
		"v=spf10 -all":       false,
		"v=spf1-all":         false,
		" v=spf1 -all":       false,
		"v=spf1\t-all":       false, // a tab is no space
		"spf2.0/pra -all":    false,
		"v=spf":              false,
		"\"v=spf1 -all\"":    false, // quotes inside the data
		"v=DMARC1; p=reject": false,
	} {
		if got := IsSPF(octets); got != want {
			t.Errorf("IsSPF(%q) = %v", octets, got)
		}
	}
}

// good are records without a problem.
var good = []string{
	"v=spf1",
	"v=spf1 -all",
	"v=spf1   a   mx   ~all ", // more than one space is allowed
	"v=spf1 a/24 a//64 a/24//64 a:example.com/24//64 mx:example.com//0 -all",
	"v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 ip4:0.0.0.0/0 ip6:2001:db8::/32 ip6:::1 ip6:::ffff:192.0.2.1 -all",
	"v=spf1 include:_spf.example.com. exists:%{ir}.%{v}._spf.%{d2} -all",
	"v=spf1 INCLUDE:Example.COM Ip4:192.0.2.1 ALL",
	"v=spf1 ptr ptr:example.com ?all",
	"v=spf1 redirect=_spf.example.com",
	"v=spf1 mx -all exp=explain._spf.%{d}",
	"v=spf1 unknown-modifier_1.x=anything%%here -all", // RFC 7208, section 6: ignored
	"v=spf1 a:%{d} -all",
	"v=spf1 include:%{l1r-+.}._spf.example.com -all",
	"v=spf1 a:foo/bar.example.com -all", // "/" may stand in a macro-string
	"v=spf1 a:example.xn--zckzah -all",
	"v=spf1 include=example.com -all", // a modifier that nobody defines: legal, and surely meant otherwise
}

func TestParseSPFGood(t *testing.T) {
	for _, octets := range good {
		if r := ParseSPF(octets); len(r.Problems) > 0 {
			t.Errorf("%s: %+v", octets, r.Problems)
		}
	}
}

func TestParseSPFBad(t *testing.T) {
	for _, c := range []struct {
		record string
		code   Code
		at     string // the octets that the problem points at
	}{
		{"v=spf1 ipv4:192.0.2.1 -all", SPFUnknownMechanism, "ipv4:192.0.2.1"},         // it is ip4
		{"v=spf1 inlude:example.com -all", SPFUnknownMechanism, "inlude:example.com"}, // typo
		{"v=spf1 192.0.2.1 -all", SPFUnknownMechanism, "192.0.2.1"},                   // an address without ip4:
		{"v=spf1 all. -all", SPFUnknownMechanism, "all."},                             // a dot belongs to the name
		{"v=spf1 - all", SPFUnknownMechanism, "-"},                                    // a space behind the qualifier
		{"v=spf1 +=x", SPFUnknownMechanism, "+=x"},                                    // a modifier without a name
		{"v=spf1 -all:example.com", SPFUnexpectedValue, ":example.com"},               // all takes no domain
		{"v=spf1 all/24", SPFUnexpectedValue, "/24"},                                  // nor a length
		{"v=spf1 include -all", SPFMissingDomain, "include"},                          // include needs a domain
		{"v=spf1 include: -all", SPFMissingDomain, "include:"},                        // an empty one
		{"v=spf1 a: -all", SPFMissingDomain, "a:"},                                    // a colon promises a domain
		{"v=spf1 redirect=", SPFMissingDomain, "redirect="},                           //
		{"v=spf1 include/24", SPFUnexpectedValue, "/24"},                              // include takes no length
		{"v=spf1 ptr/0", SPFUnexpectedValue, "/0"},                                    // nor ptr
		{"v=spf1 a:museum -all", SPFBadDomain, "museum"},                              // one label
		{"v=spf1 a:museum. -all", SPFBadDomain, "museum."},                            // one label and a dot
		{"v=spf1 a:192.0.2.1 -all", SPFBadDomain, "192.0.2.1"},                        // a top label of digits
		{"v=spf1 a:example.-com", SPFBadDomain, "example.-com"},                       // a top label with a leading hyphen
		{"v=spf1 a:example.com:8080", SPFBadDomain, "example.com:8080"},               // a port
		{"v=spf1 ip4:192.0.2 -all", SPFBadAddress, "192.0.2"},                         // three numbers
		{"v=spf1 ip4:192.0.2.256", SPFBadAddress, "192.0.2.256"},                      // a number over 255
		{"v=spf1 ip4 -all", SPFBadAddress, "ip4"},                                     // no address
		{"v=spf1 ip4:2001:db8::1", SPFBadAddress, "2001:db8::1"},                      // the wrong family
		{"v=spf1 ip6:192.0.2.1", SPFBadAddress, "192.0.2.1"},                          // the same
		{"v=spf1 ip4:192.0.2.1:25", SPFBadAddress, "192.0.2.1:25"},                    // a port
		{"v=spf1 ip4:192.0.2.0/33", SPFBadCIDR, "33"},                                 // too long
		{"v=spf1 ip4:192.0.2.0/", SPFBadCIDR, ""},                                     // no length
		{"v=spf1 ip4:192.0.2.0/08", SPFBadCIDR, "08"},                                 // a leading zero
		{"v=spf1 ip4:192.0.2.0/24/24", SPFBadCIDR, "24/24"},                           // two lengths
		{"v=spf1 ip6:2001:db8::/129", SPFBadCIDR, "129"},                              //
		{"v=spf1 a/33 -all", SPFBadCIDR, "33"},                                        //
		{"v=spf1 mx//129", SPFBadCIDR, "129"},                                         //
		{"v=spf1 a/x", SPFBadCIDR, "/x"},                                              // not a number
		{"v=spf1 a:%{x}.example.com", SPFBadMacro, "%{x}.example.com"},                // no such letter
		{"v=spf1 a:%{d0}.example.com", SPFBadMacro, "%{d0}.example.com"},              // zero parts
		{"v=spf1 a:%{d.example.com", SPFBadMacro, "%{d.example.com"},                  // never closed
		{"v=spf1 a:100%.example.com", SPFBadMacro, "%.example.com"},                   // a bare percent sign
		{"v=spf1 include:%{c}.example.com", SPFBadMacro, "%{c}.example.com"},          // c is for explanations
		{"v=spf1 redirect=a.example.com redirect=b.example.com", SPFDuplicateModifier, "redirect=b.example.com"},
		{"v=spf1 exp=a.example.com exp=b.example.com", SPFDuplicateModifier, "exp=b.example.com"},
		{"v=spf1 -redirect=a.example.com", SPFQualifiedModifier, "-redirect=a.example.com"},
		{"v=spf1 a\tmx -all", SPFBadSeparator, "\t"},
		{"v=spf1 include:ex\xc3\xa4mple.com -all", SPFNonASCII, "\xc3"},
		{"v=spf1 -all\x00", SPFNonASCII, "\x00"},
	} {
		r := ParseSPF(c.record)
		if len(r.Problems) != 1 || r.Problems[0].Code != c.code {
			t.Errorf("%s: problems %+v, want one %s", c.record, r.Problems, c.code)
			continue
		}
		if p := r.Problems[0]; c.record[p.Offset:p.End()] != c.at {
			t.Errorf("%s: points at %q, want %q", c.record, c.record[p.Offset:p.End()], c.at)
		}
	}
}

// Two texts that look wrong and are not, by the ABNF.
func TestParseSPFOddButLegal(t *testing.T) {
	for _, octets := range []string{
		"v=spf1 v=spf1 -all",                // a modifier called v
		"v=spf1 include:http://example.com", // a macro-string that ends in a top label
	} {
		if r := ParseSPF(octets); len(r.Problems) > 0 {
			t.Errorf("%s: %+v", octets, r.Problems)
		}
	}
}

func TestParseSPFEveryProblem(t *testing.T) {
	r := ParseSPF("v=spf1 ip4:1.2.3 a:x foo:bar -all:")
	if len(r.Problems) != 4 {
		t.Errorf("problems %+v, want one for each term", r.Problems)
	}
}

func TestParseSPFTerms(t *testing.T) {
	r := ParseSPF("v=spf1 ?A:Example.com/24//64 ip4:192.0.2.7/24 redirect=_spf.example.com")
	a, ip4, redirect := r.Terms[0], r.Terms[1], r.Terms[2]
	if a.Mechanism != MechA || a.Qualifier != QualifierNeutral || a.Domain != "Example.com" || a.CIDR4 != 24 || a.CIDR6 != 64 {
		t.Errorf("a: %+v", a)
	}
	if r.Octets[a.DomainAt.Offset:a.DomainAt.End()] != "Example.com" {
		t.Errorf("the domain of a stands at %+v", a.DomainAt)
	}
	if ip4.Prefix.String() != "192.0.2.7/24" || ip4.Qualifier != QualifierPass {
		t.Errorf("ip4: %+v", ip4)
	}
	if !redirect.Modifier || redirect.Qualifier != 0 || redirect.Domain != "_spf.example.com" {
		t.Errorf("redirect: %+v", redirect)
	}
}

// FuzzParseSPF holds what every parse must: nothing crashes, offsets stay
// inside, terms are the record's own octets, and printing loses nothing.
func FuzzParseSPF(f *testing.F) {
	for _, octets := range good {
		f.Add(octets)
	}
	f.Add("v=spf1 %{ %{d %{d0} a:%{d}/ //1 /1//1 ip4:/ ip6:::/\xff redirect=")
	f.Fuzz(func(t *testing.T, octets string) {
		if !IsSPF(octets) {
			return
		}
		r := ParseSPF(octets)
		for _, p := range r.Problems {
			if p.Offset < 0 || p.Length < 0 || p.End() > len(octets) {
				t.Fatalf("problem %+v is outside of %q", p, octets)
			}
		}
		for _, term := range r.Terms {
			if octets[term.Offset:term.End()] != term.Text || term.Domain != "" && octets[term.DomainAt.Offset:term.DomainAt.End()] != term.Domain {
				t.Fatalf("term %+v is not what stands in %q", term, octets)
			}
		}
		again := ParseSPF(r.String())
		if len(again.Terms) != len(r.Terms) || len(again.Problems) != len(r.Problems) {
			t.Fatalf("%q printed as %q parses differently", octets, r.String())
		}
		for i, term := range again.Terms {
			was := r.Terms[i]
			was.Span, was.DomainAt = term.Span, term.DomainAt
			if was != term {
				t.Fatalf("%q: %+v became %+v", octets, was, term)
			}
		}
	})
}
