package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcPolicyInvalid = Rule{
	ID:         "DMARC004",
	Name:       "dmarc-policy-invalid",
	Title:      "A DMARC policy is not one of the three that exist",
	Severity:   High,
	Confidence: Proof,
	Why: `With a *p*, *sp* or *np* that is neither none, quarantine nor reject, receivers act as if the record said *p=none*, if it has a
report address; without one they ignore the whole record. The protection that was meant is not there.`,
	Fix:   "Set the tag to `none`, `quarantine` or `reject`.",
	Refs:  []string{"RFC 9989, section 4.7", "RFC 9989, section 4.10.1"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		for _, p := range dmarcProblems(f, record.DMARCBadPolicy) {
			tag, _ := tagAt(f, p.Span)
			effect := "receivers ignore the record"
			if f.DMARC.Parsed.Usable() {
				effect = "receivers read the record as p=none"
			}
			findings = append(findings, Finding{
				Key:      keyOf(tag.Name, tag.Value),
				Message:  fmt.Sprintf("%s has the value %s, which is no policy, and %s%s", plain(tag.Name), short(tag.Value), effect, inherited(f)),
				Evidence: []Evidence{at(f.DMARC.Record, tag.Span)},
			})
		}
		return findings
	},
	Repair: spellPolicy,
	Examples: []Example{{
		Name: "a slip, with a report address",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=rejcet; rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `p has the value "rejcet", which is no policy, and receivers read the record as p=none`,
	}, {
		Name: "a slip, without one",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=rejcet"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "receivers ignore the record",
	}, {
		Name:   "sp, in the record of the organization",
		Domain: "news.example.com",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=monitor; rua=mailto:d@example.com"
news.example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "in the record of example.com, which applies here",
	}, {
		Name: "capitals",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; P=Reject; sp=QUARANTINE"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "no p is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
