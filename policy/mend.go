package policy

import (
	"cmp"
	"slices"

	"github.com/mailposture/mailposture/facts"
)

// Repair is a change of the domain's records that was proved, with the others
// of its Repairs: the rules were run again over all of them together.
type Repair struct {
	facts.Change
	Rules []*Rule // whose findings it mends, in the order of the verdicts
}

// maxSteps bounds how many proposals for one domain are tried, and so how often
// it is built and judged again.
const maxSteps = 24

// Mend finds the changes that mend what the verdicts of a domain report, at
// most one for each name and kind, in that order. A change is among them only
// if, with all of them made, the rule that proposed it passes and nothing got
// worse; see prove. What cannot be proved by the answers that the facts rest on
// is left out: a finding without a repair still has its rule's Fix.
func Mend(f *facts.Facts, verdicts []Verdict) []Repair {
	if !slices.ContainsFunc(verdicts, mendable) {
		return nil
	}
	m := mending{original: f, answers: newKnown(f.Used), now: state{f, verdicts}}
	tried := make(map[*Rule]bool)
	for range maxSteps {
		r := m.next(tried)
		if r == nil {
			break
		}
		tried[r] = true
		changes := r.Repair(m.now.facts)
		// What only came up on the way is mended in a record that is changed
		// anyway, or not at all: no finding would show it.
		if len(changes) > 0 && (outcomeOf(verdicts, r) == Fail || len(m.onlyHere(changes)) == 0) && m.try(r, changes) {
			clear(tried) // what failed alone may hold now
		}
	}
	return m.repairs(verdicts)
}

// mendable reports whether there is a repair to be thought of.
func mendable(v Verdict) bool { return v.Outcome == Fail && v.Rule.Repair != nil }

// state is a domain as judged.
type state struct {
	facts    *facts.Facts
	verdicts []Verdict
}

// mending is the way from what is published to what mends it, a rule a step.
type mending struct {
	original *facts.Facts
	answers  facts.Answers
	now      state
	changes  []facts.Change // from the original to now, one for each question
	steps    []step
}

// step is a rule whose changes were proved, and what they change.
type step struct {
	rule      *Rule
	questions []facts.Question
}

// next is the worst rule that fails and was not tried, or nil.
func (m *mending) next(tried map[*Rule]bool) *Rule {
	var worst *Rule
	for _, v := range m.now.verdicts {
		if mendable(v) && !tried[v.Rule] && (worst == nil || v.Rule.Severity.Rank() < worst.Severity.Rank()) {
			worst = v.Rule
		}
	}
	return worst
}

// try goes a step on, if the changes are proved, and reports whether they are.
func (m *mending) try(r *Rule, changes []facts.Change) bool {
	for _, c := range changes {
		if !m.allowed(c) {
			return false
		}
	}
	all, ok := m.joined(changes)
	if !ok {
		return false
	}
	then := m.judged(all)
	if prove(m.now, then, r) != "" {
		return false
	}
	for _, before := range m.steps { // a step may undo none before it
		if outcomeOf(then.verdicts, before.rule) != Pass {
			return false
		}
	}
	m.now, m.changes, m.steps = then, all, append(m.steps, step{r, questionsOf(changes)})
	return true
}

// judged is the domain with changes made.
func (m *mending) judged(changes []facts.Change) state {
	f, _ := facts.Build(m.original.Domain, facts.NewOverlay(changes...).Over(m.answers), m.original.Options)
	verdicts := make([]Verdict, len(m.now.verdicts))
	for i, v := range m.now.verdicts {
		verdicts[i].Rule = v.Rule
		verdicts[i].judge(f)
	}
	return state{f, verdicts}
}

// joined adds a step's changes to those before, as changes of what is
// published. A record that came with a step before and goes with this one was
// never there.
func (m *mending) joined(changes []facts.Change) ([]facts.Change, bool) {
	all := slices.Clone(m.changes)
	for _, c := range changes {
		i := slices.IndexFunc(all, func(b facts.Change) bool { return b.Question == c.Question })
		if i < 0 {
			all = append(all, c)
			continue
		}
		both := facts.Change{Question: c.Question, Old: slices.Clone(all[i].Old), New: slices.Clone(all[i].New)}
		for _, old := range c.Old {
			if j := slices.Index(both.New, old); j >= 0 {
				both.New = slices.Delete(both.New, j, j+1)
			} else {
				both.Old = append(both.Old, old)
			}
		}
		both.New = append(both.New, c.New...)
		all[i] = both
	}
	none := func(c facts.Change) bool { return len(c.Old) == 0 && len(c.New) == 0 }
	return all, !slices.ContainsFunc(all, none)
}

// repairs are the changes made, each with the rules that it mends: those that
// proposed it, and those whose own proposal for it a worse rule made needless.
func (m *mending) repairs(before []Verdict) []Repair {
	var list []Repair
	for _, c := range m.changes {
		slices.Sort(c.Old)
		slices.Sort(c.New)
		list = append(list, Repair{Change: c})
	}
	slices.SortFunc(list, func(a, b Repair) int { return cmp.Or(a.Question.Compare(b.Question)) })
	for _, v := range before {
		if !mendable(v) || outcomeOf(m.now.verdicts, v.Rule) != Pass {
			continue
		}
		for _, q := range m.mends(v.Rule) {
			i := slices.IndexFunc(list, func(r Repair) bool { return r.Question == q })
			if i >= 0 && !slices.Contains(list[i].Rules, v.Rule) {
				list[i].Rules = append(list[i].Rules, v.Rule)
			}
		}
	}
	return list
}

// mends lists what has to change to mend a rule's findings.
func (m *mending) mends(r *Rule) []facts.Question {
	for _, s := range m.steps {
		if s.rule == r {
			return s.questions
		}
	}
	return questionsOf(r.Repair(m.original))
}

func questionsOf(changes []facts.Change) []facts.Question {
	questions := make([]facts.Question, len(changes))
	for i, c := range changes {
		questions[i] = c.Question
	}
	return questions
}

// onlyHere lists the questions of changes that no step has touched.
func (m *mending) onlyHere(changes []facts.Change) []facts.Question {
	return slices.DeleteFunc(questionsOf(changes), func(q facts.Question) bool {
		return slices.ContainsFunc(m.changes, func(c facts.Change) bool { return c.Question == q })
	})
}

// outcomeOf is what the verdicts say by one rule.
func outcomeOf(verdicts []Verdict, r *Rule) Outcome {
	for _, v := range verdicts {
		if v.Rule == r {
			return v.Outcome
		}
	}
	return ""
}

// known is observations as Answers. An answer that came by an alias tells what
// stands at the alias's end, too.
type known []facts.Observation

func newKnown(used []facts.Observation) known { return known(used) }

// Get answers a question.
func (k known) Get(q facts.Question) (facts.Observation, bool) {
	for _, o := range k {
		if o.Question == q {
			return o, true
		}
	}
	for _, o := range k {
		if n := len(o.Chain); n > 0 && o.Kind == q.Kind && o.Chain[n-1] == q.Name {
			o.Question, o.Chain = q, nil
			return o, true
		}
	}
	return facts.Observation{}, false
}
