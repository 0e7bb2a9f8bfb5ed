package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mailposture/mailposture/policy"
)

func TestTallySummary(t *testing.T) {
	var tally Tally
	for _, r := range sampleResults() {
		tally.Add(r)
	}
	// Two findings of one rule are one domain of that rule.
	twice := blank("twice.example", 9)
	twice.Findings = []Finding{{Rule: "SPF005", Severity: policy.High}, {Rule: "SPF005", Severity: policy.High}}
	tally.Add(twice)
	want := Summary{
		Finished: ended,
		Domains:  DomainCounts{Total: 7, Complete: 5, Incomplete: 1, Rejected: 1},
		Findings: Severities{Critical: 1, High: 4, Medium: 3, Low: 1, Info: 1},
		Rules: []RuleCount{
			{"DMARC003", 2}, {"SPF005", 2}, {"DKIM002", 1}, {"M365002", 1}, {"MX005", 1}, {"SPF001", 1}, {"SPF009", 1},
		},
		Coverage: Coverage{Parts: 21, Known: 20}, SharedKeys: []SharedKey{},
	}
	if diff := cmp.Diff(want, tally.Summary(ended)); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

func TestTallyOfNothing(t *testing.T) {
	var tally Tally
	if diff := cmp.Diff(Summary{Finished: ended, Rules: []RuleCount{}, SharedKeys: []SharedKey{}}, tally.Summary(ended)); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if tally.Exceeds(policy.Info, true) {
		t.Error("nothing exceeds info")
	}
}

func TestTallyExceeds(t *testing.T) {
	found := func(s policy.Severity, c policy.Confidence) Result {
		return Result{Findings: []Finding{{Rule: "X", Severity: s, Confidence: c}}}
	}
	for _, c := range []struct {
		what      string
		results   []Result
		threshold policy.Severity
		hints     bool
		want      bool
	}{
		{"at the threshold", []Result{found(policy.High, policy.Proof)}, policy.High, false, true},
		{"above it", []Result{found(policy.Critical, policy.Proof)}, policy.Low, false, true},
		{"below it", []Result{found(policy.Medium, policy.Proof)}, policy.High, false, false},
		{"likely counts", []Result{found(policy.High, policy.Likely)}, policy.High, false, true},
		{"a hint does not", []Result{found(policy.Medium, policy.Hint)}, policy.Medium, false, false},
		{"a hint does when asked", []Result{found(policy.Medium, policy.Hint)}, policy.Medium, true, true},
		{"a hint beside a lower proof", []Result{found(policy.Medium, policy.Hint), found(policy.Low, policy.Proof)}, policy.Medium, false, false},
		{"no severity", []Result{found(policy.Critical, policy.Proof)}, "", true, false},
		{"a severity that is none", []Result{found("apocalyptic", policy.Proof)}, "apocalyptic", true, false},
		{"a finding whose severity is none", []Result{found("apocalyptic", policy.Proof)}, policy.Info, true, false},
	} {
		var tally Tally
		for _, r := range c.results {
			tally.Add(r)
		}
		if got := tally.Exceeds(c.threshold, c.hints); got != c.want {
			t.Errorf("%s: Exceeds(%q, %v) = %v", c.what, c.threshold, c.hints, got)
		}
	}
}
