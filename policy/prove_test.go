package policy_test

import (
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// proofWorld has a finding that needs no mending, and much that a bad repair
// could break.
const proofWorld = `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 ip4:192.0.2.25 include:_spf.example.net -all"
example.com. TXT "note"
_dmarc.example.com. TXT "v=DMARC1; p=reject; adkim=s; rua=mailto:d@example.com"
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" + `"
s2._domainkey.example.com. CNAME s2.example.net.
s2.example.net. TXT "v=DKIM1; k=ed25519; p=` + "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" + `"
_spf.example.net. TXT "v=spf1 ip4:198.51.100.1 -all"
mx.example.com. A 192.0.2.25`

const (
	goodSPF   = "v=spf1 ip4:192.0.2.25 include:_spf.example.net -all"
	goodDMARC = "v=DMARC1; p=reject; adkim=s; rua=mailto:d@example.com"
	goodKey   = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
)

// planted is a rule that finds a TXT record, and "repairs" it into another.
func planted(name, old, come string) policy.Rule {
	q := facts.Question{Name: name, Kind: facts.KindTXT}
	changed := func(f *facts.Facts) bool {
		for _, o := range f.Used {
			for _, data := range o.Data {
				if o.Question == q && data == facts.FormatText(old) {
					return false
				}
			}
		}
		return true
	}
	return policy.Rule{
		ID: "TEST001", Name: "test-planted", Severity: policy.Low, Needs: []facts.Part{facts.PartMX},
		Check: func(f *facts.Facts) []policy.Finding {
			if changed(f) {
				return nil
			}
			return []policy.Finding{{Message: "a record that somebody wants gone"}}
		},
		Repair: func(*facts.Facts) []facts.Change {
			c := facts.Change{Question: q, Old: []string{facts.FormatText(old)}}
			if come != "" {
				c.New = []string{facts.FormatText(come)}
			}
			return []facts.Change{c}
		},
	}
}

// A repair that makes its rule pass and breaks or weakens something is convicted,
// and one that does not is offered.
func TestBadRepairsAreConvicted(t *testing.T) {
	opt := facts.DefaultOptions()
	opt.Selectors = []string{"s1", "s2"}
	f := newWorld(t, proofWorld).facts(t, "example.com", opt)
	if f.DKIM.State != facts.Present || f.SPF.Walk.State != facts.Present || !f.SPF.Valid {
		t.Fatalf("the world is not what it should be: %+v %+v", f.DKIM.Keys, f.SPF.Walk)
	}
	for _, c := range []struct {
		what            string
		name, old, come string
		offered         bool
	}{
		{"a note that goes", "example.com", "note", "", true},
		{"a note that is rewritten", "example.com", "note", "another note", true},
		{"SPF made stricter in what it lists", "example.com", goodSPF, "v=spf1 ip4:192.0.2.25 -all", true},
		{"SPF that goes", "example.com", goodSPF, "", false},
		{"-all made ~all", "example.com", goodSPF, strings.Replace(goodSPF, "-all", "~all", 1), false},
		{"-all lost", "example.com", goodSPF, strings.TrimSuffix(goodSPF, " -all"), false},
		{"+all", "example.com", goodSPF, "v=spf1 +all", false},
		{"SPF with a syntax error", "example.com", goodSPF, "v=spf1 ip4:192.0.2.256 -all", false},
		{"an include that nobody asked about", "example.com", goodSPF, "v=spf1 include:_spf.example.org -all", false},
		{"an include of itself", "example.com", goodSPF, "v=spf1 include:example.com -all", false},
		{"a second SPF record", "example.com", "note", "v=spf1 -all", false},
		{"a range of half the world", "example.com", goodSPF, "v=spf1 ip4:0.0.0.0/1 -all", false},
		{"p=reject made none", "_dmarc.example.com", goodDMARC, "v=DMARC1; p=none; adkim=s; rua=mailto:d@example.com", false},
		{"p=reject made quarantine", "_dmarc.example.com", goodDMARC, "v=DMARC1; p=quarantine; adkim=s; rua=mailto:d@example.com", false},
		{"sp=none added", "_dmarc.example.com", goodDMARC, "v=DMARC1; p=reject; sp=none; adkim=s; rua=mailto:d@example.com", false},
		{"t=y added", "_dmarc.example.com", goodDMARC, "v=DMARC1; p=reject; t=y; adkim=s; rua=mailto:d@example.com", false},
		{"rua dropped", "_dmarc.example.com", goodDMARC, "v=DMARC1; p=reject; adkim=s", false},
		{"rua to somebody else", "_dmarc.example.com", goodDMARC, "v=DMARC1; p=reject; adkim=s; rua=mailto:e@example.com", false},
		{"rua to a domain that nobody asked about", "_dmarc.example.com", goodDMARC, goodDMARC + ",mailto:d@example.org", false},
		{"strict alignment made relaxed", "_dmarc.example.com", goodDMARC, "v=DMARC1; p=reject; rua=mailto:d@example.com", false},
		{"DMARC that goes", "_dmarc.example.com", goodDMARC, "", false},
		{"a key that goes", "s1._domainkey.example.com", goodKey, "", false},
		{"a key that is revoked", "s1._domainkey.example.com", goodKey, "v=DKIM1; p=", false},
		{"a key behind an alias", "s2._domainkey.example.com", goodKey, "v=DKIM1; t=s; k=ed25519; p=" + goodKey[len("v=DKIM1; k=ed25519; p="):], false},
		{"a record of somebody else", "_spf.example.net", "v=spf1 ip4:198.51.100.1 -all", "v=spf1 -all", false},
		{"a change that changes nothing", "example.com", "note", "note", false},
	} {
		rules := append(policy.Rules(), planted(c.name, c.old, c.come))
		if c.what == "a range of half the world" {
			rules[len(rules)-1].Severity = policy.Medium
			c.offered = false
		}
		verdicts := policy.Evaluate(f, rules)
		if v := verdicts[len(verdicts)-1]; v.Outcome != policy.Fail {
			t.Fatalf("%s: the planted rule is %s", c.what, v.Outcome)
		}
		repairs := policy.Mend(f, verdicts)
		if got := len(repairs) > 0; got != c.offered {
			t.Errorf("%s: offered is %v: %+v", c.what, got, repairs)
		}
	}
}

// A change of a record that is not there is none.
func TestRepairOfWhatIsNotThere(t *testing.T) {
	f := newWorld(t, proofWorld).facts(t, "example.com", facts.DefaultOptions())
	rule := planted("example.com", "note", "")
	rule.Repair = func(*facts.Facts) []facts.Change {
		return []facts.Change{{Question: facts.Question{Name: "example.com", Kind: facts.KindTXT}, Old: []string{`"never there"`}, New: []string{`"x"`}}}
	}
	if repairs := policy.Mend(f, policy.Evaluate(f, []policy.Rule{rule})); len(repairs) > 0 {
		t.Errorf("offered: %+v", repairs)
	}
}
