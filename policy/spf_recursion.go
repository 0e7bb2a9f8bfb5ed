package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfRecursion = Rule{
	ID:         "SPF021",
	Name:       "spf-recursion",
	Title:      "SPF leads back to itself",
	Severity:   High,
	Confidence: Proof,
	Why: `A receiver that follows a loop of includes or redirects never comes to an end by itself: it stops at the limit of ten
lookups with **permerror** (SPF cannot be used). Senders that match before the loop still pass; all others get the error.`,
	Fix:     "Remove the include or redirect that leads back.",
	Refs:    []string{"RFC 7208, section 4.6.4", "RFC 7208, section 11.1"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // a record that is not known does not open the loop
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		eachTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			if !t.Loop {
				return
			}
			findings = append(findings, Finding{
				Key:      termKey(f, n, strings.ToLower(t.Text)),
				Message:  fmt.Sprintf("%s leads back to a record that led to it%s", short(t.Text), whose(f, n)),
				Evidence: []Evidence{term(n, t)},
			})
		})
		return findings
	},
	Repair: func(f *facts.Facts) []facts.Change {
		return dropSPF(f, func(_ *facts.SPFNode, t *facts.SPFTerm) bool { return t.Loop && t.Mechanism == record.MechInclude })
	},
	Examples: []Example{{
		Name:     "an include of itself",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.25 include:example.com -all"`,
		Outcome:  Fail,
		Contains: `"include:example.com" leads back to a record that led to it`,
	}, {
		Name: "two records that include each other",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 include:_spf.example.org -all"
_spf.example.org. TXT "v=spf1 redirect=_spf.example.net"`,
		Outcome:  Fail,
		Contains: `"redirect=_spf.example.net" leads back to a record that led to it, in the record of _spf.example.org`,
	}, {
		Name: "the same record twice is no loop",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net include:_spf.example.org -all"
_spf.example.net. TXT "v=spf1 include:_spf.example.org -all"
_spf.example.org. TXT "v=spf1 ip4:192.0.2.25 -all"`,
		Outcome: Pass,
	}, {
		Name:    "a loop behind all",
		Zone:    `example.com. TXT "v=spf1 ip4:192.0.2.25 -all include:example.com"`,
		Outcome: Pass,
	}},
}
