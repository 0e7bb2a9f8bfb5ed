package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfPlusAll = Rule{
	ID:         "SPF010",
	Name:       "spf-plus-all",
	Title:      "SPF lets the whole world send",
	Severity:   Critical,
	Confidence: Proof,
	Why: `The term *all* with a plus, or with no sign in front, matches every address with a pass. Anyone can send as the domain and
pass SPF, and DMARC with it: that is worse than no record.`,
	Fix: "Put `-all` or `~all` in its place, and list before it what sends for the domain. If the term stands in a record that is included, " +
		"remove that include.",
	Refs:    []string{"RFC 7208, section 5.1", "RFC 7208, section 5.2"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // what is not known cannot take the pass away
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		f.SPF.Each(func(n *facts.SPFNode, via []*facts.SPFTerm) {
			all := decidingTerm(n)
			if all == nil || all.Qualifier != record.QualifierPass || !passesOn(via) {
				return
			}
			findings = append(findings, Finding{
				Key:      termKey(f, n),
				Message:  fmt.Sprintf("every address in the world passes SPF, by %s%s", short(all.Text), whose(f, n)),
				Evidence: []Evidence{term(n, all)},
			})
		})
		return findings
	},
	Repair: func(f *facts.Facts) []facts.Change { return endSPF(f, "~all") },
	Examples: []Example{{
		Name:     "with a plus",
		Zone:     `example.com. TXT "v=spf1 mx +all"`,
		Outcome:  Fail,
		Contains: `every address in the world passes SPF, by "+all"`,
	}, {
		Name:     "without a sign",
		Zone:     `example.com. TXT "v=spf1 all"`,
		Outcome:  Fail,
		Contains: `by "all"`,
	}, {
		Name: "in a record that is included",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 +all"`,
		Outcome:  Fail,
		Contains: `by "+all", in the record of _spf.example.net`,
	}, {
		Name: "through a redirect",
		Zone: `example.com. TXT "v=spf1 redirect=_spf.example.net"
_spf.example.net. TXT "v=spf1 all"`,
		Outcome:  Fail,
		Contains: "in the record of _spf.example.net",
	}, {
		Name:    "with a minus",
		Zone:    `example.com. TXT "v=spf1 mx -all"`,
		Outcome: Pass,
	}, {
		Name: "an include without a pass, and one behind all",
		Zone: `example.com. TXT "v=spf1 ?include:_spf.example.net -all include:_spf.example.net"
_spf.example.net. TXT "v=spf1 +all"`,
		Outcome: Pass,
	}, {
		Name:    "behind an all that decides",
		Zone:    `example.com. TXT "v=spf1 mx -all +all"`,
		Outcome: Pass,
	}},
}

// decidingTerm is the all of a record that is evaluated: the first one.
func decidingTerm(n *facts.SPFNode) *facts.SPFTerm {
	for i := range n.Terms {
		if t := &n.Terms[i]; t.Mechanism == record.MechAll && !t.Bad {
			return t
		}
	}
	return nil
}

// passesOn reports whether a pass at the end of a way is a pass at its
// beginning: an include gives its own qualifier's result. RFC 7208, section 5.2.
func passesOn(via []*facts.SPFTerm) bool {
	for _, t := range via {
		if t.Mechanism == record.MechInclude && t.Qualifier != record.QualifierPass {
			return false
		}
	}
	return true
}
