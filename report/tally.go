package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// Tally counts a run as its results pass by. The zero value is ready; it
// grows with the number of rules, and to a bound with what lies behind findings,
// never with the number of results. It is not
// safe for use by several goroutines at once.
type Tally struct {
	domains  DomainCounts
	findings Severities
	coverage Coverage
	rules    map[string]int // results in which a rule found something
	firm     map[policy.Severity]bool
	hinted   map[policy.Severity]bool
	causes   causes
	keys     sharedKeys
}

// Add counts one result.
func (t *Tally) Add(r Result) {
	t.domains.Total++
	switch r.Status {
	case Complete:
		t.domains.Complete++
	case Incomplete:
		t.domains.Incomplete++
	case Rejected:
		t.domains.Rejected++
	}
	if t.rules == nil {
		t.rules = make(map[string]int)
		t.firm = make(map[policy.Severity]bool)
		t.hinted = make(map[policy.Severity]bool)
	}
	t.coverage.add(r)
	t.causes.note(&r)
	t.keys.note(&r)
	for i, f := range r.Findings {
		t.findings.add(f.Severity)
		if f.Confidence == policy.Hint {
			t.hinted[f.Severity] = true
		} else {
			t.firm[f.Severity] = true
		}
		if firstOfRule(r.Findings, i) {
			t.rules[f.Rule]++
		}
	}
}

// Exceeds reports whether a finding so far is at or above the threshold. Hints
// count only if hints is set. Nothing exceeds a severity that is none.
func (t *Tally) Exceeds(threshold policy.Severity, hints bool) bool {
	for _, s := range policy.Severities() {
		if s.Rank() > threshold.Rank() || threshold.Rank() == len(policy.Severities()) {
			return false
		}
		if t.firm[s] || hints && t.hinted[s] {
			return true
		}
	}
	return false
}

// Summary is the counts so far, for a run that ended at finished.
func (t *Tally) Summary(finished time.Time) Summary {
	s := Summary{Finished: finished, Domains: t.domains, Findings: t.findings, Coverage: t.coverage, Rules: []RuleCount{}, Causes: t.causes.top(), SharedKeys: t.keys.top()}
	for id, n := range t.rules {
		s.Rules = append(s.Rules, RuleCount{Rule: id, Domains: n})
	}
	slices.SortFunc(s.Rules, func(a, b RuleCount) int {
		return cmp.Or(cmp.Compare(b.Domains, a.Domains), cmp.Compare(a.Rule, b.Rule))
	})
	return s
}

// add counts a result's parts. One that was left out has none.
func (c *Coverage) add(r Result) {
	count := func(state string) {
		c.Parts++
		if state != string(facts.Unknown) {
			c.Known++
		}
	}
	if r.MX != nil {
		count(r.MX.State)
	}
	if r.SPF != nil {
		count(r.SPF.State)
	}
	if r.DMARC != nil {
		count(r.DMARC.State)
	}
	if r.DKIM != nil {
		count(r.DKIM.State)
	}
	if r.M365 != nil {
		count(r.M365.State)
	}
}

// firstOfRule reports whether no finding before the i-th is of its rule. A
// domain has few findings, so looking back costs less than a set.
func firstOfRule(findings []Finding, i int) bool {
	return !slices.ContainsFunc(findings[:i], func(f Finding) bool { return f.Rule == findings[i].Rule })
}

// add counts one finding. A severity that is none of ours is not counted.
func (s *Severities) add(severity policy.Severity) {
	if n := s.at(severity); n != nil {
		*n++
	}
}

// at is the count of a severity; nil for one that is none of ours.
func (s *Severities) at(severity policy.Severity) *int {
	switch severity {
	case policy.Critical:
		return &s.Critical
	case policy.High:
		return &s.High
	case policy.Medium:
		return &s.Medium
	case policy.Low:
		return &s.Low
	case policy.Info:
		return &s.Info
	}
	return nil
}

// Of is the count of one severity; 0 for one that is none of ours.
func (s Severities) Of(severity policy.Severity) int {
	if n := s.at(severity); n != nil {
		return *n
	}
	return 0
}

// Total is the number of findings.
func (s Severities) Total() int {
	return s.Critical + s.High + s.Medium + s.Low + s.Info
}
