package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcHistoricTags = Rule{
	ID:         "DMARC011",
	Name:       "dmarc-historic-tags",
	Title:      "The DMARC record has a tag that DMARC no longer has",
	Severity:   Info,
	Confidence: Proof,
	Why: `The tags *rf* (the form of failure reports), *ri* (how often to report) and *pct* (the share of mail that a policy is for) are
gone from DMARC. Receivers ignore them: reports come once a day in one form, and there is no share of the policy *none*.`,
	Fix:   "Remove the tag the next time that you change the record. Nothing depends on it.",
	Refs:  []string{"RFC 9989, section 9.3"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		for _, p := range dmarcProblems(f, record.DMARCHistoricTag) {
			tag, _ := tagAt(f, p.Span)
			name := strings.ToLower(tag.Name)
			if name == "pct" && (enforcesAnything(f.DMARC.Parsed) || tag.Value == "100") {
				continue // it still works at some receivers, or says what applies anyway
			}
			findings = append(findings, Finding{
				Key:      keyOf(name),
				Message:  fmt.Sprintf("receivers ignore the tag %s%s", name, inherited(f)),
				Evidence: []Evidence{at(f.DMARC.Record, p.Span)},
			})
		}
		return findings
	},
	Repair: dropHistoric,
	Examples: []Example{{
		Name: "ri",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; ri=3600; rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "receivers ignore the tag ri",
	}, {
		Name: "pct of no policy",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; pct=20; rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "receivers ignore the tag pct",
	}, {
		Name: "pct of a policy is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=50"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "no such tag",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
