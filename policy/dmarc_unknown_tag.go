package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcUnknownTag = Rule{
	ID:         "DMARC012",
	Name:       "dmarc-unknown-tag",
	Title:      "The DMARC record has a tag that does not exist",
	Severity:   Info,
	Confidence: Proof,
	Why:        `Receivers ignore tags that they do not know: whatever this one was meant to say is not said.`,
	Fix:        "Remove the tag, or correct its name.",
	Refs:       []string{"RFC 9989, section 4.7", "RFC 9989, section 9.3"},
	Needs:      []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		for _, p := range dmarcProblems(f, record.DMARCUnknownTag) {
			tag, _ := tagAt(f, p.Span)
			if meantTag(f.DMARC.Parsed, tag) != "" {
				continue // a slip, which weighs more: another rule's
			}
			findings = append(findings, Finding{
				Key:      keyOf(strings.ToLower(tag.Name)),
				Message:  fmt.Sprintf("DMARC knows no tag %s, and receivers ignore it%s", short(tag.Name), inherited(f)),
				Evidence: []Evidence{at(f.DMARC.Record, p.Span)},
			})
		}
		return findings
	},
	Repair: spellTags,
	Examples: []Example{{
		Name: "a tag that nobody has defined",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; contact=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `DMARC knows no tag "contact"`,
	}, {
		Name: "a slip is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rau=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "every tag that there is, and those that there were",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; sp=none; np=none; adkim=r; aspf=r; fo=1; psd=n; t=n; rua=mailto:d@example.com; ruf=mailto:d@example.com; pct=100; rf=afrf; ri=86400"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
