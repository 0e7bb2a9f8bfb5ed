package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var spfShadowedTerm = Rule{
	ID:         "SPF034",
	Name:       "spf-shadowed-term",
	Title:      "An SPF term has no effect, because one before it decides otherwise",
	Severity:   Medium,
	Confidence: Proof,
	Why: `The first term that matches decides. What the second one says of the same senders, that they may not send or that they may, is never
heard: an exception that stands behind its rule lets in whom it should keep out.`,
	Fix:     "Put the narrower term first, or remove the one that is wrong.",
	Refs:    []string{"RFC 7208, section 4.6.2"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each record is proved by itself
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		eachOwnTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			first := shadowing(f, n, t)
			if first == nil || first.Qualifier == t.Qualifier {
				return // one that says the same is another rule's
			}
			findings = append(findings, Finding{
				Key:      termKey(f, n, t.Text),
				Message:  fmt.Sprintf("%s has no effect, because %s stands before it and decides%s", short(t.Text), short(first.Text), whose(f, n)),
				Evidence: []Evidence{term(n, t), term(n, first)},
			})
		})
		return findings
	},
	Examples: []Example{{
		Name:     "an exception behind its rule",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.0/24 -ip4:192.0.2.25 -all"`,
		Outcome:  Fail,
		Contains: `"-ip4:192.0.2.25" has no effect, because "ip4:192.0.2.0/24" stands before it and decides`,
	}, {
		Name: "a service that is let in too late",
		Zone: `example.com. TXT "v=spf1 ?include:_spf.example.net include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Outcome:  Fail,
		Contains: `"include:_spf.example.net" has no effect, because "?include:_spf.example.net" stands before it`,
	}, {
		Name:    "an exception before its rule",
		Zone:    `example.com. TXT "v=spf1 -ip4:192.0.2.25 ip4:192.0.2.0/24 -all"`,
		Outcome: Pass,
	}, {
		Name:    "behind all is another rule's",
		Zone:    `example.com. TXT "v=spf1 ip4:192.0.2.0/24 -all ?ip4:192.0.2.25"`,
		Outcome: Pass,
	}},
}

// maxCompared bounds the terms of one record that are held against each other.
// No real record has so many.
const maxCompared = 256

// shadowing is the first term of a record that matches whatever t, a term of
// the same record, matches, and stands before it; nil when there is none, or
// the record is not the domain's to mend.
func shadowing(f *facts.Facts, n *facts.SPFNode, t *facts.SPFTerm) *facts.SPFTerm {
	if !under(n.Name, string(f.Domain)) {
		return nil
	}
	for i := range n.Terms[:min(len(n.Terms), maxCompared)] {
		switch first := &n.Terms[i]; {
		case first == t:
			return nil
		case first.Covers(t, n.Name):
			return first
		}
	}
	return nil
}
