package report

import "io"

// jsonWriter renders a run as one document, streamed: memory does not grow
// with the number of domains. A domain is one line, so that less, grep and a
// diff can deal with a large file.
type jsonWriter struct {
	out   encoder
	rules *rulebook
	any   bool // a domain was written
}

func newJSON(w io.Writer) *jsonWriter { return &jsonWriter{out: encoder{to: w}} }

// Begin opens the document.
func (j *jsonWriter) Begin(run Run) error {
	j.rules = newRulebook(run.Rules, 0)
	j.out.raw(`{"schema":`).value(RunSchema).raw(",\n" + `"run":`).value(filledRun(run)).raw(",\n" + `"domains":[`)
	return j.out.flush()
}

// Domain writes one line.
func (j *jsonWriter) Domain(r Result) error {
	j.rules.note(r, 0)
	if j.any {
		j.out.raw(",")
	}
	j.any = true
	j.out.raw("\n").result(&r)
	return j.out.flush()
}

// End adds what every reader needs once: the rules that fired, and the counts.
func (j *jsonWriter) End(s Summary) error {
	j.out.raw("\n],\n" + `"rules":[`)
	for i, f := range j.rules.byID() {
		if i > 0 {
			j.out.raw(",")
		}
		f.Rule.Refs = some(f.Rule.Refs)
		j.out.raw("\n").value(f.Rule)
	}
	s.Rules, s.Causes = some(s.Rules), some(s.Causes)
	j.out.raw("\n],\n" + `"summary":`).value(s).raw("}\n")
	return j.out.flush()
}
