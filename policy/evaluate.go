package policy

import "github.com/mailposture/mailposture/facts"

// Evaluate asks every rule about a domain, in the order given. A rule whose
// outcome rests on something that is not known is Unsure, never Pass or Fail;
// one that needs a part which was left out does not apply. The findings of one
// verdict have different keys, and are at most 20.
func Evaluate(f *facts.Facts, rules []Rule) []Verdict {
	verdicts := make([]Verdict, len(rules))
	for i := range rules {
		verdicts[i] = judge(f, &rules[i])
	}
	return verdicts
}

func judge(f *facts.Facts, r *Rule) Verdict {
	doubt := ""
	for _, part := range r.Needs {
		s := f.Part(part)
		if s.State == "" { // before the roles: what was left out is no one's doubt
			return Verdict{Rule: r, Outcome: NotApplicable}
		}
		if s.State == facts.Unknown && doubt == "" {
			doubt = s.Reason
		}
	}
	if applies := appliesTo(f, r); applies.Outcome != "" {
		return applies
	}
	if doubt != "" && !r.Partial {
		return Verdict{Rule: r, Outcome: Unsure, Reason: doubt}
	}
	switch findings := bounded(r.Check(f)); {
	case len(findings) > 0:
		return Verdict{Rule: r, Outcome: Fail, Findings: findings}
	case doubt != "":
		return Verdict{Rule: r, Outcome: Unsure, Reason: doubt}
	}
	return Verdict{Rule: r, Outcome: Pass}
}

// appliesTo has an Outcome when the domain's roles decide before the rule is
// asked. A domain that does not exist has no mail to judge.
func appliesTo(f *facts.Facts, r *Rule) Verdict {
	if f.Exists.State == facts.Absent {
		return Verdict{Rule: r, Outcome: NotApplicable}
	}
	if len(r.Roles) == 0 {
		return Verdict{}
	}
	outcome := Verdict{Rule: r, Outcome: NotApplicable}
	for _, role := range r.Roles {
		switch fact := f.Role(role); fact.State {
		case facts.Present:
			return Verdict{}
		case facts.Unknown:
			outcome.Outcome, outcome.Reason = Unsure, fact.Reason
		}
	}
	return outcome
}

// Bounds on what one rule reports of one domain: a hostile record can hold
// thousands of faults, and each finding carries the record.
const (
	maxFindings = 20
	maxEvidence = 8
)

// bounded leaves out findings whose key another has, and what is beyond the
// bounds.
func bounded(findings []Finding) []Finding {
	var kept []Finding
	seen := make(map[string]bool, len(findings))
	for _, f := range findings {
		if seen[f.Key] || len(kept) == maxFindings {
			continue
		}
		seen[f.Key] = true
		f.Evidence = f.Evidence[:min(len(f.Evidence), maxEvidence)]
		kept = append(kept, f)
	}
	return kept
}
