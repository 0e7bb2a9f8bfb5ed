package policy

import (
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfNoAll = Rule{
	ID:         "SPF012",
	Name:       "spf-no-all",
	Title:      "The SPF record has neither all nor redirect",
	Severity:   Medium,
	Confidence: Proof,
	Why: `A record that does not say what becomes of all other servers gives them **neutral** (neither yes nor no), as if
there were no record. It often means that the end of the record was lost in a form or in a copy.`,
	Fix:   "End the record with `~all`, later with `-all`.",
	Refs:  []string{"RFC 7208, section 4.7", "RFC 7208, section 5.1"},
	Roles: []facts.Role{facts.Sends, facts.Receives},
	Needs: []facts.Part{facts.PartSPF},
	Check: func(f *facts.Facts) []Finding {
		n := f.SPF.Tree
		// A syntax error makes the result another one, and may be the lost all.
		// A record at a name such as _spf is there to be included.
		if n == nil || len(n.Problems) > 0 || strings.HasPrefix(n.Name, "_") {
			return nil
		}
		for _, t := range n.Terms {
			if t.Mechanism == record.MechAll || t.Mechanism == record.ModRedirect {
				return nil
			}
		}
		return []Finding{{
			Message:  "the SPF record does not end with all, so that servers which are not listed get a neutral result",
			Evidence: []Evidence{whole(n.Record)},
		}}
	},
	Repair: func(f *facts.Facts) []facts.Change { return endSPF(f, "~all") },
	Examples: []Example{{
		Name:     "no end",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.25"`,
		Outcome:  Fail,
		Contains: "the SPF record does not end with all",
	}, {
		Name:    "~all",
		Zone:    `example.com. TXT "v=spf1 ip4:192.0.2.25 ~all"`,
		Outcome: Pass,
	}, {
		Name: "a redirect",
		Zone: `example.com. TXT "v=spf1 redirect=_spf.example.com"
_spf.example.com. TXT "v=spf1 ip4:192.0.2.25 -all"`,
		Outcome: Pass,
	}, {
		Name: "a record that is there to be included",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.com -all"
_spf.example.com. TXT "v=spf1 ip4:192.0.2.25"`,
		Outcome: Pass,
	}, {
		Name:    "such a record by itself",
		Domain:  "_spf.example.com",
		Zone:    `_spf.example.com. TXT "v=spf1 ip4:192.0.2.25"`,
		Outcome: Pass,
	}, {
		Name:    "a domain that shows no sign of mail is another rule's",
		Zone:    `example.com. TXT "v=spf1 ?ip4:192.0.2.25"`,
		Outcome: NotApplicable,
	}},
}
