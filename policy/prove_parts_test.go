package policy

import (
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// sound is a domain in which every protection stands.
func sound() *facts.Facts {
	present := facts.Standing{State: facts.Present}
	parsed := record.ParseDMARC("v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:a@example.com; ruf=mailto:b@example.com")
	f := &facts.Facts{Domain: "example.com", Exists: present}
	f.MX.Standing = present
	f.SPF.Standing, f.SPF.Walk, f.SPF.Voids = present, present, present
	f.SPF.Valid, f.SPF.All = true, record.QualifierFail
	f.DMARC.Standing, f.DMARC.Valid, f.DMARC.Parsed = present, true, &parsed
	f.DMARC.Effective = facts.Effective{This: record.PolicyReject, Existing: record.PolicyReject, Nonexistent: record.PolicyReject}
	f.DKIM.Keys = []facts.Key{{Selector: "s1", State: facts.KeyPresent}}
	return f
}

// Each protection that a change could take away is looked at by itself: others
// would often convict the same change, and must not have to.
func TestWeaker(t *testing.T) {
	reparse := func(text string) func(*facts.Facts) {
		return func(f *facts.Facts) {
			parsed := record.ParseDMARC(text)
			f.DMARC.Parsed = &parsed
		}
	}
	absent := facts.Standing{State: facts.Absent}
	for _, c := range []struct {
		want string
		edit func(*facts.Facts)
	}{
		{"", func(*facts.Facts) {}},
		{"", func(f *facts.Facts) { f.DKIM.Keys = append(f.DKIM.Keys, facts.Key{Selector: "s2"}) }},
		{"the MX records are gone", func(f *facts.Facts) { f.MX.Standing = absent }},
		{"the SPF record is gone", func(f *facts.Facts) { f.SPF.Standing = absent }},
		{"SPF ends weaker", func(f *facts.Facts) { f.SPF.All = record.QualifierSoftFail }},
		{"SPF ends weaker", func(f *facts.Facts) { f.SPF.All = 0 }},
		{"SPF is no longer valid", func(f *facts.Facts) { f.SPF.Valid = false }},
		{"the DMARC policy is gone", func(f *facts.Facts) { f.DMARC.Standing = absent }},
		{"the DMARC policy is gone", func(f *facts.Facts) { f.DMARC.Valid = false }},
		{"the DMARC policy is gone", func(f *facts.Facts) { f.DMARC.Parsed = nil }},
		{"the DMARC policy is weaker", func(f *facts.Facts) { f.DMARC.Effective.This = record.PolicyQuarantine }},
		{"the DMARC policy is weaker", func(f *facts.Facts) { f.DMARC.Effective.Existing = record.PolicyNone }},
		{"the DMARC policy is weaker", func(f *facts.Facts) { f.DMARC.Effective.Nonexistent = "" }},
		{"DMARC's alignment is weaker", reparse("v=DMARC1; p=reject; adkim=r; aspf=s; rua=mailto:a@example.com; ruf=mailto:b@example.com")},
		{"DMARC's alignment is weaker", reparse("v=DMARC1; p=reject; adkim=s; rua=mailto:a@example.com; ruf=mailto:b@example.com")},
		{"a report address is gone", reparse("v=DMARC1; p=reject; adkim=s; aspf=s; ruf=mailto:b@example.com")},
		{"a report address is gone", reparse("v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:a@example.com")},
		{"the DMARC record has a new fault", reparse("v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:a@example.com; ruf=mailto:b@example.com; fo=x")},
		{"a DKIM key is gone", func(f *facts.Facts) { f.DKIM.Keys = nil }},
		{"a DKIM key is gone", func(f *facts.Facts) { f.DKIM.Keys = []facts.Key{{Selector: "s1", State: facts.KeyRevoked}} }},
	} {
		after := sound()
		c.edit(after)
		if got := weaker(sound(), after); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	null := sound()
	null.MX.Null = true
	if got := weaker(null, sound()); got != "the MX records are gone" {
		t.Errorf("a null MX that goes: %q", got)
	}
}

// What prove asks of the verdicts, one thing at a time.
func TestProve(t *testing.T) {
	mine, low, high := &Rule{ID: "A001", Severity: Medium}, &Rule{ID: "B001", Severity: Low}, &Rule{ID: "C001", Severity: High}
	found := func(r *Rule, keys ...string) Verdict {
		v := Verdict{Rule: r, Outcome: Pass}
		for _, key := range keys {
			v.Outcome, v.Findings = Fail, append(v.Findings, Finding{Key: key})
		}
		return v
	}
	before := []Verdict{found(mine, "a"), found(low), found(high, "x")}
	for _, c := range []struct {
		what, want string
		after      []Verdict
	}{
		{"mended", "", []Verdict{found(mine), found(low), found(high, "x")}},
		{"another is mended, too", "", []Verdict{found(mine), found(low), found(high)}},
		{"something light is new", "", []Verdict{found(mine), found(low, "b"), found(high, "x")}},
		{"half mended", "the rule does not pass", []Verdict{found(mine, "b"), found(low), found(high, "x")}},
		{"no longer judged", "the rule does not pass", []Verdict{{Rule: mine, Outcome: NotApplicable}, found(low), found(high, "x")}},
		{"another is not known", "what B001 says is no longer known", []Verdict{found(mine), {Rule: low, Outcome: Unsure}, found(high, "x")}},
		{"one more of what was there", "C001 finds something new", []Verdict{found(mine), found(low), found(high, "x", "y")}},
	} {
		if got := prove(state{sound(), before}, state{sound(), c.after}, mine); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	doubt := sound()
	doubt.SPF.Voids = facts.Standing{State: facts.Unknown}
	mended := []Verdict{found(mine), found(low), found(high, "x")}
	if got := prove(state{sound(), before}, state{doubt, mended}, mine); got != "spf-voids is no longer known" {
		t.Errorf("a part in doubt: %q", got)
	}
}

// What is the domain's own to change, and what is not.
func TestAllowed(t *testing.T) {
	q := func(name string) facts.Question { return facts.Question{Name: name, Kind: facts.KindTXT} }
	used := known{
		{Question: q("example.com"), Status: facts.Found, Data: []string{`"a"`, `"b"`}},
		{Question: q("_dmarc.example.com"), Status: facts.NXDomain},
		{Question: q("alias.example.com"), Status: facts.Found, Data: []string{`"a"`}, Chain: []string{"x.example.com"}},
		{Question: q("slow.example.com"), Status: facts.Failed},
		{Question: q("example.net"), Status: facts.Found, Data: []string{`"a"`}},
	}
	m := mending{original: sound(), answers: used}
	for _, c := range []struct {
		what   string
		change facts.Change
		want   bool
	}{
		{"another record", facts.Change{Question: q("example.com"), Old: []string{`"a"`}, New: []string{`"c"`}}, true},
		{"one goes", facts.Change{Question: q("example.com"), Old: []string{`"a"`}}, true},
		{"a new name", facts.Change{Question: q("_dmarc.example.com"), New: []string{`"c"`}}, true},
		{"the same record", facts.Change{Question: q("example.com"), Old: []string{`"a"`}, New: []string{`"a"`}}, false},
		{"one that is there already", facts.Change{Question: q("example.com"), Old: []string{`"a"`}, New: []string{`"b"`}}, false},
		{"one that is not there", facts.Change{Question: q("example.com"), Old: []string{`"c"`}, New: []string{`"d"`}}, false},
		{"behind an alias", facts.Change{Question: q("alias.example.com"), Old: []string{`"a"`}, New: []string{`"c"`}}, false},
		{"an answer that failed", facts.Change{Question: q("slow.example.com"), New: []string{`"c"`}}, false},
		{"a name that nobody asked about", facts.Change{Question: q("new.example.com"), New: []string{`"c"`}}, false},
		{"somebody else's", facts.Change{Question: q("example.net"), Old: []string{`"a"`}, New: []string{`"c"`}}, false},
		{"more than it says", facts.Change{Question: q("example.com"), Scope: facts.ScopeWhole, New: []string{`"c"`}}, false},
	} {
		if got := m.allowed(c.change); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
