package report

import (
	"fmt"
	"slices"
	"testing"

	"github.com/mailposture/mailposture/policy"
)

// blamed makes a result with a finding of a rule, about a part of a record.
func blamed(domain, rule, family, key, name, text, mark string) Result {
	r := blank(domain, 1)
	f := find(domain, rule, key, "", name, "TXT", text, mark)
	f.Family, f.Severity = family, policy.High
	r.Findings = []Finding{f}
	return r
}

func TestCauses(t *testing.T) {
	const spf = "v=spf1 include:_spf.old.example -all"
	for _, c := range []struct {
		what string
		make func(domain string) Result
		want string
	}{
		{"a term that leads outside", func(d string) Result { return blamed(d, "SPF008", "SPF", "x", d, spf, "include:_spf.old.example") }, "include:_spf.old.example breaks SPF of 3 domains [SPF008] true"},
		{"case and a plus do not matter", func(d string) Result {
			return blamed(d, "SPF008", "SPF", "x", d, "v=spf1 +include:_SPF.Old.example -all", "+include:_SPF.Old.example")
		}, "include:_spf.old.example breaks SPF of 3 domains [SPF008] true"},
		{"a record that is somebody else's", func(d string) Result { return blamed(d, "SPF004", "SPF", "x", "_spf.old.example", "v=spf1 ?", "?") }, "TXT _spf.old.example breaks SPF of 3 domains [SPF004] true"},
		{"a host", func(d string) Result { return blamed(d, "MX005", "MX", "mx.old.example", "mx.old.example", "", "") }, "MX host mx.old.example is in the way of mail to 3 domains [MX005] true"},
		{"a destination of reports", func(d string) Result {
			return blamed(d, "DMARC008", "DMARC", "reports.old.example", "_dmarc."+d, "v=DMARC1; rua=mailto:a@reports.old.example", "mailto:a@reports.old.example")
		}, "reports to reports.old.example is bad for DMARC of 3 domains [DMARC008] true"},
		{"the policy of a domain above", func(d string) Result {
			return blamed(d, "DMARC006", "DMARC", "", "_dmarc.old.example", "v=DMARC1; p=none", "p=none")
		}, "TXT _dmarc.old.example is bad for DMARC of 3 domains [DMARC006] true"},
		{"lookups: the costliest include", func(d string) Result {
			r := blamed(d, "SPF005", "SPF", "", d, spf, "-all")
			r.SPF = &SPF{Tree: &SPFNode{Terms: []SPFTerm{{Term: "include:small.example", Lookups: 2}, {Term: "include:_spf.old.example", Lookups: 7}, {Term: "mx", Lookups: 1}}}}
			return r
		}, "lookups of include:_spf.old.example weigh on SPF of 3 domains [SPF005] true"},
		{"a server that does not answer", func(d string) Result {
			r := blank(d, 1)
			r.Unknown = []UnknownRule{{"SPF007", "TXT _spf.old.example: SERVFAIL"}, {"SPF005", "TXT _spf.old.example: SERVFAIL"}}
			return r
		}, "TXT _spf.old.example: SERVFAIL leaves rules open for 3 domains [SPF005 SPF007] true"},
		{"the domain's own term", func(d string) Result {
			return blamed(d, "SPF008", "SPF", "x", d, "v=spf1 include:_spf."+d+" -all", "include:_spf."+d)
		}, ""},
		{"the domain's own record", func(d string) Result { return blamed(d, "SPF011", "SPF", "", d, "v=spf1 ?all", "?all") }, ""},
		{"a macro", func(d string) Result {
			return blamed(d, "SPF007", "SPF", "", d, "v=spf1 exists:%{i}.old.example -all", "exists:%{i}.old.example")
		}, ""},
		{"the domain's own server", func(d string) Result {
			r := blank(d, 1)
			r.Unknown = []UnknownRule{{"DMARC001", "TXT _dmarc." + d + ": SERVFAIL"}}
			return r
		}, ""},
		{"hygiene is no cause", func(d string) Result {
			r := blamed(d, "MX017", "MX", "mx.old.example", d, "", "")
			r.Findings[0].Severity = policy.Low
			return r
		}, ""},
	} {
		var tally Tally
		for i := range 3 {
			r := c.make(fmt.Sprintf("d%d.example", i))
			r.Findings = append(r.Findings, r.Findings...) // each thing counts once for a domain
			tally.Add(r)
		}
		tally.Add(c.make("old.example")) // for which nothing of this is outside
		got := ""
		for _, cause := range tally.Summary(ended).Causes {
			got += fmt.Sprint(cause.words(), " ", cause.Rules, " ", cause.Exact)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// What is behind many domains is found among any number of things that are
// behind one each, in bounded room, and never counted too high.
func TestCausesAreBounded(t *testing.T) {
	var c causes
	const domains = 60_000
	for i := range domains {
		d := fmt.Sprintf("d%d.example", i)
		target := fmt.Sprintf("_spf%d.example.net", i)
		if i%25 == 0 {
			target = "_spf.old.example"
		}
		r := blamed(d, "SPF008", "SPF", "x", d, "v=spf1 include:"+target+" -all", "include:"+target)
		c.note(&r)
		if len(c.seen) > mostThings {
			t.Fatalf("%d things are kept", len(c.seen))
		}
	}
	top := c.top()
	if len(top) == 0 || top[0].Thing != "include:_spf.old.example" || top[0].Domains > domains/25 || top[0].Domains < domains/25-domains/mostThings*2 {
		t.Errorf("got %+v", top)
	}
	// The control: a thing that was dropped and came again does not claim to be exact.
	for _, d := range []string{"a.example", "b.example"} {
		late := blamed(d, "SPF008", "SPF", "x", d, "v=spf1 include:late.example -all", "include:late.example")
		c.note(&late)
	}
	i := slices.IndexFunc(c.top(), func(cause Cause) bool { return cause.Thing == "include:late.example" })
	if i < 0 || c.top()[i].Exact {
		t.Errorf("got %+v", c.top())
	}
}
