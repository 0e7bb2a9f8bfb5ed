package policy

import (
	"fmt"
	"strconv"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcPct = Rule{
	ID:         "DMARC010",
	Name:       "dmarc-pct",
	Title:      "DMARC asks for its policy on a part of the mail",
	Severity:   Low,
	Confidence: Proof,
	Why: `The tag *pct* is gone from DMARC. Receivers that follow RFC 9989 ignore it and apply the policy to all mail that fails; older ones
apply it to a part, each in its own way. What happens to a message depends on who receives it.`,
	Fix:   "Remove `pct`. To try a policy out, use `t=y`: receivers then apply the policy one level below.",
	Refs:  []string{"RFC 9989, appendix A.6", "RFC 9989, section 9.3"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		if f.DMARC.Parsed == nil {
			return nil
		}
		tag, ok := f.DMARC.Parsed.Tag("pct")
		if !ok {
			return nil
		}
		if percent, err := strconv.Atoi(tag.Value); err == nil && percent == 100 {
			return nil
		}
		if _, zero := pctZero(f); zero || !enforcesAnything(f.DMARC.Parsed) {
			return nil // that weighs more, or nothing: other rules'
		}
		return []Finding{{
			Message:  fmt.Sprintf("pct is %s: receivers of today ignore it, older ones apply the policy to that share of mail%s", short(tag.Value), inherited(f)),
			Evidence: []Evidence{at(f.DMARC.Record, tag.Span)},
		}}
	},
	Repair: dropPct,
	Examples: []Example{{
		Name: "a tenth",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=10"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `pct is "10"`,
	}, {
		Name: "no number",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=half"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `pct is "half"`,
	}, {
		Name: "all of it, which changes nothing",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=100"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "none of it is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=0"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "a part of nothing is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; pct=10"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "no pct",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}

// enforcesAnything reports whether a record states a policy that does something
// to mail.
func enforcesAnything(parsed *record.DMARC) bool {
	return parsed.Policy.Enforces() || parsed.SubdomainPolicy.Enforces() || parsed.NonexistentPolicy.Enforces()
}
