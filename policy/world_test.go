package policy_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/scanner/zone"
)

// world answers from a zone that is the whole world. The questions in broken
// fail instead, and edits are made.
type world struct {
	set    *zone.Set
	broken []facts.Question
	edits  []policy.Repair
}

func newWorld(t testing.TB, text string) *world {
	t.Helper()
	z, err := zone.Parse("example", strings.NewReader(text), ".")
	if err != nil {
		t.Fatal(err)
	}
	set, err := zone.NewSet([]*zone.Zone{z}, zone.Unasked, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &world{set: set}
}

// lookup answers one question.
func (w *world) lookup(t testing.TB, q facts.Question) facts.Observation {
	if slices.Contains(w.broken, q) {
		return facts.Observation{Question: q, Status: facts.Failed, Cause: "SERVFAIL"}
	}
	answers, err := w.set.Lookup(context.Background(), []facts.Question{q})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range w.edits {
		if e.Question == q {
			answers[0] = edited(answers[0], e.Old, e.New)
		}
	}
	return answers[0]
}

// edited is an answer without some records and with others.
func edited(o facts.Observation, old, come []string) facts.Observation {
	data := slices.DeleteFunc(slices.Clone(o.Data), func(d string) bool { return slices.Contains(old, d) })
	o.Data, o.Status = append(data, come...), facts.Found
	slices.Sort(o.Data)
	if len(o.Data) == 0 {
		o.Status = facts.NoData
	}
	return o
}

// known is what Build has been told so far.
type known map[facts.Question]facts.Observation

func (k known) Get(q facts.Question) (facts.Observation, bool) {
	o, ok := k[q]
	return o, ok
}

// facts builds until nothing is missing.
func (w *world) facts(t testing.TB, domain facts.Domain, opt facts.Options) *facts.Facts {
	t.Helper()
	answers := make(known)
	for range 50 {
		f, missing := facts.Build(domain, answers, opt)
		if len(missing) == 0 {
			return f
		}
		for _, q := range missing {
			answers[q] = w.lookup(t, q)
		}
	}
	t.Fatalf("%s: Build goes on asking", domain)
	return nil
}

// shown is a rule's example, ready to be judged.
type shown struct {
	policy.Example
	rule policy.Rule
	*world
}

func (s shown) name() string { return s.rule.ID + "/" + s.Name }

// but is the example in a world where these questions fail.
func (s shown) but(broken ...facts.Question) shown {
	s.world = &world{set: s.set, broken: broken}
	return s
}

func (s shown) build(t testing.TB) *facts.Facts {
	t.Helper()
	return s.world.facts(t, s.domain(), s.options())
}

func (s shown) domain() facts.Domain {
	if s.Domain != "" {
		return s.Domain
	}
	return "example.com"
}

// options are those of the example with the providers that users have.
func (s shown) options() facts.Options {
	opt := s.Options
	opt.Providers = facts.DefaultOptions().Providers
	return opt
}

// examples are those of all rules.
func examples(t testing.TB) []shown {
	t.Helper()
	var all []shown
	for _, r := range policy.Rules() {
		for _, e := range r.Examples {
			all = append(all, shown{e, r, newWorld(t, e.Zone)})
		}
	}
	return all
}

// verdictOf is one rule's word.
func verdictOf(t testing.TB, f *facts.Facts, id string) policy.Verdict {
	t.Helper()
	for _, v := range policy.Evaluate(f, policy.Rules()) {
		if v.Rule.ID == id {
			return v
		}
	}
	t.Fatalf("no rule %s", id)
	return policy.Verdict{}
}
