package facts_test

import (
	"context"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner/zone"
)

// world answers from zone text in which every name outside does not exist.
type world struct {
	t       *testing.T
	set     *zone.Set
	fail    map[facts.Question]string // questions that fail, with the cause
	learned map[facts.Question]facts.Observation
	asked   []facts.Question
}

func newWorld(t *testing.T, text string) *world {
	t.Helper()
	z, err := zone.Parse("test.zone", strings.NewReader(text), ".")
	if err != nil {
		t.Fatal(err)
	}
	set, err := zone.NewSet([]*zone.Zone{z}, zone.NXDomain, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, set: set, fail: map[facts.Question]string{}, learned: map[facts.Question]facts.Observation{}}
}

// Get finds what learn was asked before.
func (w *world) Get(q facts.Question) (facts.Observation, bool) {
	o, ok := w.learned[q]
	return o, ok
}

func (w *world) learn(questions []facts.Question) {
	w.t.Helper()
	w.asked = append(w.asked, questions...)
	answers, err := w.set.Lookup(context.Background(), questions)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, o := range answers {
		if cause, ok := w.fail[questions[i]]; ok {
			o = facts.Observation{Question: questions[i], Status: facts.Failed, Cause: cause}
		}
		w.learned[questions[i]] = o
	}
}

// build asks and builds until nothing is missing.
func (w *world) build(domain facts.Domain, opt facts.Options) *facts.Facts {
	w.t.Helper()
	for range 50 {
		f, missing := facts.Build(domain, w, opt)
		if len(missing) == 0 {
			return f
		}
		w.learn(missing)
	}
	w.t.Fatal("Build never stops asking")
	return nil
}

// buildZone is the facts of example.com in a zone, with the default options.
func buildZone(t *testing.T, text string) *facts.Facts {
	t.Helper()
	return newWorld(t, text).build("example.com", facts.DefaultOptions())
}
