package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcURIInvalid = Rule{
	ID:         "DMARC009",
	Name:       "dmarc-uri-invalid",
	Title:      "A DMARC report address is no URI",
	Severity:   Medium,
	Confidence: Proof,
	Why: `A report address is a URI (an address with its kind in front), most often *mailto:* and an e-mail address. Receivers
send nothing to an item that is not, and if no other is there, nobody gets reports.`,
	Fix: "Write each address as `mailto:reports@example.com`, separate several by commas, and leave no empty item. A comma or an " +
		"exclamation mark inside an address is written `%2C` or `%21`.",
	Refs:  []string{"RFC 9989, section 4.6", "RFC 9989, section 4.8"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		for _, p := range dmarcProblems(f, record.DMARCBadURI) {
			tag, _ := tagAt(f, p.Span)
			text := cut(f.DMARC.Record.Octets, p.Span)
			findings = append(findings, Finding{
				Key:      keyOf(tag.Name, text),
				Message:  fmt.Sprintf("%s holds %s, to which no report can be sent%s", plain(tag.Name), short(text), inherited(f)),
				Evidence: []Evidence{at(f.DMARC.Record, p.Span)},
			})
		}
		return findings
	},
	Repair: spellURIs,
	Examples: []Example{{
		Name: "no mailto",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=dmarc@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `rua holds "dmarc@example.com", to which no report can be sent`,
	}, {
		Name: "a semicolon would be a new tag, a space is none",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:a@example.com mailto:b@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "to which no report can be sent",
	}, {
		Name: "several, with the obsolete size limit, and another scheme",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:a@example.com!10m, mailto:b%2Cc@example.com,https://example.com/r"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
