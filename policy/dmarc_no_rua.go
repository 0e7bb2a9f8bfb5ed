package policy

import "github.com/mailposture/mailposture/facts"

var dmarcNoRUA = Rule{
	ID:         "DMARC007",
	Name:       "dmarc-no-rua",
	Title:      "DMARC names no address for aggregate reports",
	Severity:   Medium,
	Confidence: Proof,
	Why: `Without *rua* receivers send no aggregate reports (daily summaries of who sent as the domain, and what passed).
Nobody sees which of the domain's own mail fails, nor who forges it, and the policy cannot be raised, or kept, with any
knowledge of what it does.`,
	Fix:   "Add `rua=mailto:...` with a mailbox of your own or the address of a service that reads the reports.",
	Refs:  []string{"RFC 9989, section 4.7", "RFC 9989, section 5.1.3"},
	Roles: []facts.Role{facts.Sends, facts.Receives},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		if f.DMARC.Parsed == nil {
			return nil
		}
		if _, ok := f.DMARC.Parsed.Tag("rua"); ok {
			return nil // an address that is not valid is another rule's
		}
		return []Finding{{
			Message:  "the DMARC record has no rua tag, so that nobody gets aggregate reports" + inherited(f),
			Evidence: []Evidence{whole(f.DMARC.Record)},
		}}
	},
	Repair: addReports,
	Examples: []Example{{
		Name: "a policy alone",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome:  Fail,
		Contains: "has no rua tag",
	}, {
		Name: "with rua",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:d@example.com"`,
		Outcome: Pass,
	}, {
		Name: "a domain without mail",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: NotApplicable,
	}},
}
