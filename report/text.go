package report

import (
	"fmt"
	"io"
	"strings"
)

// textWriter renders a run for a terminal: what is wrong, why, what to do,
// worst first.
//
// One domain is read from top to bottom, so there each finding explains
// itself. Of many domains people read the end first, where the prompt is: so
// each domain gets a few lines, and why and what to do come once for each rule
// at the end, worst first. Which of the two it is shows when the second domain
// arrives; until then the first is held back. Nothing else is kept of a
// domain but, for each rule, the names of a few.
type textWriter struct {
	to    io.Writer
	page  page
	rules *rulebook
	held  *Result // the first, until it is known whether more come
	seen  int     // results
	last  shape   // of what was written last
	err   error
}

// shape says how much room a domain took.
type shape int

const (
	nothing shape = iota
	oneLine
	severalLines
)

// namedDomains is how many domains a rule names in "What to do".
const namedDomains = 3

func newText(w io.Writer, o Options) *textWriter {
	width := o.Width
	if width <= 0 {
		width = defaultWidth
	}
	return &textWriter{to: w, page: page{color: o.Color, width: max(width, minWidth)}}
}

// Begin writes what was planned, if anything was.
func (t *textWriter) Begin(run Run) error {
	rules := make([]Rule, len(run.Rules))
	for i, r := range run.Rules {
		rules[i] = cleanRule(r)
	}
	t.rules = newRulebook(rules, namedDomains)
	for _, plan := range run.WhatIf {
		t.page.prose(0, yellow, "As if this were published: "+printable(plan))
		t.last = severalLines
	}
	return nil
}

// Domain writes a domain's few lines, or holds the first back.
func (t *textWriter) Domain(r Result) error {
	r = clean(r)
	t.seen++
	t.rules.note(r, t.seen)
	if t.seen == 1 {
		t.held = &r
		return nil
	}
	if t.held != nil {
		t.brief(*t.held)
		t.held = nil
	}
	t.brief(r)
	return t.flush()
}

// End writes the one domain in full, or what to do about the many.
func (t *textWriter) End(s Summary) error {
	if t.held != nil {
		t.full(*t.held)
		return t.flush()
	}
	t.whatToDo()
	t.summary(clean(s))
	return t.flush()
}

// flush writes what the page holds.
func (t *textWriter) flush() error {
	if t.err == nil {
		_, t.err = t.to.Write(t.page.out.Bytes())
	}
	t.page.out.Reset()
	return t.err
}

// full writes one domain with everything there is to say.
func (t *textWriter) full(r Result) {
	p := &t.page
	t.follow(severalLines)
	if r.Status == Rejected {
		p.line(0, rejection(p, r))
		return
	}
	p.line(0, p.in(bold, r.Domain), "  ", statusWords(p, r))
	if words := whereFrom(r); words != "" {
		p.line(0, p.in(dim, words))
	}
	p.line(0)
	if words := strangerSentence(r); words != "" || r.Parked != nil {
		t.stranger(r, 0)
		t.parked(r, 0)
		p.line(0)
	}
	t.observed(r)
	t.checklists(r)
	for _, f := range r.Findings {
		p.line(0)
		t.finding(r, f)
	}
	t.repairs(r)
	t.unsettled(r)
	p.line(0)
	t.counts(r)
}

// brief writes one domain of many.
func (t *textWriter) brief(r Result) {
	p := &t.page
	if r.Status == Rejected {
		t.follow(oneLine)
		p.line(0, rejection(p, r))
		return
	}
	posture := strings.Join(postureLine(r), " | ")
	groups := unsettledBy(r)
	if len(r.Findings) == 0 && len(groups) == 0 && len(r.Checklists) == 0 {
		t.follow(oneLine)
		p.line(0, p.in(bold, r.Domain), "  ", p.in(green, "nothing found"), "  ", p.in(dim, posture))
		return
	}
	t.follow(severalLines)
	p.line(0, p.in(bold, r.Domain), "  ", statusWords(p, r))
	t.stranger(r, 2)
	for _, line := range p.broken(posture, p.width-2) {
		p.line(2, p.in(dim, line))
	}
	t.parked(r, 2)
	t.briefChecklists(r)
	for _, f := range r.Findings {
		t.briefFinding(f)
	}
	t.briefRepairs(r)
	for _, g := range groups {
		p.flow(2, tag(p, "UNKNOWN", yellow), p.words([]inline{{Text: unsettledWords(g)}}), proseWidth)
	}
}

// follow sets a domain apart from the one before, unless both are one line.
func (t *textWriter) follow(next shape) {
	if t.last == severalLines || t.last == oneLine && next == severalLines {
		t.page.line(0)
	}
	t.last = next
}

// statusWords says how the scan of a domain ended and what it came to.
func statusWords(p *page, r Result) string {
	status := string(r.Status)
	if r.Status != Complete {
		status = p.in(yellow, status)
	}
	if len(r.Findings) == 0 {
		return status + ": " + p.in(green, "nothing found")
	}
	return status + ": " + findingCounts(p, tallySeverities(r.Findings))
}

// rejection is the one line of something that is not a domain.
func rejection(p *page, r Result) string {
	text := r.Domain
	if r.Input != nil && r.Input.Text != "" {
		text = r.Input.Text
	}
	const longest = 60
	text = evidenceExcerpt(Evidence{Text: text}, longest).After
	line := p.in(bold, fmt.Sprintf(`"%s"`, text)) + "  " + p.in(yellow, string(Rejected)) + ": " + r.Reason
	if at := listLine(r.Input); at != "" {
		line += p.in(dim, " ("+at+")")
	}
	return line
}

// whereFrom says what a domain does and which line named it.
func whereFrom(r Result) string {
	words := strings.Join(r.Roles, ", ")
	if at := listLine(r.Input); at != "" {
		words = strings.TrimPrefix(words+"; "+at, "; ")
	}
	return words
}

// listLine is "domains.txt:3", "" for an argument.
func listLine(in *Input) string {
	if in == nil || in.List == "" {
		return ""
	}
	list := in.List
	if list == "-" {
		list = "stdin"
	}
	return fmt.Sprintf("%s:%d", list, in.Line)
}
