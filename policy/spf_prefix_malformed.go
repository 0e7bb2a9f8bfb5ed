package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var spfPrefixMalformed = Rule{
	ID:         "SPF003",
	Name:       "spf-prefix-malformed",
	Title:      "A TXT record was meant as SPF and is not read as such",
	Severity:   High,
	Confidence: Proof,
	Why: `A record counts as SPF only if it begins with exactly *v=spf1*, followed by a space or nothing. With a slip there, or with a
quote or space in front, receivers see no SPF record at all.`,
	Fix:   "Let the record begin with `v=spf1` and one space. In a form of a DNS provider, leave out the quotation marks: it adds them by itself.",
	Refs:  []string{"RFC 7208, section 4.5"},
	Needs: []facts.Part{facts.PartSPF},
	Check: func(f *facts.Facts) []Finding {
		// Beside a record that counts, another that does not is clutter.
		if f.SPF.State != facts.Absent || len(f.SPF.LookAlikes) == 0 {
			return nil
		}
		finding := Finding{
			Message: fmt.Sprintf("the record %s is not read as SPF, because it does not begin with exactly \"v=spf1\" and a space", short(f.SPF.LookAlikes[0].Octets)),
		}
		for _, r := range f.SPF.LookAlikes {
			finding.Evidence = append(finding.Evidence, whole(r))
		}
		return []Finding{finding}
	},
	Repair: spellVersion,
	Examples: []Example{{
		Name:     "no space behind the version",
		Zone:     `example.com. TXT "v=spf1include:_spf.example.net -all"`,
		Outcome:  Fail,
		Contains: `the record "v=spf1include:_spf.example.net -all" is not read as SPF`,
	}, {
		Name:     "a space in front",
		Zone:     `example.com. TXT " v=spf1 mx -all"`,
		Outcome:  Fail,
		Contains: "is not read as SPF",
	}, {
		Name:     "quotation marks inside the record",
		Zone:     `example.com. TXT "\"v=spf1 mx -all\""`,
		Outcome:  Fail,
		Contains: "is not read as SPF",
	}, {
		Name: "a slip beside a record that counts",
		Zone: `example.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"
example.com. TXT "v=spf10 mx -all"`,
		Outcome: Pass,
	}, {
		Name:    "Sender ID is another thing",
		Zone:    `example.com. TXT "spf2.0/pra ip4:192.0.2.0/24 -all"`,
		Outcome: Pass,
	}},
}
