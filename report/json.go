package report

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
)

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
	j.out.raw("\n").value(filled(r))
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
	s.Rules = some(s.Rules)
	j.out.raw("\n],\n" + `"summary":`).value(s).raw("}\n")
	return j.out.flush()
}

// encoder collects JSON and hands it on in one write, so that a reader of a
// pipe sees whole lines. The first error stays until flush returns it.
type encoder struct {
	to      io.Writer
	pending []byte
	scratch bytes.Buffer
	err     error
}

// raw adds text of ours as it stands.
func (e *encoder) raw(s string) *encoder {
	e.pending = append(e.pending, s...)
	return e
}

// value adds one value, without the line break of json.Encoder. Text is not
// escaped for HTML, where no format puts JSON, but it is for terminals.
func (e *encoder) value(v any) *encoder {
	e.scratch.Reset()
	enc := json.NewEncoder(&e.scratch)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil && e.err == nil {
		e.err = err
	}
	e.pending = escapeJSON(e.pending, bytes.TrimSuffix(e.scratch.Bytes(), []byte("\n")))
	return e
}

// members adds the members of an object without its braces.
func (e *encoder) members(v any) *encoder {
	start := len(e.pending)
	e.value(v)
	if e.err == nil {
		e.pending = slices.Delete(e.pending[:len(e.pending)-1], start, start+1)
	}
	return e
}

// flush writes what was added.
func (e *encoder) flush() error {
	if e.err == nil {
		_, e.err = e.to.Write(e.pending)
	}
	e.pending = e.pending[:0]
	return e.err
}
