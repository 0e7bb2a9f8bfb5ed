package policy

import "github.com/mailposture/mailposture/facts"

var dmarcRecordWrongPlace = Rule{
	ID:         "DMARC024",
	Name:       "dmarc-record-wrong-place",
	Title:      "A DMARC record stands at the domain itself",
	Severity:   Medium,
	Confidence: Proof,
	Why: `Receivers look for the policy at the name *_dmarc* below the domain, and nowhere else. A record at the domain itself is read by
nobody: the policy in it does not apply, and no reports are sent.`,
	Fix:   "Move the TXT record to `_dmarc` under the domain. In many forms of DNS providers the name to enter is just `_dmarc`.",
	Refs:  []string{"RFC 9989, section 4.10"},
	Needs: []facts.Part{facts.PartDMARC, facts.PartSPF}, // the domain's own TXT records come with SPF
	Check: func(f *facts.Facts) []Finding {
		if len(f.DMARC.Misplaced) == 0 {
			return nil
		}
		finding := Finding{Message: "a DMARC record stands at the domain itself, where no receiver looks for it: its place is the name _dmarc below"}
		for _, r := range f.DMARC.Misplaced {
			finding.Evidence = append(finding.Evidence, whole(r))
		}
		return []Finding{finding}
	},
	Examples: []Example{{
		Name: "at the domain",
		Zone: `example.com. TXT "v=spf1 mx -all"
example.com. TXT "v=DMARC1; p=reject; rua=mailto:d@example.com"`,
		Outcome:  Fail,
		Contains: "a DMARC record stands at the domain itself, where no receiver looks for it",
	}, {
		Name:   "at a name for which the organization's record speaks",
		Domain: "news.example.com",
		Zone: `news.example.com. TXT "v=DMARC1; p=none"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome:  Fail,
		Contains: "its place is the name _dmarc below",
	}, {
		Name: "a copy beside the one that counts",
		Zone: `example.com. TXT "v=DMARC1; p=reject"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name:    "other text",
		Zone:    `example.com. TXT "dmarc-verification=abc"`,
		Outcome: Pass,
	}},
}
