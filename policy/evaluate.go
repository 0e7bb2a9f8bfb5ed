package policy

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
)

// Evaluate asks every rule about a domain, in the order given. A rule whose
// outcome rests on something that is not known is Unsure, never Pass or Fail;
// one that needs a part which was left out does not apply. The findings of one
// verdict have different keys, and are at most 20.
func Evaluate(f *facts.Facts, rules []Rule) []Verdict {
	return AppendVerdicts(make([]Verdict, 0, len(rules)), f, rules)
}

// AppendVerdicts is Evaluate for callers who judge many domains and need no
// verdict for long: it appends to a slice that may be used again.
func AppendVerdicts(verdicts []Verdict, f *facts.Facts, rules []Rule) []Verdict {
	for i := range rules {
		verdicts = append(verdicts, Verdict{Rule: &rules[i]})
		verdicts[len(verdicts)-1].judge(f)
	}
	return verdicts
}

// judge has a verdict's rule speak.
func (v *Verdict) judge(f *facts.Facts) {
	r, doubt := v.Rule, ""
	for _, part := range r.Needs {
		s := f.Part(part)
		if s.State == "" { // before the roles: what was left out is no one's doubt
			v.Outcome = NotApplicable
			return
		}
		if s.State == facts.Unknown && doubt == "" {
			doubt = s.Reason
		}
	}
	if v.inapplicable(f) {
		return
	}
	if doubt != "" && !r.Partial {
		v.Outcome, v.Reason = Unsure, doubt
		return
	}
	v.Findings = bounded(r.Check(f))
	switch {
	case len(v.Findings) > 0:
		v.Outcome = Fail
	case doubt != "":
		v.Outcome, v.Reason = Unsure, doubt
	default:
		v.Outcome = Pass
	}
}

// inapplicable reports whether the domain's roles decide before the rule is
// asked, and how. A domain that does not exist has no mail to judge.
func (v *Verdict) inapplicable(f *facts.Facts) bool {
	if f.Exists.State == facts.Absent {
		v.Outcome = NotApplicable
		return true
	}
	if len(v.Rule.Roles) == 0 {
		return false
	}
	outcome, reason := NotApplicable, ""
	for _, role := range v.Rule.Roles {
		switch fact := f.Role(role); fact.State {
		case facts.Present:
			return false
		case facts.Unknown:
			outcome, reason = Unsure, fact.Reason
		}
	}
	v.Outcome, v.Reason = outcome, reason
	return true
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
	if len(findings) == 0 {
		return nil
	}
	kept := make([]Finding, 0, min(len(findings), maxFindings))
	for _, f := range findings {
		if len(kept) == maxFindings {
			break
		}
		if !slices.ContainsFunc(kept, func(k Finding) bool { return k.Key == f.Key }) {
			f.Evidence = f.Evidence[:min(len(f.Evidence), maxEvidence)]
			kept = append(kept, f)
		}
	}
	return kept
}
