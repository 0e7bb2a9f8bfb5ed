package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/mailposture/mailposture/policy"
)

// markdownWriter renders a run as GitHub's Markdown, for an issue, a wiki or
// the summary of a job: a section for each domain, then, once for each rule,
// what to do. It is streamed, so the counts come last.
type markdownWriter struct {
	to    io.Writer
	page  bytes.Buffer
	rules *rulebook
	place int  // of the last result, from 1
	blank bool // the last line is empty, or there is none
	err   error
}

func newMarkdown(w io.Writer) *markdownWriter { return &markdownWriter{to: w, blank: true} }

// Begin writes the title, and where the run came from.
func (m *markdownWriter) Begin(run Run) error {
	rules := make([]Rule, len(run.Rules))
	for i, r := range run.Rules {
		rules[i] = cleanRule(r)
	}
	m.rules = newRulebook(rules, namedDomains)
	m.heading(1, "Mail posture")
	words := markdownText(run.By + ", " + pageTime(run.Started))
	for _, list := range run.Lists {
		words += ", " + markdownCode(printable(list.Path))
	}
	m.paragraph(words)
	for _, plan := range run.WhatIf {
		m.paragraph(markdownText("As if this were published: ") + markdownCode(printable(plan)))
	}
	return m.flush()
}

// Domain writes a section.
func (m *markdownWriter) Domain(r Result) error {
	r = clean(r)
	m.place++
	m.rules.note(r, m.place)
	if r.Status == Rejected {
		m.heading(2, "not a domain")
		m.paragraph(markdownText(rejection(&page{}, r)))
		return m.flush()
	}
	m.heading(2, r.Domain)
	m.paragraph(markdownText(statusWords(&page{}, r)))
	if posture := postureLine(r); len(posture) > 0 {
		m.paragraph(markdownText(strings.Join(posture, "; ")))
	}
	for _, f := range r.Findings {
		m.finding(f)
	}
	for _, g := range unsettledBy(r) {
		m.item("unknown", unsettledWords(g))
	}
	m.repairs(r.Repairs)
	return m.flush()
}

// End writes what to do, and the counts of the run.
func (m *markdownWriter) End(s Summary) error {
	s = clean(s)
	if list := m.rules.byWeight(); len(list) > 0 {
		m.heading(2, "What to do, worst first")
		for _, f := range list {
			m.advice(f)
		}
	}
	m.heading(2, "Summary")
	m.item("domains", domainCounts(s.Domains))
	m.item("findings", findingCounts(&page{}, s.Findings))
	for _, r := range s.Rules {
		rule := m.rules.of(Finding{Rule: r.Rule})
		m.item(string(rule.Severity), fmt.Sprintf("%s %s: %s", rule.ID, rule.Name, plural(r.Domains, "domain")))
	}
	return m.flush()
}

// finding writes an item, and under it the record where a part of one is marked.
func (m *markdownWriter) finding(f Finding) {
	m.item(string(f.Severity), f.Message+" ("+f.Rule+")")
	const room = 96
	for _, e := range f.Evidence {
		x := evidenceExcerpt(e, room)
		if x.Marked == "" {
			continue
		}
		m.code("  ", "text", x.Before+x.Marked+x.After, underline(x))
		return
	}
}

// repairs writes the changes that were proved together.
func (m *markdownWriter) repairs(all []Repair) {
	if len(all) == 0 {
		return
	}
	m.item("change", "these records together; the rules were run again over them")
	var lines []string
	for _, c := range all {
		name := c.Kind + " " + c.Name + " "
		if c.Old != "" {
			lines = append(lines, "- "+name+c.Old)
		}
		if c.New != "" {
			lines = append(lines, "+ "+name+c.New)
		}
	}
	m.code("  ", "diff", lines...)
}

// advice writes one rule: where it found something, why that matters, what to
// do. Of what is no more than hygiene, only what to do.
func (m *markdownWriter) advice(f *firing) {
	rule := f.Rule
	m.heading(3, rule.Title)
	m.paragraph("**" + markdownText(string(rule.Severity)) + "** " +
		markdownText(rule.ID+" "+rule.Name+confidenceWords(rule.Confidence)+", "+whichDomains(f)))
	if rule.Severity.Rank() < policy.Low.Rank() {
		m.prose(rule.Why)
	}
	m.prose(rule.Fix)
	for _, ref := range rule.Refs {
		words := markdownText(ref)
		if url := refURL(ref); url != "" {
			words = markdownLink(ref, url)
		}
		m.line("- " + words)
	}
	m.line("")
}

// prose writes a rule's own Markdown, piece by piece: what is not known to
// parseMarkdown is text.
func (m *markdownWriter) prose(text string) {
	for _, b := range parseMarkdown(text) {
		var words strings.Builder
		for _, span := range b.Spans {
			words.WriteString(markdownSpan(span))
		}
		if b.Mark != "" {
			m.line(b.Mark + " " + words.String())
			continue
		}
		m.line("") // behind a list
		if b.Kind == codeBlock {
			m.code("", "text", b.Lines...)
		} else {
			m.paragraph(words.String())
		}
	}
	m.line("")
}
