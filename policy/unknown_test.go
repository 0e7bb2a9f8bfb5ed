package policy_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// TestAbsenceNeedsProof fails each question of every example in turn. No rule
// may then report what it does not report when all is known: that would be a
// failure read as an absence.
func TestAbsenceNeedsProof(t *testing.T) {
	for _, s := range examples(t) {
		for _, fault := range inventions(t, s, policy.Rules()) {
			t.Error(fault)
		}
	}
}

// TestVerdictsOnlyBecomeUnknown fails each question in turn. A verdict may then
// become unknown, and change in no other way.
func TestVerdictsOnlyBecomeUnknown(t *testing.T) {
	for _, s := range examples(t) {
		f := s.build(t)
		for _, o := range f.Used {
			worse := policy.Evaluate(s.but(o.Question).build(t), policy.Rules())
			for i, v := range policy.Evaluate(f, policy.Rules()) {
				if got := worse[i].Outcome; got != v.Outcome && got != policy.Unsure {
					t.Errorf("%s: %s fails, and %s goes from %s to %s", s.name(), o.Question, v.Rule.ID, v.Outcome, got)
				}
			}
		}
	}
}

// TestAbsenceNeedsProofControl is the control: rules that read a failure as an
// absence, each in its own way, must be convicted.
func TestAbsenceNeedsProofControl(t *testing.T) {
	missing := func(is func(*facts.Facts) bool) func(*facts.Facts) []policy.Finding {
		return func(f *facts.Facts) []policy.Finding {
			if is(f) {
				return []policy.Finding{{Message: "it is missing"}}
			}
			return nil
		}
	}
	addressless := func(h facts.Host) bool { return len(h.Addresses) == 0 }
	guilty := []policy.Rule{{
		ID: "BAD001", Name: "needs-nothing",
		Check: missing(func(f *facts.Facts) bool { return len(f.SPF.Records) == 0 }),
	}, {
		ID: "BAD002", Name: "partial-where-more-answers-take-away", Needs: []facts.Part{facts.PartMX}, Partial: true,
		Check: missing(func(f *facts.Facts) bool { return len(f.MX.Hosts) == 0 }),
	}, {
		ID: "BAD003", Name: "needs-the-record-and-reads-the-walk", Needs: []facts.Part{facts.PartSPF},
		Check: missing(func(f *facts.Facts) bool { return f.SPF.State == facts.Present && f.SPF.Walk.State != facts.Present }),
	}, {
		ID: "BAD004", Name: "reads-hosts-without-their-state", Needs: []facts.Part{facts.PartMX},
		Check: missing(func(f *facts.Facts) bool { return slices.ContainsFunc(f.MX.Hosts, addressless) }),
	}}
	for _, r := range guilty {
		convicted := func(s shown) bool { return len(inventions(t, s, []policy.Rule{r})) > 0 }
		if !slices.ContainsFunc(examples(t), convicted) {
			t.Errorf("%s was not convicted", r.Name)
		}
	}
}

// inventions lists the findings that appear when one question, or two, fail.
func inventions(t testing.TB, s shown, rules []policy.Rule) []string {
	f := s.build(t)
	var proved []string
	for _, v := range policy.Evaluate(f, rules) {
		proved = append(proved, findings(v)...)
	}
	var list []string
	for _, broken := range breakages(f) {
		worse := s.but(broken...).build(t)
		for _, v := range policy.Evaluate(worse, rules) {
			for _, found := range findings(v) {
				if !slices.Contains(proved, found) {
					list = append(list, fmt.Sprintf("%s: %v fails, and %s appears", s.name(), broken, found))
				}
			}
		}
	}
	return list
}

// breakages are the failures to try: each question that Build used, alone, and
// together with each of the few behind it.
func breakages(f *facts.Facts) [][]facts.Question {
	const few = 4
	var list [][]facts.Question
	for i, o := range f.Used {
		list = append(list, []facts.Question{o.Question})
		for _, other := range f.Used[i+1 : min(i+1+few, len(f.Used))] {
			list = append(list, []facts.Question{o.Question, other.Question})
		}
	}
	return list
}

// findings names what a verdict reports: the rule and the key, which survive
// other words.
func findings(v policy.Verdict) []string {
	var list []string
	for _, f := range v.Findings {
		list = append(list, v.Rule.ID+" "+f.Key)
	}
	return list
}
