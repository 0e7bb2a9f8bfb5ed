package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var dmarcVersionInvalid = Rule{
	ID:         "DMARC003",
	Name:       "dmarc-version-invalid",
	Title:      "A record was meant as DMARC and is not read as such",
	Severity:   High,
	Confidence: Proof,
	Why: `A DMARC record must begin with the tag *v* and the value *DMARC1*, in capitals. Receivers ignore any other record at this name:
the policy and the report addresses in it do not count.`,
	Fix: "Let the record begin with `v=DMARC1;`, in capitals, followed by the other tags, each behind a semicolon. In a form of a DNS " +
		"provider, leave out the quotation marks: it adds them by itself.",
	Refs:  []string{"RFC 9989, section 4.7", "RFC 9989, section 4.8"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		if len(f.DMARC.Records) > 0 {
			return nil // beside a record that counts, another that does not is clutter
		}
		var finding Finding
		for _, r := range f.DMARC.Others {
			if !meantAsDMARC(r) {
				continue
			}
			if finding.Message == "" {
				finding.Message = fmt.Sprintf("the record %s is not read as DMARC, because it does not begin with exactly \"v=DMARC1;\"", short(r.Octets))
			}
			finding.Evidence = append(finding.Evidence, whole(r))
		}
		if finding.Message == "" {
			return nil
		}
		return []Finding{finding}
	},
	Repair: spellDMARC,
	Examples: []Example{{
		Name: "small letters",
		Zone: `_dmarc.example.com. TXT "v=dmarc1; p=reject"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `the record "v=dmarc1; p=reject" is not read as DMARC`,
	}, {
		Name: "another tag first",
		Zone: `_dmarc.example.com. TXT "p=reject; v=DMARC1"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "is not read as DMARC",
	}, {
		Name: "no semicolon behind the version",
		Zone: `_dmarc.example.com. TXT "v=DMARC1 p=reject"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "is not read as DMARC",
	}, {
		Name: "quotation marks inside the record",
		Zone: `_dmarc.example.com. TXT "\"v=DMARC1; p=none\""
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "is not read as DMARC",
	}, {
		Name: "white space around the equals sign",
		Zone: `_dmarc.example.com. TXT "v = DMARC1 ; p = reject"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "text that is something else",
		Zone: `_dmarc.example.com. TXT "dmarc-verification=abcdef"
_dmarc.example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DKIM1; p=MIGf"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
