package report

import (
	"strings"

	"github.com/mailposture/mailposture/policy"
)

// answerWidth is the column where a requirement's text begins: behind
// "cannot tell".
const answerWidth = 13

// checklists writes what packs ask of one domain, line by line.
func (t *textWriter) checklists(r Result) {
	p := &t.page
	for _, list := range r.Checklists {
		p.line(0)
		p.flow(0, word{}, p.words([]inline{{Text: list.Title, Strong: true}}), proseWidth)
		p.line(0, p.in(dim, list.Pack+": "+list.Counts.words()))
		for _, source := range list.Sources {
			p.line(0)
			p.line(2, source.Name)
			for _, piece := range p.broken(source.URL, p.width-2) {
				p.line(2, p.in(dim, piece))
			}
			for _, ask := range source.Asks {
				t.requirement(ask)
			}
		}
	}
}

// requirement writes one line of a checklist, and why it is not met.
func (t *textWriter) requirement(ask Requirement) {
	p := &t.page
	p.flow(2, answerTag(p, ask.Answer), p.words([]inline{{Text: ask.Text}}), proseWidth)
	if ask.Reason == "" {
		return
	}
	reason := ask.Reason
	if len(ask.Failed) > 0 {
		reason += " [" + strings.Join(ask.Failed, ", ") + "]"
	}
	p.prose(2+answerWidth, dim, reason)
}

// answerTag is an answer at the margin; what is not met stands out without
// colour, too.
func answerTag(p *page, a policy.Answer) word {
	text, c := answerWords(a), yellow
	switch a {
	case policy.Met:
		c = green
	case policy.NotMet:
		text, c = strings.ToUpper(text), red
	}
	return word{p.in(c, text) + strings.Repeat(" ", answerWidth-len(text)), answerWidth, plain}
}

// briefChecklists writes a line for each pack.
func (t *textWriter) briefChecklists(r Result) {
	for _, list := range r.Checklists {
		t.page.line(2, t.page.in(dim, list.Pack+": "), list.Counts.words())
		for _, source := range list.Sources {
			for _, ask := range source.Asks {
				if ask.Answer == policy.NotMet {
					t.requirement(ask)
				}
			}
		}
	}
}
