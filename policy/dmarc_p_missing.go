package policy

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcPMissing = Rule{
	ID:         "DMARC005",
	Name:       "dmarc-p-missing",
	Title:      "The DMARC record has no p tag",
	Severity:   Medium,
	Confidence: Proof,
	Why: `Receivers that follow RFC 9989 read such a record as *p=none* if it has a report address, and ignore it otherwise. Older ones, for
which *p* must be there, treat it in different ways.`,
	Fix:   "State the policy that is meant right behind the version: `v=DMARC1; p=none; ...`.",
	Refs:  []string{"RFC 9989, section 4.7", "RFC 9989, section 4.10.1"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		if len(dmarcProblems(f, record.DMARCMissingP)) == 0 || f.DMARC.Parsed.PSD == record.PSDYes {
			return nil // the record of a public suffix may leave it out
		}
		effect := "ignore the record"
		if f.DMARC.Parsed.Usable() {
			effect = "read the record as p=none"
		}
		return []Finding{{
			Message:  "there is no p tag, so that receivers " + effect + inherited(f),
			Evidence: []Evidence{whole(f.DMARC.Record)},
		}}
	},
	Examples: []Example{{
		Name: "a report address alone",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "receivers read the record as p=none",
	}, {
		Name: "sp alone",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; sp=reject"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "receivers ignore the record",
	}, {
		Name: "p behind other tags",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; rua=mailto:d@example.com; p=none"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
