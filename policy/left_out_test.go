package policy_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/policy"
)

// proposals are the IDs that the catalogue began with, in their order.
func proposals(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/proposals.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		id, title, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || title == "" || slices.Contains(list, id) {
			t.Errorf("line %q", line)
		}
		list = append(list, id)
	}
	return list
}

// TestEveryProposalIsDecided checks that each proposal is a rule, or left out
// with a reason, and not both.
func TestEveryProposalIsDecided(t *testing.T) {
	rules := ids(policy.Rules())
	var left []string
	for _, p := range policy.LeftOut() {
		left = append(left, p.ID)
		if p.Title == "" || len(p.Why) < 10 || strings.HasSuffix(p.Why, ".") {
			t.Errorf("%s: %q, %q", p.ID, p.Title, p.Why)
		}
	}
	list := proposals(t)
	for _, fault := range undecided(list, rules, left) {
		t.Error(fault)
	}
	if len(list) != 150 {
		t.Errorf("%d proposals, of 150", len(list))
	}
	// The control: a proposal of which nothing is said, one that is both, and a
	// reason that belongs to none.
	if got := undecided([]string{"A", "B", "C"}, []string{"B", "C"}, []string{"C", "D"}); len(got) != 3 {
		t.Errorf("the control: %q", got)
	}
}

// undecided lists the proposals that are neither a rule nor left out, those
// that are both, and the reasons that belong to none.
func undecided(list, rules, left []string) []string {
	var faults []string
	for _, id := range list {
		switch rule, out := slices.Contains(rules, id), slices.Contains(left, id); {
		case rule && out:
			faults = append(faults, id+" is a rule, and left out: remove it from LeftOut")
		case !rule && !out:
			faults = append(faults, id+" is neither a rule nor left out")
		}
	}
	for _, id := range left {
		if !slices.Contains(list, id) {
			faults = append(faults, id+" was never proposed")
		}
	}
	return faults
}
