package report

import (
	"github.com/mailposture/mailposture/policy"
)

// htmlRule is a rule in the last section.
type htmlRule struct {
	Rule
	Class   string
	Caveat  string
	Anchor  string
	Why     []block
	Fix     []block
	Refs    []htmlRef
	Domains string // "3 domains"
	First   []domainAt
	More    string // "9,997 more", "" when First has them all
}

// htmlRef is a reference with its page, where there is one.
type htmlRef struct {
	Text, URL string
}

// ruleCards are the rules that fired, worst first.
func (h *htmlWriter) ruleCards() []htmlRule {
	var list []htmlRule
	for _, f := range h.rules.byWeight() {
		r := htmlRule{
			Rule: f.Rule, Class: severityClass(f.Rule.Severity), Anchor: anchor(f.Rule.ID),
			Caveat: trimWords(confidenceWords(f.Rule.Confidence)),
			Why:    parseMarkdown(f.Rule.Why), Fix: parseMarkdown(f.Rule.Fix),
			Domains: plural(f.Domains, "domain"), First: f.First,
		}
		for _, ref := range f.Rule.Refs {
			r.Refs = append(r.Refs, htmlRef{ref, refURL(ref)})
		}
		if more := f.Domains - len(f.First); more > 0 {
			r.More = grouped(more) + " more"
		}
		list = append(list, r)
	}
	return list
}

// htmlSummary is what summary.gohtml shows.
type htmlSummary struct {
	Finished string
	Total    string
	Domains  []htmlBar
	Findings []htmlBar
	Rules    []htmlTop
	Causes   []htmlCause
	None     bool // nothing was found
}

// htmlCause is what is behind findings in several domains.
type htmlCause struct {
	Words string
	Rules []string
}

// htmlBar is a share of a whole. X and Width are in thousandths.
type htmlBar struct {
	Class, Name, Count string
	X, Width           int
}

// htmlTop is one of the rules that found something in most domains. Width is
// in thousandths of the first's.
type htmlTop struct {
	Rule
	Class, Anchor, Domains string
	Width                  int
}

func (h *htmlWriter) summary(s Summary) htmlSummary {
	const topRules = 10
	out := htmlSummary{
		Finished: pageTime(s.Finished), Total: plural(s.Domains.Total, "domain"),
		Domains: bars([]count{
			{s.Domains.Complete, string(Complete)}, {s.Domains.Incomplete, string(Incomplete)}, {s.Domains.Rejected, string(Rejected)},
		}),
		None: s.Findings.Total() == 0,
	}
	var findings []count
	for _, severity := range policy.Severities() {
		findings = append(findings, count{s.Findings.Of(severity), string(severity)})
	}
	out.Findings = bars(findings)
	for i, r := range s.Rules {
		if i == topRules || s.Domains.Total < 2 { // of one domain its findings say it all
			break
		}
		rule := h.rules.of(Finding{Rule: r.Rule})
		out.Rules = append(out.Rules, htmlTop{
			Rule: rule, Class: severityClass(rule.Severity), Anchor: anchor(rule.ID),
			Domains: plural(r.Domains, "domain"), Width: 1000 * r.Domains / max(s.Rules[0].Domains, 1),
		})
	}
	for _, c := range s.Causes {
		out.Causes = append(out.Causes, htmlCause{c.words(), c.Rules})
	}
	return out
}

// bars lays counts side by side in a bar of 1,000. One that is not 0 is never
// too thin to see.
func bars(counts []count) []htmlBar {
	const whole, thinnest = 1000, 6
	total := 0
	for _, c := range counts {
		total += c.n
	}
	var list []htmlBar
	x := 0
	for _, c := range counts {
		bar := htmlBar{Class: c.what, Name: c.what, Count: grouped(c.n), X: x}
		if c.n > 0 {
			bar.Width = max(whole*c.n/total, thinnest)
		}
		x += bar.Width
		list = append(list, bar)
	}
	// What the thin ones took comes off the widest; what rounding left goes to it.
	widest := 0
	for i := range list {
		if list[i].Width > list[widest].Width {
			widest = i
		}
	}
	if total > 0 {
		spare := whole - x
		list[widest].Width += spare
		for i := widest + 1; i < len(list); i++ {
			list[i].X += spare
		}
	}
	return list
}
