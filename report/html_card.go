package report

import (
	"slices"
	"strings"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// What the templates are given. They hold text and numbers only, never markup
// (template.HTML and its like): whatever is in them is escaped.

// htmlCard is one domain.
type htmlCard struct {
	Result
	Place    int
	Open     bool
	Worst    string // a class: a severity, "incomplete", "rejected" or "clean"
	Chips    []htmlChip
	Posture  string
	Stranger string // what a stranger can do
	Parking  string // the verdict on a domain without mail
	Title    string
	From     string // "domains.txt:3"
	Findings []htmlFinding
	Unsure   []unsettled
	Tree     *htmlNode
	SPFNotes []string
	Validity string // of the SPF record, "" when there is nothing to say
	Mailbox  string
	Path     []string // who a message comes through, who checks what
}

// htmlChip is a count with a severity's colour.
type htmlChip struct {
	Class string
	Text  string
}

// htmlFinding is one finding.
type htmlFinding struct {
	Finding
	Class    string
	Caveat   string // of a finding that DNS alone does not prove
	Anchor   string // of the rule
	Title    string // of the rule
	Evidence []htmlEvidence
	Repairs  []htmlRepair
}

// htmlRepair is a change, with what differs.
type htmlRepair struct {
	Repair
	Was, Is []piece
}

// htmlEvidence is a record with its marked part.
type htmlEvidence struct {
	Evidence
	excerpt
}

// htmlNode is an SPF record in the tree, htmlTerm one of its terms.
type htmlNode struct {
	Name  string
	Terms []htmlTerm
}

type htmlTerm struct {
	Term  string
	Notes []string
	Bad   bool
	Child *htmlNode
}

// longestEvidence is how much of a record a finding shows, in characters.
const longestEvidence = 600

// card is what domain.gohtml shows of a result.
func (h *htmlWriter) card(r Result, place int, only bool) htmlCard {
	c := htmlCard{
		Result: r, Place: place, Open: only, Title: r.Domain,
		Worst: cardClass(r), Chips: chips(tallySeverities(r.Findings)),
		Posture: strings.Join(postureLine(r), " · "), From: listLine(r.Input),
		Unsure: unsettledBy(r), Path: pathLines(r), Stranger: strangerSentence(r),
	}
	if r.Parked != nil {
		c.Parking = parkedWords(r.Parked)
	}
	if c.Title == "" && r.Input != nil {
		x := evidenceExcerpt(Evidence{Text: r.Input.Text}, longestEvidence)
		c.Title = x.Before + x.After
	}
	for _, f := range r.Findings {
		c.Findings = append(c.Findings, h.finding(r, f))
	}
	if r.MX != nil {
		c.Mailbox = mailboxWords(r.MX)
	}
	if r.SPF != nil && facts.State(r.SPF.State) == facts.Present && len(r.SPF.Records) < 2 {
		c.SPFNotes, c.Validity = spfFigures(r.SPF), spfValidity(r.SPF)
		c.Tree = htmlTree(r.SPF.Tree, 0)
	}
	return c
}

// cardClass is the worst thing about a domain, by which cards are ordered.
func cardClass(r Result) string {
	switch s := worst(r.Findings); {
	case r.Status == Rejected:
		return "rejected"
	case s != "":
		return severityClass(s)
	case r.Status == Incomplete:
		return "incomplete"
	}
	return "clean"
}

// severityClass is a severity as a class; outside text never becomes one.
func severityClass(s policy.Severity) string {
	if slices.Contains(policy.Severities(), s) {
		return string(s)
	}
	return "info"
}

func chips(counts Severities) []htmlChip {
	var list []htmlChip
	for _, s := range policy.Severities() {
		if n := counts.Of(s); n > 0 {
			list = append(list, htmlChip{string(s), grouped(n) + " " + string(s)})
		}
	}
	return list
}

func (h *htmlWriter) finding(r Result, f Finding) htmlFinding {
	rule := h.rules.of(f)
	out := htmlFinding{
		Finding: f, Class: severityClass(f.Severity), Anchor: anchor(f.Rule), Title: rule.Title,
		Caveat: trimWords(confidenceWords(f.Confidence)),
	}
	for _, e := range distinct(f.Evidence) {
		out.Evidence = append(out.Evidence, htmlEvidence{e, evidenceExcerpt(e, longestEvidence)})
	}
	for _, i := range f.Repairs {
		if 0 <= i && i < len(r.Repairs) {
			was, is := differences(r.Repairs[i].Old, r.Repairs[i].New)
			out.Repairs = append(out.Repairs, htmlRepair{r.Repairs[i], was, is})
		}
	}
	return out
}

// htmlTree is the walk of a record, every term of it.
func htmlTree(n *SPFNode, depth int) *htmlNode {
	if n == nil || depth > maxTreeDepth {
		return nil
	}
	out := &htmlNode{Name: n.Name}
	for _, t := range n.Terms {
		bad := t.Voids > 0 || t.Loop || facts.State(t.State) == facts.Unknown || facts.State(t.State) == facts.Absent
		out.Terms = append(out.Terms, htmlTerm{t.Term, termNotes(t), bad, htmlTree(t.Child, depth+1)})
	}
	return out
}

// trimWords is words without the brackets that a line of text puts round them.
func trimWords(words string) string { return strings.Trim(words, " ()") }

// pageTime is a time as the page shows it.
func pageTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
