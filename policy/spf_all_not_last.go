package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var spfAllNotLast = Rule{
	ID:         "SPF014",
	Name:       "spf-all-not-last",
	Title:      "SPF terms stand behind all",
	Severity:   Low,
	Confidence: Proof,
	Why: `*all* matches every address, so that receivers never come to what stands behind it. Servers and services that are listed
there are not authorised.`,
	Fix:     "Move `all` to the end of the record, or remove what stands behind it if it is not needed.",
	Refs:    []string{"RFC 7208, section 5.1"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each record is proved by itself
	Check: func(f *facts.Facts) []Finding {
		var texts []string
		var evidence []Evidence
		eachOwnTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			if t.Dead && !t.Modifier {
				texts = append(texts, short(t.Text))
				evidence = append(evidence, term(n, t))
			}
		})
		if len(texts) == 0 {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf("what stands behind all in SPF has no effect: %s", listed(texts)),
			Evidence: evidence,
		}}
	},
	Repair: liveSPF,
	Examples: []Example{{
		Name:     "an include behind all",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.25 -all include:_spf.example.net"`,
		Outcome:  Fail,
		Contains: `what stands behind all in SPF has no effect: "include:_spf.example.net"`,
	}, {
		Name:    "exp may stand anywhere",
		Zone:    `example.com. TXT "v=spf1 ip4:192.0.2.25 -all exp=why.example.com"`,
		Outcome: Pass,
	}, {
		Name: "in a service's record it is not the domain's to mend",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4:192.0.2.25 -all ip4:192.0.2.26"`,
		Outcome: Pass,
	}},
}
