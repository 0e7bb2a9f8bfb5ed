package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var nullMXPreference = Rule{
	ID:         "MX019",
	Name:       "null-mx-preference",
	Title:      "A null MX has another preference than 0",
	Severity:   Low,
	Confidence: Proof,
	Why: `A null MX says that the domain takes no mail. It is defined with the preference 0 (the number in front of the host).
Most senders look at the dot only; one that compares the whole record takes it for a host that does not answer, and tries for
days.`,
	Fix:   "Change the record to `MX 0 .`, with the preference 0.",
	Refs:  []string{"RFC 7505, section 3"},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		if !f.MX.Null || f.MX.Hosts[0].Preference == 0 {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf("the null MX has the preference %d instead of 0", f.MX.Hosts[0].Preference),
			Evidence: observed(f, mxQuestion(f)),
		}}
	},
	Repair: nullMX,
	Examples: []Example{{
		Name:     "a preference of 10",
		Zone:     `example.com. MX 10 .`,
		Outcome:  Fail,
		Contains: "the null MX has the preference 10 instead of 0",
	}, {
		Name:    "a null MX",
		Zone:    `example.com. MX 0 .`,
		Outcome: Pass,
	}, {
		Name: "a host with another preference",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}},
}
