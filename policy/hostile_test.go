package policy_test

import (
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/record"
)

// FuzzRules judges records of any content: nothing may panic, and findings
// must be well formed and within their bounds.
func FuzzRules(f *testing.F) {
	f.Add("v=spf1 include:example.com inlude:x ip4:1.2.3.4/33 -all a\x00\x1b[31m ?", "v=DMARC1; p=rejcet p=none; rua=x, ; \xe2\x80\x9c", "v=DKIM1; p=MIGf; t=y", "10 192.0.2.1.")
	f.Add("v=spf1 redirect=%{d}.example.com +all +all", "p=none; v=dmarc1", "p=; h=sha1; s=x", "0 .")
	f.Add("v=spf1include:x", "v=DMARC1;p=none;t=y;pct=;sp=;rua=mailto:a@example.net!1", "", "0 \\.\\000.")
	f.Add("", "", "p=0;"+strings.Repeat("0", 200), "10 ::1%\x1b.")
	f.Fuzz(func(t *testing.T, spf, dmarc, dkim, mx string) {
		facts := hostileFacts(spf, dmarc, dkim, mx)
		for _, v := range policy.Evaluate(facts, policy.Rules()) {
			if len(v.Findings) > 20 {
				t.Errorf("%s: %d findings", v.Rule.ID, len(v.Findings))
			}
			for _, finding := range v.Findings {
				for _, fault := range findingFaults(v, finding) {
					t.Errorf("%s: %s: %+v", v.Rule.ID, fault, finding)
				}
			}
		}
	})
}

// TestRecordOfManyFaults holds a record of thousands of faults to the bounds.
func TestRecordOfManyFaults(t *testing.T) {
	var spf, dmarc strings.Builder
	spf.WriteString("v=spf1")
	dmarc.WriteString("v=DMARC1; p=none; rua=x")
	for i := range 1000 {
		spf.WriteString(" \x01\\\"" + strings.Repeat("x", i%200))
		dmarc.WriteString(",x" + strings.Repeat("y", i%200))
	}
	f := hostileFacts(spf.String(), dmarc.String(), "", "0 .")
	for _, id := range []string{"SPF004", "DMARC009"} {
		if v := verdictOf(t, f, id); v.Outcome != policy.Fail || len(v.Findings) != 20 {
			t.Errorf("%s: %s with %d findings, want fail with 20", id, v.Outcome, len(v.Findings))
		}
	}
}

// hostileFacts are those of example.com with these records, in a world where
// nothing else exists.
func hostileFacts(spf, dmarc, dkim, mx string) *facts.Facts {
	answers := make(known)
	answer := func(name, kind, data string) {
		q := facts.Question{Name: name, Kind: kind}
		answers[q] = facts.Observation{Question: q, Status: facts.Found, Data: []string{data}}
	}
	answer("example.com", facts.KindTXT, record.FormatTXT(spf, []int{len(spf)}))
	answer("_dmarc.example.com", facts.KindTXT, record.FormatTXT(dmarc, []int{len(dmarc)}))
	answer("_domainkey.example.com", facts.KindTXT, record.FormatTXT("", []int{0}))
	answer("s1._domainkey.example.com", facts.KindTXT, record.FormatTXT(dkim, []int{len(dkim)}))
	answer("example.com", facts.KindMX, mx)
	opt := facts.DefaultOptions()
	opt.Selectors = []string{"s1"}
	for {
		f, missing := facts.Build("example.com", answers, opt)
		if len(missing) == 0 {
			return f
		}
		for _, q := range missing {
			answers[q] = facts.Observation{Question: q, Status: facts.NXDomain}
		}
	}
}
