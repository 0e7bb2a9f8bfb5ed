package provider

import (
	"slices"
	"strings"
	"testing"
)

// A small catalogue in which suffixes overlap and selectors are shared.
const small = `
providers:
- {id: wide, name: Wide, kind: mailbox-host, confidence: high, mx: [.host.example], spf: [.host.example], dkim: [{selector: s1, cname: host.example}, {selector: only}, {selector: shared}]}
- {id: deep, name: Deep, kind: mailbox-host, confidence: high, mx: [.deep.host.example], spf: [spf.host.example], dkim: [{selector: s1, cname: deep.host.example}, {selector: shared}]}
- {id: exact, name: Exact, kind: security-gateway, confidence: low, mx: [mx.deep.host.example, single, in.*.pattern.example, '*.any.*.pattern.example', in.*.deep.host.example], spf: [.x.spf.host.example]}
`

func TestLookups(t *testing.T) {
	c := mustParse(t, small)
	for _, tt := range []struct{ host, id, why string }{
		{"mx.host.example", "wide", "one label below"},
		{"a.b.c.host.example", "wide", "many labels below"},
		{"mx1.deep.host.example", "deep", "the longer suffix wins"},
		{"mx.deep.host.example", "exact", "an exact name beats any suffix"},
		{"a.mx.deep.host.example", "deep", "an exact name is not a suffix"},
		{"MX.Deep.HOST.example.", "exact", "case and the final dot do not matter"},
		{"single", "exact", "an exact name may be one label"},
		{"host.example", "", "a suffix does not match its own name"},
		{"deep.host.example", "wide", "below the wider one only"},
		{".host.example", "", "an empty first label"},
		{"evilhost.example", "", "no label boundary"},
		{"mx.host.example.attacker.example", "", "in the middle"},
		{`mx\.host.example`, "", "an escaped dot is no label boundary"},
		{`mx\\.host.example`, "wide", "an escaped backslash before a label boundary"},
		{`mx.host.example\.`, "", "an escaped dot at the end is not the root"},
		{"mx.host.example..", "", "an empty last label"},
		{"mx.\u212Aost.example", "", "the Kelvin sign is no k"},
		{"in.eu.pattern.example", "exact", "any label at the star"},
		{"IN.EU.pattern.example.", "exact", "case and the final dot do not matter there either"},
		{"a.any.b.pattern.example", "exact", "two stars"},
		{"in.deep.host.example", "deep", "any suffix beats a pattern"},
		{"in.x.deep.host.example", "deep", "even one that is longer"},
		{"in.pattern.example", "", "no label at the star"},
		{"in.a.b.pattern.example", "", "two labels at the star"},
		{"in..pattern.example", "", "an empty label at the star"},
		{`in.a\.b.pattern.example`, "", "an escaped dot in the label"},
		{"x.in.eu.pattern.example", "", "a pattern is no suffix"},
		{"win.eu.pattern.example", "", "half a label"},
		{"in.*.pattern.example", "exact", "a star in a name is a label like any"},
		{"*.pattern.example", "", "not the pattern's own text"},
		{"", "", "no name"},
		{".", "", "the null MX"},
		{"..", "", "dots only"},
	} {
		p, ok := c.ForMX(tt.host)
		if p.ID != tt.id || ok != (tt.id != "") {
			t.Errorf("ForMX(%q) = %q, %t; want %q: %s", tt.host, p.ID, ok, tt.id, tt.why)
		}
	}
	wantProvider(t, "an exact include", "deep")(c.ForSPF("spf.host.example"))
	wantProvider(t, "an include with macros", "exact")(c.ForSPF("%{i}._ip.%{h}.x.spf.host.example"))
	wantProvider(t, "an MX host as include", "")(c.ForSPF("single"))
}

