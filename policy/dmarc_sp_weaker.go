package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcSPWeaker = Rule{
	ID:         "DMARC013",
	Name:       "dmarc-sp-weaker",
	Title:      "DMARC lets anyone forge the names below the domain",
	Severity:   Medium,
	Confidence: Proof,
	Why: `Who wants to forge the domain takes a name below it, which need not exist: to a reader it looks the same, and the policy for
it is none: such mail is delivered.`,
	Fix: "Remove `sp` and `np`, so that `p` applies below the domain too, or raise them to `p`. Where names below the domain are not ready, " +
		"give each a record of its own, and say `np=reject` for names that do not exist.",
	Refs:   []string{"RFC 9989, section 4.7"},
	Needs:  []facts.Part{facts.PartDMARC, facts.PartDMARCOrg},
	Check:  func(f *facts.Facts) []Finding { return weakerBelow(f, record.PolicyNone) },
	Repair: raiseNP,
	Examples: []Example{{
		Name: "sp=none",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=none"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "p is reject, and sp=none applies to names below the domain",
	}, {
		Name: "np=none",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=reject; np=none"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "np=none applies to names below the domain that do not exist",
	}, {
		Name: "sp as strong as p",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=quarantine; sp=reject"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "quarantine below reject is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "p=none cannot be weakened",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; sp=none"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name:   "below the organizational domain sp means nothing",
		Domain: "news.example.com",
		Zone: `_dmarc.news.example.com. TXT "v=DMARC1; p=reject; sp=none"
_dmarc.example.com. TXT "v=DMARC1; p=reject"
news.example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}

// weakerBelow finds the tags that give names below the domain this policy,
// where the domain's own is stronger.
func weakerBelow(f *facts.Facts, weaker record.DMARCPolicy) []Finding {
	parsed := f.DMARC.Parsed
	// sp and np count at the organizational domain only, and a record that
	// is applied as p=none as a whole is another rule's.
	if parsed == nil || inherited(f) != "" || f.DMARC.OrgDomain != string(f.Domain) || f.DMARC.Policy != parsed.Policy {
		return nil
	}
	var findings []Finding
	for _, below := range []struct {
		tag, who string
		policy   record.DMARCPolicy
	}{{"sp", "names below the domain", parsed.SubdomainPolicy}, {"np", "names below the domain that do not exist", parsed.NonexistentPolicy}} {
		tag, ok := parsed.Tag(below.tag)
		if !ok || below.policy != weaker || weaker.Strength() >= parsed.Policy.Strength() {
			continue
		}
		findings = append(findings, Finding{
			Key:      below.tag,
			Message:  fmt.Sprintf("p is %s, and %s=%s applies to %s", parsed.Policy, below.tag, below.policy, below.who),
			Evidence: []Evidence{at(f.DMARC.Record, tag.Span)},
		})
	}
	return findings
}
