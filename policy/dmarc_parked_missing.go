package policy

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
)

var dmarcParkedMissing = Rule{
	ID:         "DMARC031",
	Name:       "dmarc-parked-missing",
	Title:      "A domain without mail has no DMARC policy",
	Severity:   Medium,
	Confidence: Likely,
	Why: `Nothing shows that this domain sends or takes mail, and anyone may still write it into the From line of a message:
SPF looks at another address, which readers do not see. Since no mail of its own can be hurt, the strictest policy costs
nothing.`,
	Fix:   "If the domain sends nothing, publish the TXT record `v=DMARC1; p=reject` at `_dmarc` under it, or at the main domain above it.",
	Refs:  []string{"RFC 9989, section 4.7", "https://www.gov.uk/guidance/protect-domains-that-dont-send-email"},
	Roles: []facts.Role{facts.Parked},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		// A record that was meant as a policy is the matter of another rule.
		if f.DMARC.State != facts.Absent || slices.ContainsFunc(f.DMARC.Others, meantAsDMARC) || under(string(f.Domain), "arpa") {
			return nil
		}
		return []Finding{{
			Message:  "the domain shows no sign of mail, and no DMARC record keeps others from sending in its name",
			Evidence: []Evidence{none(ownDMARC(f).Name, facts.KindTXT)},
		}}
	},
	Repair: firstReject,
	Examples: []Example{{
		Name: "SPF denies all, and there is no DMARC record",
		Zone: `example.com. A 192.0.2.80
example.com. TXT "v=spf1 -all"`,
		Outcome:  Fail,
		Contains: "no DMARC record keeps others from sending in its name",
	}, {
		Name: "p=reject",
		Zone: `example.com. A 192.0.2.80
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name:   "the policy of the main domain",
		Domain: "shop.example.com",
		Zone: `shop.example.com. A 192.0.2.80
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name: "a record with a slip in its version is another rule's",
		Zone: `example.com. A 192.0.2.80
_dmarc.example.com. TXT "v=dmarc1; p=reject"`,
		Outcome: Pass,
	}, {
		Name:    "a zone of reverse names",
		Domain:  "2.0.192.in-addr.arpa",
		Zone:    `25.2.0.192.in-addr.arpa. PTR mx.example.com.`,
		Outcome: Pass,
	}, {
		Name: "a domain with mail",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25`,
		Outcome: NotApplicable,
	}},
}
