package policy_test

import (
	"slices"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// mutant is a rule that was spoilt in one way, which its examples must notice.
type mutant struct {
	name  string
	spoil func(policy.Rule) (policy.Rule, bool) // false where the rule has nothing to spoil
}

func mutants() []mutant {
	always := []policy.Finding{{Message: "it is so"}}
	return []mutant{
		{"finds nothing", func(r policy.Rule) (policy.Rule, bool) {
			r.Check = func(*facts.Facts) []policy.Finding { return nil }
			return r, true
		}},
		{"finds something everywhere", func(r policy.Rule) (policy.Rule, bool) {
			r.Check = func(*facts.Facts) []policy.Finding { return always }
			return r, true
		}},
		{"is inverted", func(r policy.Rule) (policy.Rule, bool) {
			check := r.Check
			r.Check = func(f *facts.Facts) []policy.Finding {
				if len(check(f)) > 0 {
					return nil
				}
				return always
			}
			return r, true
		}},
		{"says something else", func(r policy.Rule) (policy.Rule, bool) {
			check := r.Check
			r.Check = func(f *facts.Facts) []policy.Finding {
				found := slices.Clone(check(f))
				for i := range found {
					found[i].Message = "something else"
				}
				return found
			}
			return r, true
		}},
		{"is asked of every domain", func(r policy.Rule) (policy.Rule, bool) {
			spoilt := len(r.Roles) > 0
			r.Roles = nil
			return r, spoilt
		}},
		{"is asked of none", func(r policy.Rule) (policy.Rule, bool) {
			r.Roles = []facts.Role{"no such role"}
			return r, true
		}},
	}
}

// TestMutants spoils every rule in each way, and holds it against its own
// examples: they must tell it from the rule that works.
func TestMutants(t *testing.T) {
	byRule := make(map[string][]shown)
	for _, s := range examples(t) {
		byRule[s.rule.ID] = append(byRule[s.rule.ID], s)
	}
	for _, r := range policy.Rules() {
		if faults := exampleFaults(t, r, byRule[r.ID]); len(faults) > 0 {
			t.Errorf("%s fails its examples: %q", r.ID, faults) // the control: unspoilt, nothing fails
		}
		for _, m := range mutants() {
			spoilt, ok := m.spoil(r)
			if ok && len(exampleFaults(t, spoilt, byRule[r.ID])) == 0 {
				t.Errorf("%s %s, and passes its examples", r.ID, m.name)
			}
		}
	}
}

// exampleFaults names the examples that a rule does not judge as they say.
func exampleFaults(t testing.TB, r policy.Rule, shows []shown) []string {
	var faults []string
	for _, s := range shows {
		v := policy.Evaluate(s.build(t), []policy.Rule{r})[0]
		if !asExpected(s.Example, v) {
			faults = append(faults, s.Name)
		}
	}
	return faults
}
