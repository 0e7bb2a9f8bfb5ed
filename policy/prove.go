package policy

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// allowed reports whether a change is the domain's own to make: of a name in
// the domain, with an answer that is known and did not come by an alias, of
// records that are there, to others.
func (m *mending) allowed(c facts.Change) bool {
	if !under(c.Name, string(m.original.Domain)) || c.Scope != "" || slices.Equal(c.Old, c.New) {
		return false
	}
	o, ok := facts.NewOverlay(m.changes...).Over(m.answers).Get(c.Question)
	if !ok || len(o.Chain) > 0 || o.Status != facts.Found && !o.Absent() {
		return false
	}
	for _, old := range c.Old {
		if !slices.Contains(o.Data, old) {
			return false
		}
	}
	for _, come := range c.New {
		if slices.Contains(o.Data, come) && !slices.Contains(c.Old, come) {
			return false
		}
	}
	return true
}

// prove says why a step from one state to the next is no repair for a rule, or
// "" when it is one: the rule passes, no other rule of its weight, and no severe
// one, finds anything new, nothing that was known is unknown, and no protection
// is weaker.
func prove(before, after state, r *Rule) string {
	if outcomeOf(after.verdicts, r) != Pass {
		return "the rule does not pass"
	}
	for i, was := range before.verdicts {
		is := after.verdicts[i]
		if was.Outcome != Unsure && is.Outcome == Unsure {
			return "what " + was.Rule.ID + " says is no longer known"
		}
		matters := was.Rule.Severity.Rank() <= max(r.Severity.Rank(), High.Rank())
		if matters && findsMore(was, is) {
			return was.Rule.ID + " finds something new"
		}
	}
	for _, p := range doubtful() {
		if before.facts.Part(p).State != facts.Unknown && after.facts.Part(p).State == facts.Unknown {
			return string(p) + " is no longer known"
		}
	}
	return weaker(before.facts, after.facts)
}

// doubtful are the parts that a change can make unknown by leading to what was
// never asked.
func doubtful() []facts.Part {
	return []facts.Part{
		facts.PartMX, facts.PartHosts, facts.PartSPF, facts.PartSPFWalk, facts.PartSPFVoids, facts.PartSPFPass, facts.PartSPFRelay,
		facts.PartDMARC, facts.PartDMARCOrg, facts.PartReports, facts.PartDKIM, facts.PartDKIMKeys, facts.PartM365,
	}
}

// findsMore reports whether a rule has a finding that it did not have.
func findsMore(was, is Verdict) bool {
	return slices.ContainsFunc(is.Findings, func(f Finding) bool {
		return !slices.ContainsFunc(was.Findings, func(g Finding) bool { return g.Key == f.Key })
	})
}

// weaker says which protection a change would take away, or "". A finding must
// not be silenced that way.
func weaker(before, after *facts.Facts) string {
	switch {
	case present(before.MX.Standing) && !present(after.MX.Standing), before.MX.Null && !after.MX.Null:
		return "the MX records are gone"
	case present(before.SPF.Standing) && !present(after.SPF.Standing):
		return "the SPF record is gone"
	case strictness(after.SPF.All) < strictness(before.SPF.All):
		return "SPF ends weaker"
	case before.SPF.Valid && !after.SPF.Valid:
		return "SPF is no longer valid"
	case present(before.DMARC.Standing) && !present(after.DMARC.Standing), before.DMARC.Valid && !after.DMARC.Valid:
		return "the DMARC policy is gone"
	}
	if why := weakerDMARC(&before.DMARC, &after.DMARC); why != "" {
		return why
	}
	if newFault(before, after) {
		return "the DMARC record has a new fault"
	}
	for _, k := range before.DKIM.Keys {
		kept := slices.ContainsFunc(after.DKIM.Keys, func(l facts.Key) bool { return l.Selector == k.Selector && l.State == k.State })
		if k.State == facts.KeyPresent && !kept {
			return "a DKIM key is gone"
		}
	}
	return ""
}

// weakerDMARC is weaker for the policy that applies.
func weakerDMARC(before, after *facts.DMARC) string {
	was, is := before.Effective, after.Effective
	switch {
	case is.This.Strength() < was.This.Strength(), is.Existing.Strength() < was.Existing.Strength(), is.Nonexistent.Strength() < was.Nonexistent.Strength():
		return "the DMARC policy is weaker"
	case before.Parsed == nil:
		return ""
	case after.Parsed == nil:
		return "the DMARC policy is gone"
	case before.Parsed.DKIMAlignment == record.AlignStrict && after.Parsed.DKIMAlignment != record.AlignStrict,
		before.Parsed.SPFAlignment == record.AlignStrict && after.Parsed.SPFAlignment != record.AlignStrict:
		return "DMARC's alignment is weaker"
	case lacksReports(before.Parsed.RUA, after.Parsed.RUA), lacksReports(before.Parsed.RUF, after.Parsed.RUF):
		return "a report address is gone"
	}
	return ""
}

// newFault reports whether the DMARC record has a problem of a kind that it did
// not have: not each is a rule's. What is wrong with SPF and keys is.
func newFault(before, after *facts.Facts) bool {
	if before.DMARC.Parsed == nil || after.DMARC.Parsed == nil {
		return false
	}
	return slices.ContainsFunc(after.DMARC.Parsed.Problems, func(p record.Problem) bool {
		same := func(q record.Problem) bool { return q.Code == p.Code }
		return !slices.ContainsFunc(before.DMARC.Parsed.Problems, same)
	})
}

// lacksReports reports whether an address that works is no longer there.
func lacksReports(was, is []record.ReportURI) bool {
	return slices.ContainsFunc(was, func(u record.ReportURI) bool {
		return !u.Bad && !slices.ContainsFunc(is, func(v record.ReportURI) bool { return v.Text == u.Text })
	})
}

func present(s facts.Standing) bool { return s.State == facts.Present }

// strictness orders what SPF says of servers that it does not list. A record
// without all gives neutral: RFC 7208, section 4.7.
func strictness(all record.Qualifier) int {
	switch all {
	case record.QualifierPass:
		return 0
	case record.QualifierSoftFail:
		return 2
	case record.QualifierFail:
		return 3
	}
	return 1
}
