package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// tagWidth is the column where a finding's text begins: behind "CRITICAL".
const tagWidth = 10

// tag is a word at the margin.
func tag(p *page, text string, c paint) word {
	width := utf8.RuneCountInString(text)
	whole := max(tagWidth, width+1)
	return word{p.in(c, text) + strings.Repeat(" ", whole-width), whole, plain}
}

// severityTag is a severity in capitals.
func severityTag(p *page, s policy.Severity) word {
	return tag(p, strings.ToUpper(string(s)), severityPaint(s))
}

// finding writes one finding with all there is to say of it.
func (t *textWriter) finding(r Result, f Finding) {
	p := &t.page
	rule := t.rules.of(f)
	p.flow(0, severityTag(p, f.Severity), p.words([]inline{{Text: f.Message, Strong: true}}), proseWidth)
	p.prose(tagWidth, dim, f.Rule+" "+f.Name+confidenceWords(f.Confidence))
	for _, e := range distinct(f.Evidence) {
		t.evidence(tagWidth, e, true)
	}
	t.help(rule)
}

// help writes a rule's why, fix and references.
func (t *textWriter) help(rule Rule) {
	p := &t.page
	p.markdown(tagWidth, "Why  ", rule.Why)
	p.markdown(tagWidth, "Fix  ", rule.Fix)
	label := "See  "
	for _, ref := range rule.Refs {
		line := ref
		if url := refURL(ref); url != "" && !strings.Contains(ref, url) {
			line += "  " + p.in(dim, url)
		}
		p.line(tagWidth, p.in(bold, label), line)
		label = strings.Repeat(" ", len(label))
	}
}

// confidenceWords says of a finding that DNS alone does not prove how far to
// trust it.
func confidenceWords(c policy.Confidence) string {
	switch c {
	case policy.Likely:
		return " (likely)"
	case policy.Hint:
		return " (a question: DNS alone cannot tell)"
	}
	return ""
}

// evidence writes a record with the part that shows the defect underlined.
func (t *textWriter) evidence(indent int, e Evidence, named bool) {
	p := &t.page
	head := strings.TrimSpace(e.Kind + " " + e.Name)
	if e.Source != "" {
		head += " (" + e.Source + ")"
	}
	if e.Text == "" {
		p.line(indent, p.in(dim, "| "), head+": nothing there")
		return
	}
	if named {
		p.line(indent, p.in(dim, "| "+head))
	}
	x := evidenceExcerpt(e, p.width-indent-2)
	if x.Marked == "" {
		p.line(indent, p.in(dim, "| "), x.Before, x.After)
		return
	}
	p.line(indent, p.in(dim, "| "), x.Before, p.in(boldRed, x.Marked), x.After)
	under := "^" + strings.Repeat("~", utf8.RuneCountInString(x.Marked)-1)
	p.line(indent, p.in(dim, "| "), strings.Repeat(" ", utf8.RuneCountInString(x.Before)), p.in(boldRed, under))
}

// briefFinding writes a finding of one domain among many.
func (t *textWriter) briefFinding(f Finding) {
	p := &t.page
	words := p.words([]inline{{Text: f.Message}})
	id := "[" + f.Rule + "]"
	words = append(words, word{id, utf8.RuneCountInString(id), dim})
	p.flow(2, severityTag(p, f.Severity), words, proseWidth)
	// A record that is shown with nothing marked in it would be noise here.
	if i := slices.IndexFunc(f.Evidence, func(e Evidence) bool { return 0 < e.Length && e.Length < len(e.Text) }); i >= 0 {
		t.evidence(2+tagWidth, f.Evidence[i], false)
	}
}

// unsettled writes what could not be decided, a line for each reason.
func (t *textWriter) unsettled(r Result) {
	groups := unsettledBy(r)
	if len(groups) == 0 {
		return
	}
	p := &t.page
	p.line(0)
	head := tag(p, "UNKNOWN", yellow)
	for _, g := range groups {
		p.flow(0, head, p.words([]inline{{Text: unsettledWords(g)}}), proseWidth)
		head = blankWord(tagWidth)
	}
}

// spfTreeLines lists the terms that cost lookups, nested as they are reached.
func spfTreeLines(root *SPFNode) []string {
	const most = 24
	var lines []string
	more := 0
	var walk func(n *SPFNode, depth int)
	walk = func(n *SPFNode, depth int) {
		if n == nil || depth > maxTreeDepth {
			return
		}
		for _, term := range n.Terms {
			if !worthShowing(term) {
				continue
			}
			if len(lines) == most {
				more++
			} else {
				lines = append(lines, strings.Repeat("  ", depth)+"  "+termWords(term))
			}
			walk(term.Child, depth+1)
		}
	}
	walk(root, 0)
	if more > 0 {
		lines = append(lines, fmt.Sprintf("  and %s", plural(more, "more term")))
	}
	return lines
}

// worthShowing reports whether a term says more than its record does.
func worthShowing(t SPFTerm) bool {
	return t.Lookups > 0 || t.Voids > 0 || t.Dead || t.Loop || t.Child != nil || t.Reason != ""
}

// termWords is a term with its cost and what became of it.
func termWords(t SPFTerm) string {
	notes := termNotes(t)
	if len(notes) == 0 {
		return t.Term
	}
	return t.Term + "  " + strings.Join(notes, ", ")
}

func termNotes(t SPFTerm) []string {
	var notes []string
	if t.Lookups > 0 {
		notes = append(notes, plural(t.Lookups, "lookup"))
	}
	if t.Voids > 0 {
		notes = append(notes, fmt.Sprintf("%d void", t.Voids))
	}
	if t.Provider != "" {
		notes = append(notes, t.Provider)
	}
	if t.Loop {
		notes = append(notes, "leads back to itself")
	}
	if t.Dead {
		notes = append(notes, "never evaluated")
	}
	switch facts.State(t.State) {
	case facts.Absent:
		notes = append(notes, "nothing there")
	case facts.Unknown:
		notes = append(notes, "unknown: "+t.Reason)
	}
	return notes
}
