package policy

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcSPQuarantine = Rule{
	ID:         "DMARC030",
	Name:       "dmarc-sp-quarantine",
	Title:      "DMARC rejects for the domain, and only sets aside for names below it",
	Severity:   Low,
	Confidence: Proof,
	Why: `Mail that forges the domain is refused, and mail that forges a name below it is put into the junk folder, where somebody may find and
believe it. It is a fair step on the way to *reject* everywhere, and easily forgotten.`,
	Fix:    "When the reports show that the mail of names below the domain passes, remove `sp` and `np`, so that `p=reject` applies to them too.",
	Refs:   []string{"RFC 9989, section 4.7"},
	Needs:  []facts.Part{facts.PartDMARC, facts.PartDMARCOrg},
	Check:  func(f *facts.Facts) []Finding { return weakerBelow(f, record.PolicyQuarantine) },
	Repair: raiseNP,
	Examples: []Example{{
		Name: "sp=quarantine below p=reject",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "p is reject, and sp=quarantine applies to names below the domain",
	}, {
		Name: "sp=none is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=none"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "p=quarantine for all",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=quarantine; sp=quarantine"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
