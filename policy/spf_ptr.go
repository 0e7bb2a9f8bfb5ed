package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfPTR = Rule{
	ID:         "SPF015",
	Name:       "spf-ptr",
	Title:      "SPF uses the ptr mechanism",
	Severity:   Low,
	Confidence: Proof,
	Why: `*ptr* makes every receiver look up the names of the sending address and check each of them. It is slow, fails when the reverse
zone does, and some receivers skip it. It should not be published.`,
	Fix:     "Put `ip4` and `ip6`, or `a` with the names of the servers, in its place.",
	Refs:    []string{"RFC 7208, section 5.5"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each record is proved by itself
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		eachOwnTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			if t.Mechanism != record.MechPTR || t.Dead {
				return
			}
			findings = append(findings, Finding{
				Key:      termKey(f, n, t.Text),
				Message:  fmt.Sprintf("%s should not be used%s", short(t.Text), whose(f, n)),
				Evidence: []Evidence{term(n, t)},
			})
		})
		return findings
	},
	Examples: []Example{{
		Name:     "ptr",
		Zone:     `example.com. TXT "v=spf1 ptr -all"`,
		Outcome:  Fail,
		Contains: `"ptr" should not be used`,
	}, {
		Name: "in a record of the domain's own that is included",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.com -all"
_spf.example.com. TXT "v=spf1 ptr:example.com -all"`,
		Outcome:  Fail,
		Contains: `"ptr:example.com" should not be used, in the record of _spf.example.com`,
	}, {
		Name: "in a service's record it is not the domain's to mend",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ptr:example.net -all"`,
		Outcome: Pass,
	}, {
		Name:    "addresses",
		Zone:    `example.com. TXT "v=spf1 ip4:192.0.2.25 -all"`,
		Outcome: Pass,
	}},
}
