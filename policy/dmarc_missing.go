package policy

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
)

var dmarcMissing = Rule{
	ID:         "DMARC001",
	Name:       "dmarc-missing",
	Title:      "There is no DMARC policy",
	Severity:   High,
	Confidence: Proof,
	Why: `Receivers are not told what to do with mail that carries the domain in its From line and is not from it, and nobody gets reports
of who sends such mail. Gmail, Yahoo and Outlook.com require a policy of those who send in bulk.`,
	Fix: "Publish `v=DMARC1; p=none; rua=mailto:...` at `_dmarc` under the domain, with an address of yours behind `mailto:`, read the " +
		"reports, and raise the policy when they show that the domain's own mail passes. One record at the organization's domain " +
		"covers the names below it.",
	Refs:  []string{"RFC 9989, section 4.10", "RFC 9989, section 5.1.4"},
	Roles: []facts.Role{facts.Sends, facts.Receives},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		// A record that was meant as a policy is the matter of another rule.
		if f.DMARC.State != facts.Absent || slices.ContainsFunc(f.DMARC.Others, meantAsDMARC) {
			return nil
		}
		var evidence []Evidence
		for _, step := range f.DMARC.Path {
			evidence = append(evidence, none(step.Name, facts.KindTXT))
		}
		return []Finding{{
			Message:  "there is no DMARC record, neither at the domain nor above it",
			Evidence: evidence,
		}}
	},
	Repair: firstDMARC,
	Examples: []Example{{
		Name: "no record",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25`,
		Outcome:  Fail,
		Contains: "there is no DMARC record, neither at the domain nor above it",
	}, {
		Name: "other text at the name",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25
_dmarc.example.com. TXT "google-site-verification=abcdef"`,
		Outcome:  Fail,
		Contains: "there is no DMARC record",
	}, {
		Name:   "the record of the organization",
		Domain: "news.example.com",
		Zone: `news.example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name: "text beside the record",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25
_dmarc.example.com. TXT "google-site-verification=abcdef"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name: "a record with a slip in its version is another rule's",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25
_dmarc.example.com. TXT "v=dmarc1; p=reject"`,
		Outcome: Pass,
	}, {
		Name:    "a web site without mail",
		Zone:    `example.com. A 192.0.2.80`,
		Outcome: NotApplicable,
	}},
}

func meantAsDMARC(r facts.Record) bool { return resemblesDMARC(r.Octets) }
