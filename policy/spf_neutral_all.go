package policy

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfNeutralAll = Rule{
	ID:         "SPF011",
	Name:       "spf-neutral-all",
	Title:      "SPF ends in ?all",
	Severity:   Medium,
	Confidence: Proof,
	Why: `*?all* says nothing about servers that are not listed: receivers must treat the result as if there were no record. Mail of
those who forge the domain is not held back by SPF.`,
	Fix:  "List what sends for the domain and end the record with `~all`, later with `-all`.",
	Refs: []string{"RFC 7208, section 8.2", "RFC 7208, section 5.1"},
	// Of a domain without mail another rule speaks.
	Roles:   []facts.Role{facts.Sends, facts.Receives},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // a record that is not known does not change the all that decides
	Check: func(f *facts.Facts) []Finding {
		if f.SPF.All != record.QualifierNeutral {
			return nil
		}
		finding := Finding{Message: "SPF ends in ?all, which says nothing about servers that are not listed"}
		f.SPF.Each(func(n *facts.SPFNode, via []*facts.SPFTerm) {
			if all := decidingTerm(n); all != nil && redirected(via) {
				finding.Evidence = append(finding.Evidence, term(n, all))
			}
		})
		return []Finding{finding}
	},
	Repair: func(f *facts.Facts) []facts.Change { return endSPF(f, "~all") },
	Examples: []Example{{
		Name:     "?all",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.25 ?all"`,
		Outcome:  Fail,
		Contains: "SPF ends in ?all",
	}, {
		Name: "?all behind a redirect",
		Zone: `example.com. TXT "v=spf1 redirect=_spf.example.com"
_spf.example.com. TXT "v=spf1 ip4:192.0.2.25 ?all"`,
		Outcome:  Fail,
		Contains: "SPF ends in ?all",
	}, {
		Name: "?all in a record that is included decides nothing",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net ~all"
_spf.example.net. TXT "v=spf1 ip4:192.0.2.25 ?all"`,
		Outcome: Pass,
	}, {
		Name: "a domain without mail",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 ?all"`,
		Outcome: NotApplicable,
	}},
}

// redirected reports whether a record takes the place of the domain's own:
// the way there is redirects only, or none.
func redirected(via []*facts.SPFTerm) bool {
	for _, t := range via {
		if t.Mechanism != record.ModRedirect {
			return false
		}
	}
	return true
}
