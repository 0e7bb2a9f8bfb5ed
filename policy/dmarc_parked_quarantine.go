package policy

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcParkedQuarantine = Rule{
	ID:         "DMARC032",
	Name:       "dmarc-parked-quarantine",
	Title:      "A domain without mail asks to set forged mail aside, not to refuse it",
	Severity:   Low,
	Confidence: Likely,
	Why: `Nothing shows that this domain sends mail, so that all mail with its name is forged. With *quarantine* it ends in a
junk folder, where somebody may find and believe it; with *reject* it does not arrive.`,
	Fix:   "If the domain sends nothing, set `p=reject`.",
	Refs:  []string{"RFC 9989, section 4.7", "https://www.gov.uk/guidance/protect-domains-that-dont-send-email"},
	Roles: []facts.Role{facts.Parked},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		// Where t=y lowers the policy, another rule speaks.
		if f.DMARC.Effective.This != record.PolicyQuarantine || f.DMARC.Parsed.Testing {
			return nil
		}
		return []Finding{{
			Message:  "the domain shows no sign of mail, and its DMARC policy is quarantine instead of reject" + inherited(f),
			Evidence: []Evidence{whole(f.DMARC.Record)},
		}}
	},
	Repair: rejectAll,
	Examples: []Example{{
		Name: "p=quarantine",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=quarantine"`,
		Outcome:  Fail,
		Contains: "its DMARC policy is quarantine instead of reject",
	}, {
		Name: "p=reject",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name: "p=none is another rule's",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=none"`,
		Outcome: Pass,
	}, {
		Name: "test mode is another rule's",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject; t=y"`,
		Outcome: Pass,
	}, {
		Name: "a domain with mail",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25
_dmarc.example.com. TXT "v=DMARC1; p=quarantine"`,
		Outcome: NotApplicable,
	}},
}
