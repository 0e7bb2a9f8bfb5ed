package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var mxIsIPLiteral = Rule{
	ID:         "MX007",
	Name:       "mx-is-ip-literal",
	Title:      "An MX record holds an IP address",
	Severity:   High,
	Confidence: Proof,
	Why: `An MX record holds the name of a host. An address in its place is read as a name, which does not exist, so that
mail through this record cannot be delivered.`,
	Fix:   "Give the server a name with an A or AAAA record, and let the MX record name it.",
	Refs:  []string{"RFC 1035, section 3.3.9", "RFC 5321, section 5.1"},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			addr, ok := addressLiteral(h.Name)
			if !ok {
				return "", nil
			}
			return fmt.Sprintf("an MX record holds the address %s instead of a host name", addr), observed(f, mxQuestion(f))
		})
	},
	Examples: []Example{{
		Name:     "an address",
		Zone:     `example.com. MX 10 192.0.2.25.`,
		Outcome:  Fail,
		Contains: "an MX record holds the address 192.0.2.25",
	}, {
		Name: "a name that begins like one",
		Zone: `example.com. MX 10 192.0.2.25.example.com.
192.0.2.25.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}},
}
