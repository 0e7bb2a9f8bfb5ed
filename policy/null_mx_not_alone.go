package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var nullMXNotAlone = Rule{
	ID:         "MX004",
	Name:       "null-mx-not-alone",
	Title:      "A null MX stands beside other MX records",
	Severity:   High,
	Confidence: Proof,
	Why: `A null MX says that the domain takes no mail, the other records say that it does. Some senders refuse to deliver,
some try the host "." and fail, others use the hosts that are there: whether a message arrives depends on who sends it.`,
	Fix:   "Remove `MX 0 .` if the domain takes mail; otherwise remove all the others.",
	Refs:  []string{"RFC 7505, section 3"},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		null := 0
		for _, h := range f.MX.Hosts {
			if h.Name == "" {
				null++
			}
		}
		if null == 0 || len(f.MX.Hosts) == 1 {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf(`a null MX ("MX 0 .") is one of %d MX records, and has to be the only one`, len(f.MX.Hosts)),
			Evidence: observed(f, mxQuestion(f)),
		}}
	},
	Repair: dropNullMX,
	Examples: []Example{{
		Name: "a null MX and a host",
		Zone: `example.com. MX 0 .
example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25`,
		Outcome:  Fail,
		Contains: "one of 2 MX records",
	}, {
		Name:    "a null MX alone",
		Zone:    `example.com. MX 0 .`,
		Outcome: Pass,
	}, {
		Name: "hosts alone",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}},
}
