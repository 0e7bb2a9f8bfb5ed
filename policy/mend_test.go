package policy_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/policy"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestRepairs holds what is offered for each failing example of a rule that
// has a repair against testdata/repairs.txt: read the difference before -update.
// Where nothing is offered, the file says so.
func TestRepairs(t *testing.T) {
	var b strings.Builder
	for _, s := range examples(t) {
		if s.Outcome != policy.Fail || s.rule.Repair == nil {
			continue
		}
		fmt.Fprintf(&b, "%s: %s\n", s.rule.ID, s.Name)
		f := s.build(t)
		repairs := policy.Mend(f, policy.Evaluate(f, policy.Rules()))
		if len(repairs) == 0 {
			b.WriteString("    nothing is offered\n")
		}
		for _, r := range repairs {
			fmt.Fprintf(&b, "    %s for", r.Question)
			for _, rule := range r.Rules {
				b.WriteString(" " + rule.ID)
			}
			b.WriteString("\n")
			for _, old := range r.Old {
				fmt.Fprintf(&b, "    - %s\n", old)
			}
			for _, come := range r.New {
				fmt.Fprintf(&b, "    + %s\n", come)
			}
		}
	}
	golden := filepath.Join("testdata", "repairs.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the repairs changed; run with -update and read the difference:\n%s", b.String())
	}
}

// TestRepairsHold makes the repairs of every example in its world, by hand, asks
// anew and judges again: nothing rests on the overlay that Mend used.
func TestRepairsHold(t *testing.T) {
	offered := 0
	for _, s := range examples(t) {
		before := s.build(t)
		verdicts := policy.Evaluate(before, policy.Rules())
		repairs := policy.Mend(before, verdicts)
		if len(repairs) == 0 {
			continue
		}
		offered++
		w := &world{set: s.set, edits: repairs}
		after := policy.Evaluate(w.facts(t, s.domain(), s.options()), policy.Rules())
		for _, fault := range repairFaults(verdicts, after, repairs) {
			t.Errorf("%s: %s: %+v", s.name(), fault, repairs[0].Change)
		}
	}
	if offered < 40 {
		t.Errorf("only %d examples have repairs", offered)
	}
}

// repairFaults lists what is wrong with repairs, by the verdicts before and after.
func repairFaults(before, after []policy.Verdict, repairs []policy.Repair) []string {
	var faults []string
	least := -1 // the rank of the least rule that was mended
	for i, r := range repairs {
		if i > 0 && repairs[i-1].Question.Compare(r.Question) >= 0 {
			faults = append(faults, "two changes of "+r.Question.String())
		}
		for _, rule := range r.Rules {
			least = max(least, rule.Severity.Rank())
			if v := after[index(after, rule.ID)]; v.Outcome != policy.Pass {
				faults = append(faults, rule.ID+" does not pass, but is "+string(v.Outcome))
			}
		}
	}
	for i, was := range before {
		is := after[i]
		if was.Outcome != policy.Unsure && is.Outcome == policy.Unsure {
			faults = append(faults, was.Rule.ID+" is no longer known: "+is.Reason)
		}
		if was.Outcome != policy.Fail && is.Outcome == policy.Fail && is.Rule.Severity.Rank() <= policy.High.Rank() {
			faults = append(faults, was.Rule.ID+" fails now")
		}
	}
	return faults
}

func index(verdicts []policy.Verdict, id string) int {
	return slices.IndexFunc(verdicts, func(v policy.Verdict) bool { return v.Rule.ID == id })
}

// TestRepairFaultsControl is the control: a repair that mends nothing, and one
// that breaks another rule, must be convicted.
func TestRepairFaultsControl(t *testing.T) {
	mended, broken := &policy.Rule{ID: "A001", Severity: policy.Medium}, &policy.Rule{ID: "B001", Severity: policy.High}
	before := []policy.Verdict{{Rule: mended, Outcome: policy.Fail}, {Rule: broken, Outcome: policy.Pass}}
	repairs := []policy.Repair{{Rules: []*policy.Rule{mended}}}
	for what, after := range map[string][]policy.Verdict{
		"nothing is mended":      before,
		"another rule fails":     {{Rule: mended, Outcome: policy.Pass}, {Rule: broken, Outcome: policy.Fail}},
		"another rule is unsure": {{Rule: mended, Outcome: policy.Pass}, {Rule: broken, Outcome: policy.Unsure}},
	} {
		if len(repairFaults(before, after, repairs)) == 0 {
			t.Errorf("%s, and that is not convicted", what)
		}
	}
	good := []policy.Verdict{{Rule: mended, Outcome: policy.Pass}, {Rule: broken, Outcome: policy.Pass}}
	if faults := repairFaults(before, good, repairs); len(faults) > 0 {
		t.Errorf("a good repair is convicted: %q", faults)
	}
}
