package report

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/record"
)

// Checklist is how a domain stands to what a pack asks.
type Checklist struct {
	Pack    string        `json:"pack"` // "@bulk-sender"
	Title   string        `json:"title"`
	Counts  AnswerCounts  `json:"counts"`
	Sources []CheckSource `json:"sources"`
}

// AnswerCounts counts the requirements of a checklist by their answers.
type AnswerCounts struct {
	Met        int `json:"met"`
	NotMet     int `json:"not_met"`
	CannotTell int `json:"cannot_tell"`
}

// CheckSource is one of the documents that a pack rests on.
type CheckSource struct {
	Name string        `json:"name"`
	URL  string        `json:"url"`
	Asks []Requirement `json:"asks"` // in the document's order
}

// Requirement is a requirement with its answer.
type Requirement struct {
	Text   string        `json:"text"`
	Answer policy.Answer `json:"answer"`           // met, not-met or cannot-tell
	Reason string        `json:"reason,omitempty"` // of not-met and cannot-tell
	Rules  []string      `json:"rules"`            // IDs of those that decide it, [] where DNS alone or nothing does
	Failed []string      `json:"failed,omitempty"` // of those, the ones that found something
}

// NewChecklists goes through what packs ask. The verdicts are those that the
// result was made of.
func NewChecklists(packs []policy.Pack, f *facts.Facts, verdicts []policy.Verdict) []Checklist {
	var lists []Checklist
	for i := range packs {
		lists = append(lists, newChecklist(&packs[i], packs[i].Check(f, verdicts)))
	}
	return lists
}

func newChecklist(p *policy.Pack, checks []policy.Check) Checklist {
	list := Checklist{Pack: p.Name, Title: p.Title}
	for _, c := range checks {
		list.Counts.add(c.Answer)
		if n := len(list.Sources); n == 0 || list.Sources[n-1].Name != c.Name {
			list.Sources = append(list.Sources, CheckSource{Name: c.Name, URL: c.URL})
		}
		last := &list.Sources[len(list.Sources)-1]
		last.Asks = append(last.Asks, Requirement{
			Text: c.Text, Answer: c.Answer, Reason: record.Printable(c.Why), Rules: append([]string{}, c.Requirement.Rules...), Failed: c.Failed,
		})
	}
	return list
}

func (n *AnswerCounts) add(a policy.Answer) {
	switch a {
	case policy.Met:
		n.Met++
	case policy.NotMet:
		n.NotMet++
	default:
		n.CannotTell++
	}
}

// words is "3 met, 1 not met, 9 cannot tell".
func (n AnswerCounts) words() string {
	return listCounts([]count{{n.Met, "met"}, {n.NotMet, "not met"}, {n.CannotTell, "cannot tell"}})
}

// answerWords is an answer for people.
func answerWords(a policy.Answer) string {
	switch a {
	case policy.Met:
		return "met"
	case policy.NotMet:
		return "not met"
	}
	return "cannot tell"
}

func (e *encoder) checklist(c *Checklist) {
	e.raw("{").text("pack", c.Pack).text("title", c.Title).key("counts").raw("{").
		number("met", c.Counts.Met).number("not_met", c.Counts.NotMet).number("cannot_tell", c.Counts.CannotTell).raw("}")
	list(e, "sources", c.Sources, (*encoder).checkSource)
	e.raw("}")
}

func (e *encoder) checkSource(s *CheckSource) {
	e.raw("{").text("name", s.Name).text("url", s.URL)
	list(e, "asks", s.Asks, (*encoder).requirement)
	e.raw("}")
}

func (e *encoder) requirement(r *Requirement) {
	e.raw("{").text("text", r.Text).text("answer", string(r.Answer)).someText("reason", r.Reason).texts("rules", r.Rules).someTexts("failed", r.Failed).raw("}")
}
