package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcValueInvalid = Rule{
	ID:         "DMARC027",
	Name:       "dmarc-value-invalid",
	Title:      "A DMARC tag has a value that it cannot have",
	Severity:   Low,
	Confidence: Proof,
	Why: `Receivers put the default in the place of a value that they do not know, and say nothing: *adkim* and *aspf* count as relaxed, *t* as
no, *fo* as 0. What the record was meant to say is not said.`,
	Fix: "Write `adkim` and `aspf` as `r` or `s`, `t` as `y` or `n`, `psd` as `y`, `n` or `u`, and `fo` as `0` or `1`, with `d` and " +
		"`s` behind colons. Or remove the tag.",
	Refs:  []string{"RFC 9989, section 4.7", "RFC 9989, section 4.8"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		for _, p := range dmarcProblems(f, record.DMARCBadValue) {
			tag, ok := tagAt(f, p.Span)
			if !ok || swallowsTag(tag.Value) {
				continue // a missing semicolon is another rule's
			}
			findings = append(findings, Finding{
				Key:      keyOf(tag.Name, tag.Value),
				Message:  fmt.Sprintf("%s cannot be %s, and receivers act as if it were not there%s", plain(tag.Name), short(tag.Value), inherited(f)),
				Evidence: []Evidence{at(f.DMARC.Record, tag.Span)},
			})
		}
		return findings
	},
	Examples: []Example{{
		Name: "a word instead of a letter",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; aspf=strict"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `aspf cannot be "strict", and receivers act as if it were not there`,
	}, {
		Name: "a letter that there is not",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; adkim=x; t=1; psd=no"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `adkim cannot be "x"`,
	}, {
		Name: "failure options that exclude each other",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; fo=0:1; ruf=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `fo cannot be "0:1"`,
	}, {
		Name:   "in the record of the organization",
		Domain: "news.example.com",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; aspf=strict"
news.example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "in the record of example.com, which applies here",
	}, {
		Name: "each value that there is, capitals too",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; adkim=S; aspf=r; t=N; psd=u; fo=1:d:s"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "a policy that is none is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=rejcet; rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "so is a missing semicolon",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; aspf=s rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
