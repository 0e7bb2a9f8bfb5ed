package report

import (
	"strings"

	"github.com/mailposture/mailposture/policy"
)

// whatToDo explains each rule that found something, once, worst first.
func (t *textWriter) whatToDo() {
	list := t.rules.byWeight()
	if len(list) == 0 {
		return
	}
	t.heading("What to do, worst first")
	for _, f := range list {
		t.advice(f)
	}
}

// advice writes one rule: where it found something, why that matters, what to
// do. Of what is no more than hygiene, only what to do.
func (t *textWriter) advice(f *firing) {
	p := &t.page
	rule := f.Rule
	p.line(0)
	p.flow(0, severityTag(p, rule.Severity), p.words([]inline{{Text: rule.Title, Strong: true}}), proseWidth)
	p.prose(tagWidth, plain, whichDomains(f))
	p.prose(tagWidth, dim, rule.ID+" "+rule.Name+confidenceWords(rule.Confidence))
	if rule.Severity.Rank() >= policy.Low.Rank() {
		rule.Why, rule.Refs = "", nil
	}
	t.help(rule)
}

// whichDomains is "3 domains: example.com, example.net and 1 more".
func whichDomains(f *firing) string {
	var names []string
	for _, d := range f.First {
		names = append(names, d.Domain)
	}
	words := plural(f.Domains, "domain") + ": " + strings.Join(names, ", ")
	if more := f.Domains - len(names); more > 0 {
		words += " and " + grouped(more) + " more"
	}
	return words
}

// heading writes a line that parts the report.
func (t *textWriter) heading(text string) {
	t.page.line(0)
	t.page.line(0, t.page.in(bold, text))
	t.page.line(0, t.page.in(dim, strings.Repeat("=", len(text))))
}

// summary writes the counts of the run.
func (t *textWriter) summary(s Summary) {
	const (
		topRules  = 10
		topCauses = 6
		column    = 12
	)
	t.heading("Summary")
	p := &t.page
	p.line(0, pad("Domains", column), domainCounts(s.Domains))
	p.line(0, pad("Findings", column), findingCounts(p, s.Findings))
	label, name := "Most often", 0
	for _, r := range s.Rules[:min(len(s.Rules), topRules)] {
		name = max(name, len(t.rules.of(Finding{Rule: r.Rule}).Name))
	}
	for i, r := range s.Rules {
		if i == topRules {
			p.line(column, "and ", plural(len(s.Rules)-topRules, "more rule"))
			break
		}
		rule := t.rules.of(Finding{Rule: r.Rule})
		p.line(0, pad(label, column), p.in(severityPaint(rule.Severity), pad(string(rule.Severity), tagWidth)),
			pad(rule.ID, 10), pad(rule.Name, name+2), p.in(dim, plural(r.Domains, "domain")))
		label = ""
	}
	label = "Behind them"
	for _, c := range s.Causes[:min(len(s.Causes), topCauses)] {
		p.flow(0, word{pad(label, column), column, plain}, p.words([]inline{{Text: c.words() + " (" + strings.Join(c.Rules, ", ") + ")"}}), proseWidth)
		label = ""
	}
	label = "Shared"
	for _, k := range s.SharedKeys {
		p.flow(0, word{pad(label, column), column, plain}, p.words([]inline{{Text: k.words()}}), proseWidth)
		label = ""
	}
	if len(s.Rules) > 0 {
		p.line(0)
		p.line(0, p.in(dim, "mailposture rules ID explains a rule; -o report.html makes a page of all this"))
	}
}

// domainCounts is "12: 9 complete, 2 incomplete, 1 rejected".
func domainCounts(d DomainCounts) string {
	if d.Total == 0 {
		return "none"
	}
	return grouped(d.Total) + ": " + listCounts([]count{
		{d.Complete, string(Complete)}, {d.Incomplete, string(Incomplete)}, {d.Rejected, string(Rejected)},
	})
}

// findingCounts is "2 critical, 5 high", or "none".
func findingCounts(p *page, s Severities) string {
	var words []string
	for _, severity := range policy.Severities() {
		if n := s.Of(severity); n > 0 {
			words = append(words, p.in(severityPaint(severity), grouped(n)+" "+string(severity)))
		}
	}
	if len(words) == 0 {
		return p.in(green, "none")
	}
	return strings.Join(words, ", ")
}

// counts writes the last lines of one domain.
func (t *textWriter) counts(r Result) {
	p, c := &t.page, r.Counts
	p.line(0, pad("Findings", tagWidth), findingCounts(p, tallySeverities(r.Findings)))
	p.line(0, pad("Rules", tagWidth), listCounts([]count{
		{c.Pass, "passed"}, {c.NotApplicable, "not applicable"}, {c.Unknown, "unknown"},
	}))
}

// count is a number of something.
type count struct {
	n    int
	what string
}

// listCounts leaves out what is not there.
func listCounts(counts []count) string {
	var words []string
	for _, c := range counts {
		if c.n > 0 {
			words = append(words, grouped(c.n)+" "+c.what)
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}
