package relay

import (
	"slices"
	"testing"
)

// TestDecide is about tables with open cells.
func TestDecide(t *testing.T) {
	spam := fSpam.is(Yes)
	resolves := fSourceResolves.is(Yes)
	for _, c := range []struct {
		name  string
		table table[Pool]
		path  Path
		want  Pool
		needs []Input
	}{
		{"the first line that holds", table[Pool]{{when: []cond{spam}, then: PoolHighRisk}, {then: PoolRegular}}, Path{Spam: Yes}, PoolHighRisk, nil},
		{"the line below", table[Pool]{{when: []cond{spam}, then: PoolHighRisk}, {then: PoolRegular}}, Path{Spam: No}, PoolRegular, nil},
		{"two lines that may hold, and differ", table[Pool]{{when: []cond{spam}, then: PoolHighRisk}, {then: PoolRegular}}, Path{}, "", []Input{"spam"}},
		{"two lines that may hold, and agree", table[Pool]{{when: []cond{spam}, then: PoolRegular}, {then: PoolRegular}}, Path{}, PoolRegular, nil},
		{"they differ in the code alone", table[Pool]{{when: []cond{spam}, then: PoolRegular, code: "5.1.8"}, {then: PoolRegular}}, Path{}, "", []Input{"spam"}},
		{"one line that may hold, and none that does", table[Pool]{{when: []cond{spam}, then: PoolRegular}}, Path{}, "", []Input{"spam"}},
		{"no line that can hold", table[Pool]{{when: []cond{spam}, then: PoolRegular}}, Path{Spam: No}, "", nil},
		{"another cell of the line does not hold", table[Pool]{{when: []cond{spam, resolves}, then: PoolHighRisk}, {then: PoolRegular}}, Path{SourceResolves: No}, PoolRegular, nil},
		{"what is not, when it is not known", table[Pool]{{when: []cond{fSpam.not(No)}, then: PoolHighRisk}, {then: PoolRegular}}, Path{}, "", []Input{"spam"}},
		{"all that is missing, in the order of the lines", table[Pool]{{when: []cond{spam}, then: PoolHighRisk}, {when: []cond{resolves}, then: PoolRegular}, {then: PoolNone}},
			Path{}, "", []Input{"spam", "source-resolves"}},
	} {
		got := c.table.decide(&state{Path: c.path})
		if got.value != c.want || !slices.Equal(got.needs, c.needs) {
			t.Errorf("%s: %q for want of %q, want %q for %q", c.name, got.value, got.needs, c.want, c.needs)
		}
		if (got.value == "") != (got.why != "") {
			t.Errorf("%s: %q because %q", c.name, got.value, got.why)
		}
	}
	// A value that is taken from elsewhere, and is not known there.
	got := table[Answer]{{like: &fMailFromAligned}}.decide(&state{})
	if got.value != "" || !slices.Equal(got.needs, []Input{"mail-from-aligned"}) {
		t.Errorf("a value that is not there: %+v", got)
	}
}

// TestChoices: each input can be set to each of its values and back, alone.
func TestChoices(t *testing.T) {
	names := map[Input]bool{}
	for _, c := range Choices() {
		if names[c.Input] || c.Meaning == "" || len(c.Values) < 2 {
			t.Errorf("%s: twice, without a meaning, or without a choice", c.Input)
		}
		names[c.Input] = true
		for _, v := range append(c.Values, "") {
			p := Usual()
			c.Set(&p, v)
			if c.Get(&p) != v {
				t.Errorf("%s is %q, want %q", c.Input, c.Get(&p), v)
			}
			for _, other := range Choices() {
				before := Usual()
				if other.Input != c.Input && other.Get(&p) != other.Get(&before) {
					t.Errorf("%s changes %s", c.Input, other.Input)
				}
			}
		}
	}
}

// TestEveryLineHasReason: whatever is decided is explained, with a source.
func TestEveryLineHasReason(t *testing.T) {
	m := published()
	explained(t, "entry spf", m.entry.spf)
	explained(t, "entry alignment", m.entry.aligned)
	explained(t, "entry dkim", m.entry.dkim)
	explained(t, "entry dmarc", m.entry.dmarc)
	explained(t, "entry action", m.entry.action)
	explained(t, "pool", m.exit.pool)
	explained(t, "envelope", m.exit.envelope)
	explained(t, "spf", m.destination.spf)
	explained(t, "alignment", m.destination.aligned)
	explained(t, "dkim", m.destination.dkim)
	explained(t, "dmarc", m.destination.dmarc)
	explained(t, "outcome", m.destination.outcome)
}

func explained[T ~string](t *testing.T, name string, lines table[T]) {
	t.Helper()
	if len(lines) == 0 {
		t.Errorf("%s: no lines", name)
	}
	for i, r := range lines {
		if r.why == "" || r.source == "" || (r.then == "") == (r.like == nil) {
			t.Errorf("%s, line %d: no reason, no source, or not one value", name, i+1)
		}
	}
}
