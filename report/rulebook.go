package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/policy"
)

// rulebook is what a writer keeps of the rules: what each says, and which
// fired where. It grows with the rules, never with the results.
type rulebook struct {
	rules map[string]Rule
	fired map[string]*firing
	// examples is how many results each firing remembers.
	examples int
}

// firing is where one rule found something.
type firing struct {
	Rule    Rule
	Domains int        // results
	First   []domainAt // the first of them, in the order of the run
}

// domainAt is a result by its place in the run, from 1.
type domainAt struct {
	Domain string
	Place  int
}

func newRulebook(rules []Rule, examples int) *rulebook {
	b := &rulebook{rules: make(map[string]Rule, len(rules)), fired: make(map[string]*firing), examples: examples}
	for _, r := range rules {
		b.rules[r.ID] = r
	}
	return b
}

// of is the finding's rule. A rule that the run does not list (the results are
// those of another version) is made up from its first finding, without help.
func (b *rulebook) of(f Finding) Rule {
	if r, ok := b.rules[f.Rule]; ok {
		return r
	}
	if at, ok := b.fired[f.Rule]; ok {
		return at.Rule
	}
	return Rule{
		ID: f.Rule, Name: f.Name, Family: f.Family, Title: f.Name,
		Severity: f.Severity, Confidence: f.Confidence, Refs: []string{},
	}
}

// note remembers the rules that fired in a result.
func (b *rulebook) note(r Result, place int) {
	for i, f := range r.Findings {
		if !firstOfRule(r.Findings, i) {
			continue
		}
		at := b.fired[f.Rule]
		if at == nil {
			at = &firing{Rule: b.of(f)}
			b.fired[f.Rule] = at
		}
		at.Domains++
		if len(at.First) < b.examples {
			// A clone, lest one name keep a whole result in memory.
			at.First = append(at.First, domainAt{strings.Clone(r.Domain), place})
		}
	}
}

// byID lists the rules that fired, by ID.
func (b *rulebook) byID() []*firing {
	return b.sorted(func(a, c *firing) int { return cmp.Compare(a.Rule.ID, c.Rule.ID) })
}

// byWeight lists the rules that fired: worst first, then most domains, then ID.
func (b *rulebook) byWeight() []*firing {
	return b.sorted(func(a, c *firing) int {
		return cmp.Or(
			cmp.Compare(a.Rule.Severity.Rank(), c.Rule.Severity.Rank()),
			cmp.Compare(c.Domains, a.Domains),
			cmp.Compare(a.Rule.ID, c.Rule.ID))
	})
}

func (b *rulebook) sorted(order func(a, b *firing) int) []*firing {
	list := make([]*firing, 0, len(b.fired))
	for _, f := range b.fired {
		list = append(list, f)
	}
	slices.SortFunc(list, order)
	return list
}

// worst is the worst severity of the findings, "" when there are none.
func worst(findings []Finding) policy.Severity {
	if len(findings) == 0 {
		return ""
	}
	return slices.MinFunc(findings, func(a, b Finding) int {
		return cmp.Compare(a.Severity.Rank(), b.Severity.Rank())
	}).Severity
}

// tallySeverities counts the findings of one result.
func tallySeverities(findings []Finding) Severities {
	var s Severities
	for _, f := range findings {
		s.add(f.Severity)
	}
	return s
}
