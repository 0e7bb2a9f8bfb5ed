package provider

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	c := mustParse(t, `
sources:
  a: where a comes from
  b: where b comes from
providers:
- id: some-gateway
  name: Some Gateway
  kind: security-gateway
  mx: [.in.gateway.example, mx.gateway.example]
  spf: [spf.gateway.example]
  dkim:
  - {selector: gw1, cname: dkim.gateway.example}
  - {selector: gw2}
  autodiscover: autodiscover.gateway.example
  enhanced_filtering: 'no'
  retired: true
  confidence: low
  source: [b, a]
  note: >
    two
    lines
`)
	p, ok := c.ByID("some-gateway")
	if !ok || p.Name != "Some Gateway" || p.Kind != Gateway || p.Autodiscover != "autodiscover.gateway.example" ||
		p.EnhancedFiltering != EFNo || !p.Retired || p.Confidence != Low || p.Note != "two lines" ||
		strings.Join(p.MXSuffixes, " ") != ".in.gateway.example mx.gateway.example" ||
		strings.Join(p.SPFIncludes, " ") != "spf.gateway.example" ||
		strings.Join(p.Source, "; ") != "where b comes from; where a comes from" ||
		len(p.Selectors) != 2 || p.Selectors[0] != (Selector{"gw1", "dkim.gateway.example"}) || p.Selectors[1] != (Selector{Name: "gw2"}) {
		t.Errorf("%+v, %t", p, ok)
	}
}

