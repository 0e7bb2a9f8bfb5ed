package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var dmarcTestMode = Rule{
	ID:         "DMARC017",
	Name:       "dmarc-test-mode",
	Title:      "DMARC is in test mode",
	Severity:   Info,
	Confidence: Proof,
	Why: `With *t=y* receivers apply the policy one level below the one that is stated: quarantine instead of reject, none instead of
quarantine. That is how to begin, and easily forgotten.`,
	Fix: "Remove `t=y` when the aggregate reports (daily summaries of who sent as the domain, and what passed) show that the domain's " +
		"own mail passes.",
	Refs:  []string{"RFC 9989, section 4.7", "RFC 9989, appendix A.6"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		if f.DMARC.Parsed == nil || !f.DMARC.Parsed.Testing || f.DMARC.Policy != f.DMARC.Parsed.Policy {
			return nil
		}
		tag, ok := f.DMARC.Parsed.Tag("t")
		stated := statedPolicy(f)
		if !ok || !stated.Enforces() {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf("t=y has receivers apply %s instead of %s%s", stated.Relaxed(), stated, inherited(f)),
			Evidence: []Evidence{at(f.DMARC.Record, tag.Span)},
		}}
	},
	Examples: []Example{{
		Name: "p=reject",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; t=y"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "t=y has receivers apply quarantine instead of reject",
	}, {
		Name:   "the policy of the organization for names below it",
		Domain: "news.example.com",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; sp=quarantine; t=y"
news.example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "t=y has receivers apply none instead of quarantine, in the record of example.com",
	}, {
		Name: "p=none cannot be lowered",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; t=y"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "t=n",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; t=n"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
