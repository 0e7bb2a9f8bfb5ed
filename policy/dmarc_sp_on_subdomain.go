package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcSPOnSubdomain = Rule{
	ID:         "DMARC015",
	Name:       "dmarc-sp-on-subdomain",
	Title:      "DMARC states a policy for names below, where nobody reads it",
	Severity:   Info,
	Confidence: Proof,
	Why: `The tags *sp* and *np* say what applies to the names below a domain, and count only in the record of the organization's main domain.
In the record of a name below it receivers ignore them.`,
	Fix: "Set `sp` or `np` in the record of the main domain if it is meant for all names below, or give the name in question a record " +
		"of its own. Then remove it here.",
	Refs:  []string{"RFC 9989, section 4.7", "RFC 9989, section 4.10.1"},
	Needs: []facts.Part{facts.PartDMARC, facts.PartDMARCOrg},
	Check: func(f *facts.Facts) []Finding {
		parsed, org := f.DMARC.Parsed, f.DMARC.OrgDomain
		if parsed == nil || inherited(f) != "" || org == string(f.Domain) || parsed.PSD == record.PSDYes {
			return nil
		}
		var findings []Finding
		for _, name := range []string{"sp", "np"} {
			tag, ok := parsed.Tag(name)
			if !ok {
				continue
			}
			findings = append(findings, Finding{
				Key:      name,
				Message:  fmt.Sprintf("%s has no effect here: to names below this one the record of %s applies, if they have none of their own", name, plain(org)),
				Evidence: []Evidence{at(f.DMARC.Record, tag.Span)},
			})
		}
		return findings
	},
	Examples: []Example{{
		Name:   "sp at a name below the main domain",
		Domain: "news.example.com",
		Zone: `_dmarc.news.example.com. TXT "v=DMARC1; p=reject; sp=reject"
_dmarc.example.com. TXT "v=DMARC1; p=none"
news.example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "sp has no effect here: to names below this one the record of example.com applies",
	}, {
		Name:   "a record that ends the organization here",
		Domain: "news.example.com",
		Zone: `_dmarc.news.example.com. TXT "v=DMARC1; p=reject; sp=reject; psd=n"
_dmarc.example.com. TXT "v=DMARC1; p=none"
news.example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "the main domain",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name:   "the record above is another domain's",
		Domain: "news.example.com",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=reject"
news.example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