func TestParseErrors(t *testing.T) {
	// The entry that the bad lines are added to is good by itself.
	const good = "providers:\n- id: a\n  name: A\n  kind: mailbox-host\n  confidence: high\n"
	const mx = "  mx: [.a.example]\n"
	mustParse(t, good+mx)
	second := func(rest string) string {
		return good + mx + "- id: b\n  name: B\n  kind: security-gateway\n  confidence: high\n" + rest
	}
	for _, tt := range []struct{ data, want string }{
		{"", "x.yaml: no providers"},
		{"providers: []\n", "x.yaml: no providers"},
		{"providers: 7\n", "x.yaml:1:12: "},
		{"providers: [\n", "x.yaml:1:12: "},
		{"provider: []\n", `x.yaml:1:1: unknown field "provider"`},
		{good + mx + "  mxs: [.b.example]\n", `x.yaml:7:3: unknown field "mxs"`},
		{good + mx + mx, `x.yaml:7:3: mapping key "mx" already defined`},
		{good, "x.yaml:2:7: a has no mx, spf, dkim, rua or alias"},
		{good + "  mx: [7]\n", "x.yaml:6:8: must be text"},
		{good + "  mx: [.A.example]\n", `x.yaml:6:8: mx ".A.example" is not a lower-case domain name`},
		{good + "  mx: [.a.example.]\n", `x.yaml:6:8: mx ".a.example." is not a lower-case domain name without a final dot`},
		{good + "  mx: ['*.example']\n", `x.yaml:6:8: mx "*.example": a star stands for one whole label`},
		{good + "  mx: ['in.*']\n", `x.yaml:6:8: mx "in.*": a star`},
		{good + "  mx: ['mx*.a.example']\n", `x.yaml:6:8: mx "mx*.a.example": a star`},
		{good + "  mx: ['.*.a.example']\n", `x.yaml:6:8: mx ".*.a.example" is not`},
		{good + "  mx: ['*..a.example']\n", `x.yaml:6:8: mx "*..a.example": a star`},
		{good + "  mx: ['*.a.example', '*.a.example']\n", `mx "*.a.example" is also on line 6`},
		{good + "  rua: [.A.example]\n", `x.yaml:6:9: rua ".A.example" is not`},
		{good + "  alias: [.com]\n", `x.yaml:6:11: alias ".com" is too wide`},
		{good + mx + "  test: [mx.a.example]\n", `x.yaml:7:10: test "mx.a.example" begins with none of mx, spf, dkim, rua, alias`},
		{good + mx + "  test: [mx a.example]\n", `x.yaml:7:10: test "mx a.example" of a: no provider is recognised`},
		{second("  mx: [.b.example]\n  test: [mx x.a.example]\n"), `x.yaml:12:10: test "mx x.a.example" of b: it is recognised as a`},
		{strings.Replace(good+mx, "name: A", `name: "A\e[31m"`, 1), "x.yaml:3:9: a text of a has a character that cannot be printed"},
		{strings.Replace(good+mx, "name: A", "name: \"A\u202e\"", 1), "x.yaml:3:9: a text of a has"},
		{good + mx + "  source: [s]\nsources: {s: \"\\e\"}\n", `x.yaml:7:12: source "s" has a character that cannot be printed`},
		{good + "  mx: [a..example]\n", `x.yaml:6:8: mx "a..example" is not`},
		{good + "  mx: ['']\n", `x.yaml:6:8: mx "" is not`},
		{good + "  mx: [.]\n", `x.yaml:6:8: mx "." is not`},
		{good + "  mx: [.com]\n", `x.yaml:6:8: mx ".com" is too wide`},
		{good + "  mx: [." + strings.Repeat("a", 64) + ".example]\n", "is not a lower-case"},
		{good + "  spf: ['%{d}.a.example']\n", `x.yaml:6:9: spf "%{d}.a.example" is not`},
		{good + "  mx: [.a.example, .b.example, .a.example]\n", `x.yaml:6:32: mx ".a.example" is also on line 6`},
		{good + mx + "  autodiscover: .a.example\n", "x.yaml:7:17: autodiscover"},
		{good + mx + "  enhanced_filtering: possible\n", "x.yaml:7:23: enhanced_filtering is for a security-gateway only"},
		{good + mx + "  retired: perhaps\n", "x.yaml:7:12: "},
		{good + mx + "  source: [nowhere]\n", `x.yaml:7:12: source "nowhere" is not explained`},
		{good + "  dkim: [{selector: S1}]\n", `selector "S1" of a is not a lower-case name`},
		{good + "  dkim: [{}]\n", `x.yaml:2:7: selector "" of a`},
		{good + "  dkim: [{cname: a.example}, {cname: a.example}]\n", `x.yaml:6:38: selector "" is listed twice`},
		{good + "  dkim: [{selector: s1, cname: .a.example}]\n", `cname ".a.example" is not`},
		{good + "  dkim: [{selector: s1, cname: example}]\n", `cname "example" is not`},
		{good + "  dkim: [{selector: s1}, {selector: s1}]\n", `selector "s1" is listed twice`},
		{second("  mx: [.b.example]\n  enhanced_filtering: maybe\n"), `x.yaml:12:23: enhanced_filtering "maybe" of b: it is one of yes, possible, no`},
		{second("  mx: [.a.example]\n"), `x.yaml:11:8: mx ".a.example" is also on line 6`},
		{strings.Replace(second("  mx: [.b.example]\n"), "id: b", "id: a", 1), `x.yaml:7:7: id "a" is also on line 2`},
		{strings.Replace(good+mx, "id: a", "id: A b", 1), `x.yaml:2:7: id "A b"`},
		{strings.Replace(good+mx, "id: a", "retired: false", 1), "x.yaml:3:9: a provider without id"},
		{strings.Replace(good+mx, "name: A", "retired: false", 1), "x.yaml:2:7: a has no name"},
		{strings.Replace(good+mx, "mailbox-host", "host", 1), `x.yaml:4:9: kind "host" of a: it is one of mailbox-host, security-gateway, sender, forwarder, dmarc-monitor, parking`},
		{strings.Replace(good+mx, "confidence: high", "retired: false", 1), `x.yaml:2:7: confidence "" of a`},
		{"providers:\n" +
			"- {id: a, name: A, kind: sender, confidence: high, dkim: [{selector: s1, cname: x.example}, {selector: s2, cname: x.example}]}\n" +
			"- {id: b, name: B, kind: sender, confidence: high, dkim: [{selector: s1, cname: x.example}]}\n",
			`x.yaml:3:81: cname "x.example" is also on line 2`},
	} {
		_, err := Parse("x.yaml", []byte(tt.data))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q\n got: %v\nwant: %s", tt.data, err, tt.want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: an error of several lines: %v", tt.data, err)
		}
	}
}
