package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var dmarcMultiple = Rule{
	ID:         "DMARC002",
	Name:       "dmarc-multiple",
	Title:      "There is more than one DMARC record",
	Severity:   High,
	Confidence: Proof,
	Why: `Receivers discard all DMARC records of a name that has several. The domain is then without a policy and without reports. Where a
domain above it has a record, some receivers apply that one instead; older ones stop here.`,
	Fix:   "Keep one record. Several report addresses go into one `rua`, separated by commas.",
	Refs:  []string{"RFC 9989, section 4.10", "RFC 7489, section 6.6.3"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		if len(f.DMARC.Records) < 2 {
			return nil
		}
		finding := Finding{Message: fmt.Sprintf("there are %d DMARC records, so that none counts", len(f.DMARC.Records))}
		for _, r := range f.DMARC.Records {
			finding.Evidence = append(finding.Evidence, whole(r))
		}
		return []Finding{finding}
	},
	Repair: mergeDMARC,
	Examples: []Example{{
		Name: "two records",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none"
_dmarc.example.com. TXT "v=DMARC1; p=reject"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "there are 2 DMARC records",
	}, {
		Name: "a record and other text",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none"
_dmarc.example.com. TXT "some-verification=abcdef"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name:   "one at the domain and one above it",
		Domain: "news.example.com",
		Zone: `_dmarc.news.example.com. TXT "v=DMARC1; p=none"
_dmarc.example.com. TXT "v=DMARC1; p=reject"
news.example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
