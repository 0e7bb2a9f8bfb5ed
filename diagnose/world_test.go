package diagnose

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner/zone"
)

// world answers from zone text in which every other name does not exist.
type world struct {
	t       testing.TB
	set     *zone.Set
	fail    map[facts.Question]string // questions that fail, with the cause
	learned map[facts.Question]facts.Observation
}

func newWorld(t testing.TB, text string) *world {
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

// Get finds what was asked before.
func (w *world) Get(q facts.Question) (facts.Observation, bool) {
	o, ok := w.learned[q]
	return o, ok
}

// explain asks until nothing is missing. What is asked again was not missing.
func (w *world) explain(e Evidence) Diagnosis {
	w.t.Helper()
	missing := e.Questions
	for range 30 {
		answers, err := w.set.Lookup(context.Background(), missing)
		if err != nil {
			w.t.Fatal(err)
		}
		for i, q := range missing {
			if _, again := w.learned[q]; again {
				w.t.Errorf("%s is asked twice", q)
			}
			o := answers[i]
			if cause, ok := w.fail[q]; ok {
				o = facts.Observation{Question: q, Status: facts.Failed, Cause: cause}
			}
			w.learned[q] = o
		}
		d := Explain(e, w)
		if len(d.Missing) == 0 {
			return d
		}
		missing = d.Missing
	}
	w.t.Fatal("Explain never stops asking")
	return Diagnosis{}
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// evidenceWith reports whether a piece of evidence holds the words.
func evidenceWith(d Diagnosis, words string) bool {
	return slices.ContainsFunc(d.Evidence, func(s string) bool { return strings.Contains(s, words) })
}

func also(d Diagnosis) []Cause {
	var causes []Cause
	for _, p := range d.Also {
		causes = append(causes, p.Cause)
	}
	return causes
}
