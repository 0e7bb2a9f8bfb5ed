package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcPNone = Rule{
	ID:         "DMARC006",
	Name:       "dmarc-p-none",
	Title:      "The DMARC policy is none",
	Severity:   Medium,
	Confidence: Proof,
	Why: `With *none* the domain asks for reports and for nothing else: mail that forges its From line is delivered like any other. It is the
right beginning, and no protection.`,
	Fix: "Read the aggregate reports (daily summaries of who sent as the domain, and what passed) until all mail of the domain's own " +
		"passes, then go to `p=quarantine`. Go on to `p=reject` only if every message is signed with DKIM, and not for a domain whose " +
		"users write to mailing lists.",
	Refs:  []string{"RFC 9989, section 5.1.7", "RFC 9989, section 7.4"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		if f.DMARC.Effective.This != record.PolicyNone {
			return nil
		}
		tag, ok := f.DMARC.Parsed.Tag(f.DMARC.Effective.Tag)
		// Where nothing valid is stated, or t=y lowers it, another rule speaks.
		if !ok || f.DMARC.Policy != f.DMARC.Parsed.Policy || statedPolicy(f) != record.PolicyNone {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf("%s=none applies: mail that forges the domain is delivered%s", f.DMARC.Effective.Tag, inherited(f)),
			Evidence: []Evidence{at(f.DMARC.Record, tag.Span)},
		}}
	},
	Repair: rejectAll,
	Examples: []Example{{
		Name: "p=none",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; sp=reject"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "p=none applies",
	}, {
		Name:   "sp=none of the organization",
		Domain: "news.example.com",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=none"
news.example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "sp=none applies: mail that forges the domain is delivered, in the record of example.com, which applies here",
	}, {
		Name: "sp=none is not for the domain itself",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=none"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name:   "a policy of its own",
		Domain: "news.example.com",
		Zone: `_dmarc.news.example.com. TXT "v=DMARC1; p=reject"
_dmarc.example.com. TXT "v=DMARC1; p=none"
news.example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "quarantine in test mode is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=quarantine; t=y"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "a policy that is not valid is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=rejcet; rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}

// statedPolicy is the value of the tag that applies to the domain, before t=y.
func statedPolicy(f *facts.Facts) record.DMARCPolicy {
	switch f.DMARC.Effective.Tag {
	case "sp":
		return f.DMARC.Parsed.SubdomainPolicy
	case "np":
		return f.DMARC.Parsed.NonexistentPolicy
	}
	return f.DMARC.Parsed.Policy
}
