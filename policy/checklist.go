package policy

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// Pack is what somebody asks of domains, as a named set of rules, which --rule
// and --skip-rule take as "@name".
type Pack struct {
	Name    string // with its "@"
	Title   string // what it answers, as a heading
	Sources []Source
}

// Source is a document that asks something of domains.
type Source struct {
	Name string // "Google: email sender guidelines, December 2023"
	URL  string
	Asks []Requirement // in the document's own order
}

// Requirement is one thing that a source asks.
type Requirement struct {
	Text string // what is asked, in our words

	// Rules are the IDs of those that decide it. Where one of them finds
	// something that DNS proves or makes likely, it is not met.
	Rules []string
	// Seen answers from the facts before the rules are asked; "" leaves it to
	// them. It is nil where the rules alone decide.
	Seen func(*facts.Facts) (Answer, string)
	// Blind says why DNS cannot show that it is met, or is "". Rules can still
	// show that it is not.
	Blind string
}

// Answer is whether a requirement is met.
type Answer string

// The answers. The zero value means that nobody has looked.
const (
	Met        Answer = "met"
	NotMet     Answer = "not-met"
	CannotTell Answer = "cannot-tell" // DNS does not show it, or an answer is missing
)

// Check is a requirement with its answer.
type Check struct {
	*Source
	*Requirement
	Answer Answer
	Why    string   // of NotMet and CannotTell; what was seen, or ""
	Failed []string // IDs of the rules that found something that counts
}

// Rules are the IDs of the pack's rules, each once, sorted.
func (p *Pack) Rules() []string {
	var ids []string
	for _, s := range p.Sources {
		for _, r := range s.Asks {
			ids = append(ids, r.Rules...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Check goes through what the pack asks, in its order. verdicts are those of
// the rules that ran; what rests on a rule that did not cannot be told.
func (p *Pack) Check(f *facts.Facts, verdicts []Verdict) []Check {
	byID := make(map[string]*Verdict, len(verdicts))
	for i := range verdicts {
		byID[verdicts[i].Rule.ID] = &verdicts[i]
	}
	var checks []Check
	for i := range p.Sources {
		s := &p.Sources[i]
		for j := range s.Asks {
			c := Check{Source: s, Requirement: &s.Asks[j]}
			c.answer(f, byID)
			checks = append(checks, c)
		}
	}
	return checks
}

// answer decides one requirement.
func (c *Check) answer(f *facts.Facts, verdicts map[string]*Verdict) {
	if f.Exists.State == facts.Absent {
		c.Answer, c.Why = CannotTell, "the domain does not exist"
		return
	}
	if c.Seen != nil {
		if c.Answer, c.Why = c.Seen(f); c.Answer != "" {
			return
		}
	}
	doubt := ""
	for _, id := range c.Requirement.Rules {
		v, ran := verdicts[id]
		switch {
		case !ran:
			doubt = first(doubt, id+" was not run")
		case v.Outcome == Fail && v.Rule.Confidence != Hint:
			c.Failed = append(c.Failed, id)
			c.Answer, c.Why = NotMet, first(c.Why, v.Findings[0].Message)
		case v.Outcome == Fail:
			doubt = first(doubt, v.Findings[0].Message)
		case v.Outcome == Unsure:
			doubt = first(doubt, v.Reason)
		case v.Outcome == NotApplicable && c.Seen == nil:
			doubt = first(doubt, "it is asked of other domains than this one seems to be")
		}
	}
	switch {
	case c.Answer == NotMet:
	case doubt != "":
		c.Answer, c.Why = CannotTell, doubt
	case c.Blind != "":
		c.Answer, c.Why = CannotTell, c.Blind
	default:
		c.Answer = Met
	}
}

// first is the first of two texts that says something.
func first(text, other string) string {
	if text != "" {
		return text
	}
	return other
}

// PacksIn are the packs that entries of --rule name, in the order of Packs. An
// entry that names no pack is not looked at.
func PacksIn(entries []string) []Pack {
	var named []Pack
	for _, p := range Packs() {
		is := func(entry string) bool { return strings.EqualFold(entry, p.Name) }
		if slices.ContainsFunc(splitEntries(entries), is) {
			named = append(named, p)
		}
	}
	return named
}
