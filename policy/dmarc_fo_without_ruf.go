package policy

import "github.com/mailposture/mailposture/facts"

var dmarcFOWithoutRUF = Rule{
	ID:         "DMARC018",
	Name:       "dmarc-fo-without-ruf",
	Title:      "DMARC says when to send failure reports, and not where to",
	Severity:   Info,
	Confidence: Proof,
	Why: `The tag *fo* chooses the mail of which a failure report (a copy of one message that failed) is sent, and *ruf* names the address.
Without *ruf* no such reports are sent, and receivers ignore *fo*.`,
	Fix: "Remove `fo`: few receivers send failure reports, and the aggregate reports (daily summaries, to the address in `rua`) are " +
		"what is needed. If you want them, add `ruf=mailto:...`.",
	Refs:  []string{"RFC 9989, section 4.7"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		if f.DMARC.Parsed == nil {
			return nil
		}
		tag, ok := f.DMARC.Parsed.Tag("fo")
		if _, where := f.DMARC.Parsed.Tag("ruf"); !ok || where {
			return nil
		}
		return []Finding{{
			Message:  "fo has no effect, because there is no ruf" + inherited(f),
			Evidence: []Evidence{at(f.DMARC.Record, tag.Span)},
		}}
	},
	Repair: dropFO,
	Examples: []Example{{
		Name: "fo alone",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; fo=1; rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "fo has no effect, because there is no ruf",
	}, {
		Name: "fo and ruf",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; fo=1; ruf=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "neither",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
