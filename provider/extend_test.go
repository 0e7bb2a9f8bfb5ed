package provider

import (
	"strings"
	"testing"
)

func TestExtend(t *testing.T) {
	base := mustParse(t, small)
	extended, err := base.Extend("site.yaml", []byte(`
providers:
- {id: deep, name: Other, kind: parking, confidence: low, mx: [.park.example], dkim: [{selector: only}]}
- {id: site, name: Site, kind: security-gateway, confidence: high, mx: [.host.example, in.*.pattern.example], spf: [.host.example]}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ host, before, after, why string }{
		{"x.host.example", "wide", "site", "what both claim is the new one's"},
		{"x.deep.host.example", "deep", "site", "an entry that is replaced claims nothing"},
		{"mx.deep.host.example", "exact", "exact", "an exact name still beats the new suffix"},
		{"x.park.example", "", "deep", "the new entry of the old ID"},
		{"in.eu.pattern.example", "exact", "site", "a pattern that both claim"},
	} {
		wantProvider(t, "before: "+tt.host, tt.before)(base.ForMX(tt.host))
		wantProvider(t, tt.why+": "+tt.host, tt.after)(extended.ForMX(tt.host))
	}
	if p, _ := extended.ByID("deep"); p.Name != "Other" || p.Kind != Parking {
		t.Errorf("deep is %+v", p)
	}
	if p, _ := base.ByID("deep"); p.Name != "Deep" {
		t.Error("Extend changed what it was given")
	}
	wantProvider(t, "before: only", "wide")(base.ForSelector("only", ""))
	wantProvider(t, "a selector that two use now", "")(extended.ForSelector("only", ""))
	if a := extended.Added(); len(a) != 4 || len(base.Added()) != 3 {
		t.Errorf("added %v to %v", a, base.Added())
	}
}

// A second file goes on top of the first.
func TestExtendTwice(t *testing.T) {
	c := Embedded()
	for i, entry := range []string{
		"{id: one, name: One, kind: sender, confidence: low, mx: [.one.example]}",
		"{id: two, name: Two, kind: sender, confidence: low, mx: [.one.example]}",
		"{id: one, name: Uno, kind: sender, confidence: low, mx: [.uno.example]}",
	} {
		var err error
		if c, err = c.Extend("x", []byte("providers: ["+entry+"]")); err != nil {
			t.Fatal(i, err)
		}
	}
	wantProvider(t, "ForMX", "two")(c.ForMX("x.one.example"))
	wantProvider(t, "ForMX", "one")(c.ForMX("x.uno.example"))
	if added := c.Added(); len(added) != 2 || added[0].ID != "two" || added[1].Name != "Uno" {
		t.Errorf("added %v", added)
	}
	if len(c.All()) != len(Embedded().All())+2 || len(Embedded().Added()) != 0 {
		t.Error("the embedded catalogue changed")
	}
}

// The test lines of a file are held against the whole catalogue.
func TestExtendRunsItsTests(t *testing.T) {
	for _, tt := range []struct{ test, want string }{
		{"mx x.site.example", ""},
		{"mx x.pphosted.com", `site.yaml:1:92: test "mx x.pphosted.com" of site: it is recognised as proofpoint-enterprise`},
		{"spf x.site.example", "no provider is recognised"},
		{"dkim s1 x.site.example", "no provider is recognised"},
		{"rua x.site.example", "no provider is recognised"},
		{"alias x.site.example", "no provider is recognised"},
	} {
		_, err := Embedded().Extend("site.yaml", []byte("providers: [{id: site, name: S, kind: sender, confidence: low, mx: [.site.example], test: ["+tt.test+"]}]"))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v; want %s", tt.test, err, tt.want)
		}
	}
}

func TestMatches(t *testing.T) {
	c := Embedded()
	for name, want := range map[string]string{
		"example-com.mail.protection.outlook.com":             "mx suffix .mail.protection.outlook.com microsoft-365",
		"Park-MX.above.com.":                                  "mx exact park-mx.above.com above-parking",
		"inbound-smtp.eu-west-1.amazonaws.com":                "mx pattern inbound-smtp.*.amazonaws.com amazon-ses",
		"spf.protection.outlook.com":                          "spf exact spf.protection.outlook.com microsoft-365",
		"s1.domainkey.u1.wl1.sendgrid.net":                    "dkim suffix .sendgrid.net sendgrid",
		"ag.dmarcian.com":                                     "rua exact ag.dmarcian.com dmarcian",
		"_d1.fdmarc.net":                                      "alias suffix .fdmarc.net fraudmarc",
		"outlook.com":                                         "spf exact outlook.com outlook-consumer",
		"www.example.com":                                     "",
		"mail.protection.outlook.com.attacker.example":        "",
		"antispameurope.com":                                  "spf exact antispameurope.com hornetsecurity",
		"mail.messaging.microsoft.com":                        "mx exact mail.messaging.microsoft.com microsoft-fope-retired",
		"hotmail-com.olc.protection.outlook.com":              "mx suffix .olc.protection.outlook.com outlook-consumer",
		"example-com.q-v1.mx.microsoft":                       "mx suffix .mx.microsoft microsoft-365",
		"example-cn.mail.protection.partner.outlook.cn":       "mx suffix .mail.protection.partner.outlook.cn microsoft-365-21vianet",
		"example-com.mail.protection.office365.us":            "mx suffix .mail.protection.office365.us microsoft-365-gcc-high",
		"example.com.mail.eo.outlook.com":                     "mx suffix .eo.outlook.com microsoft-365-eo-legacy",
		"selector1-a-b._domainkey.c.k-v1.dkim.mail.microsoft": "dkim suffix .dkim.mail.microsoft microsoft-365",
	} {
		got := ""
		for _, m := range c.Matches(name) {
			got += strings.Join([]string{string(m.Use), string(m.How), m.Value, m.Provider.ID}, " ")
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	var none *Catalogue
	if m := none.Matches("ag.dmarcian.com"); m != nil || none.Added() != nil {
		t.Errorf("a nil catalogue knows %v", m)
	}
	wantProvider(t, "ForReport", "")(none.ForReport("ag.dmarcian.com"))
	wantProvider(t, "ForAlias", "")(none.ForAlias("_d1.fdmarc.net"))
}
