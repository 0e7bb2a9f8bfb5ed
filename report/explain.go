package report

import (
	"io"
	"strings"
)

// Example shows a rule at work on a zone.
type Example struct {
	Outcome string // "Found in", ...
	Name    string
	Zone    string
}

// Explain writes what one rule has to say, for a terminal. The error is w's.
func Explain(w io.Writer, rule Rule, examples []Example, opt Options) error {
	t := newText(w, opt)
	p := &t.page
	p.flow(0, severityTag(p, rule.Severity), p.words([]inline{{Text: rule.Title, Strong: true}}), proseWidth)
	p.line(tagWidth, p.in(dim, rule.ID+" "+rule.Name+confidenceWords(rule.Confidence)))
	t.help(rule)
	for _, e := range examples {
		p.line(0)
		p.line(tagWidth, p.in(bold, e.Outcome+": "), e.Name)
		for line := range strings.Lines(e.Zone) {
			p.line(tagWidth+2, p.in(dim, strings.TrimRight(line, "\n")))
		}
	}
	return t.flush()
}
