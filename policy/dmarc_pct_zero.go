package policy

import (
	"fmt"
	"strconv"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcPctZero = Rule{
	ID:         "DMARC028",
	Name:       "dmarc-pct-zero",
	Title:      "DMARC asks for its policy on none of the mail, and gets it on all",
	Severity:   Medium,
	Confidence: Proof,
	Why: `*pct=0* was the way to try a policy out: older receivers then apply the one below it. The tag is gone from DMARC, and receivers that
follow RFC 9989 apply the policy to all mail that fails. Mail that was meant to be spared is refused or set aside.`,
	Fix: "Put `t=y` in the place of `pct=0` if the policy is still being tried out: today's receivers then apply the one below it. " +
		"Otherwise remove `pct`.",
	Refs:  []string{"RFC 9989, appendix A.6", "RFC 9989, section 4.7"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		tag, zero := pctZero(f)
		if !zero {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf("pct is 0: today's receivers ignore it and apply %s to all mail that fails%s", f.DMARC.Effective.This, inherited(f)),
			Evidence: []Evidence{at(f.DMARC.Record, tag.Span)},
		}}
	},
	Examples: []Example{{
		Name: "reject, for none of the mail",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=0"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "pct is 0: today's receivers ignore it and apply reject to all mail that fails",
	}, {
		Name: "a part of the mail is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=10"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "p=none changes nothing",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; pct=0"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "today's test mode beside it",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=quarantine; t=y; pct=0"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}

// pctZero is the tag pct=0 of a record whose policy is applied all the same.
func pctZero(f *facts.Facts) (record.Tag, bool) {
	if f.DMARC.Parsed == nil || !f.DMARC.Effective.This.Enforces() {
		return record.Tag{}, false
	}
	tag, _ := f.DMARC.Parsed.Tag("pct")
	percent, err := strconv.Atoi(tag.Value)
	return tag, err == nil && percent == 0
}
