package report

import (
	"io"
	"slices"
)

// jsonlWriter renders each result as one object on a line of its own, and
// nothing before or after: files of several runs can be joined with cat.
type jsonlWriter struct {
	out   encoder
	help  bool
	rules *rulebook
}

func newJSONL(w io.Writer, o Options) *jsonlWriter {
	return &jsonlWriter{out: encoder{to: w}, help: o.WithHelp}
}

// Begin writes nothing.
func (j *jsonlWriter) Begin(run Run) error {
	j.rules = newRulebook(run.Rules, 0)
	return nil
}

// Domain writes one line.
func (j *jsonlWriter) Domain(r Result) error {
	if j.help {
		r.Findings = slices.Clone(r.Findings) // the caller's stay as they are
		for i, f := range r.Findings {
			rule := j.rules.of(f)
			r.Findings[i].Help = &Help{Title: rule.Title, Why: rule.Why, Fix: rule.Fix, Refs: rule.Refs}
		}
	}
	return j.out.result(&r).raw("\n").flush()
}

// End writes nothing.
func (j *jsonlWriter) End(Summary) error { return nil }