func TestForSelector(t *testing.T) {
	c := mustParse(t, small)
	for _, tt := range []struct{ selector, cname, id, why string }{
		{"s1", "s1.host.example", "wide", "below the target"},
		{"s1", "host.example", "wide", "the target itself"},
		{"s1", "s1.deep.host.example.", "deep", "the longer target wins"},
		{"other", "x.host.example", "wide", "the target decides, whatever the selector"},
		{"s1", "", "", "many have an s1; without its target it says nothing"},
		{"s1", "evilhost.example", "", "no label boundary"},
		{"only", "", "wide", "a name of one provider"},
		{"ONLY", "", "wide", "case does not matter"},
		{"only", "elsewhere.example", "", "the key is somebody else's"},
		{"shared", "", "", "a name of two providers"},
		{"", "", "", "nothing"},
	} {
		p, ok := c.ForSelector(tt.selector, tt.cname)
		if p.ID != tt.id || ok != (tt.id != "") {
			t.Errorf("ForSelector(%q, %q) = %q, %t; want %q: %s", tt.selector, tt.cname, p.ID, ok, tt.id, tt.why)
		}
	}
}

// Names that read like a big provider's and are not.
func TestEmbeddedTraps(t *testing.T) {
	c := Embedded()
	for _, tt := range []struct{ host, id, why string }{
		{"evilmail.protection.outlook.com.attacker.example", "", "the attacker's own zone"},
		{"evilmail.protection.outlook.com", "", "no label boundary"},
		{"mail.protection.outlook.com", "", "no tenant"},
		{"hotmail-com.olc.protection.outlook.com", "outlook-consumer", "consumer, never a tenant"},
		{"mx.mail.protection.outlook.com.olc.protection.outlook.com", "outlook-consumer", "the end decides"},
		{"example-com.mail.protection.outlook.de", "microsoft-365-germany-retired", "a cloud of its own"},
		{"notgoogle.com", "", "no label boundary"},
		{"google.com", "", "not an MX host of Google"},
		{"pphosted.com", "", "not a customer's host"},
	} {
		p, ok := c.ForMX(tt.host)
		if p.ID != tt.id || ok != (tt.id != "") {
			t.Errorf("ForMX(%q) = %q, %t; want %q: %s", tt.host, p.ID, ok, tt.id, tt.why)
		}
	}
	wantProvider(t, "selector1 of nobody", "")(c.ForSelector("selector1", ""))
	wantProvider(t, "a target without its final dot", "")(c.ForSelector("selector1", "selector1-x._domainkey.x.onmicrosoft.com.example.com"))
}

func TestByIDAndAll(t *testing.T) {
	c := Embedded()
	all := c.All()
	if !slices.IsSortedFunc(all, func(a, b Provider) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("All is not sorted by ID")
	}
	for _, want := range all {
		wantProvider(t, "ByID("+want.ID+")", want.ID)(c.ByID(want.ID))
	}
	wantProvider(t, "ByID of nobody", "")(c.ByID("zzz"))
	all[0].ID = "changed"
	if c.All()[0].ID == "changed" {
		t.Error("a caller can change the catalogue through All")
	}
}

func TestNilCatalogue(t *testing.T) {
	var c *Catalogue
	wantProvider(t, "ByID", "")(c.ByID("microsoft-365"))
	wantProvider(t, "ForMX", "")(c.ForMX("x.mail.protection.outlook.com"))
	wantProvider(t, "ForSPF", "")(c.ForSPF("spf.protection.outlook.com"))
	wantProvider(t, "ForSelector", "")(c.ForSelector("google", ""))
	if all := c.All(); len(all) != 0 {
		t.Errorf("All = %v", all)
	}
}

// Lookups run for every host and include of every domain.
func TestLookupsDoNotAllocate(t *testing.T) {
	c := Embedded()
	allocs := testing.AllocsPerRun(100, func() {
		c.ForMX("example-com.mail.protection.outlook.com")
		c.ForSPF("nobody.example.")
		c.ForSelector("google", "")
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func mustParse(t *testing.T, data string) *Catalogue {
	t.Helper()
	c, err := Parse("test.yaml", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wantProvider checks the result of a lookup; no id means that nothing is found.
func wantProvider(t *testing.T, call, id string) func(Provider, bool) {
	t.Helper()
	return func(p Provider, ok bool) {
		t.Helper()
		if p.ID != id || ok != (id != "") {
			t.Errorf("%s = %q, %t; want %q", call, p.ID, ok, id)
		}
	}
}
