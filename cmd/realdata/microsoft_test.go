package main

import (
	"path/filepath"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/realdata"
	"github.com/mailposture/mailposture/policy"
)

// No rule about Microsoft 365 speaks of a town that shows no trace of it.
func TestMicrosoftNeedsASignal(t *testing.T) {
	towns, err := realdata.Towns(filepath.Join("..", "..", "testdata", "real"))
	if err != nil {
		t.Fatal(err)
	}
	var rules []policy.Rule
	for _, r := range policy.Rules() {
		if r.Family() == "M365" {
			rules = append(rules, r)
		}
	}
	opt := facts.DefaultOptions()
	opt.Parts = realdata.TownParts()
	traceless, found := 0, 0
	for _, snapshot := range towns {
		f, _ := facts.Build(snapshot.Domain, snapshot, opt)
		if len(f.M365.Signals) == 0 {
			traceless++
		}
		for _, v := range policy.Evaluate(f, rules) {
			found += len(v.Findings)
			if len(v.Findings) > 0 && len(f.M365.Signals) == 0 {
				t.Errorf("%s: %s without a trace of Microsoft 365", snapshot.Domain, v.Rule.ID)
			}
		}
	}
	// The control: there are towns of both kinds, and findings.
	if traceless < 10000 || found < 1000 {
		t.Errorf("%d towns without a trace, %d findings", traceless, found)
	}
}
