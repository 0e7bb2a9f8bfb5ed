package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfRedirectAndAll = Rule{
	ID:         "SPF020",
	Name:       "spf-redirect-and-all",
	Title:      "An SPF redirect stands beside all",
	Severity:   Low,
	Confidence: Proof,
	Why: `A redirect is followed only when no other term matches, and *all* always matches: receivers ignore the redirect, and the
servers that its record lists are not authorised.`,
	Fix:     "Remove `all` if the other record is meant to decide. Otherwise remove `redirect`, or make it an `include` before `all`.",
	Refs:    []string{"RFC 7208, section 6.1"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each record is proved by itself
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		eachOwnTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			all := decidingTerm(n)
			if t.Mechanism != record.ModRedirect || all == nil {
				return
			}
			findings = append(findings, Finding{
				Key:      termKey(f, n),
				Message:  fmt.Sprintf("%s is ignored, because %s matches first%s", short(t.Text), short(all.Text), whose(f, n)),
				Evidence: []Evidence{term(n, t), term(n, all)},
			})
		})
		return findings
	},
	Repair: func(f *facts.Facts) []facts.Change { // receivers ignore it as it is
		return dropSPF(f, func(n *facts.SPFNode, t *facts.SPFTerm) bool {
			return t.Mechanism == record.ModRedirect && decidingTerm(n) != nil
		})
	},
	Examples: []Example{{
		Name: "both",
		Zone: `example.com. TXT "v=spf1 redirect=_spf.example.net ~all"
_spf.example.net. TXT "v=spf1 ip4:192.0.2.25 -all"`,
		Outcome:  Fail,
		Contains: `"redirect=_spf.example.net" is ignored, because "~all" matches first`,
	}, {
		Name: "a redirect alone",
		Zone: `example.com. TXT "v=spf1 redirect=_spf.example.net"
_spf.example.net. TXT "v=spf1 ip4:192.0.2.25 -all"`,
		Outcome: Pass,
	}},
}
