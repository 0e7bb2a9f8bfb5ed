package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var mxLocalhost = Rule{
	ID:         "MX021",
	Name:       "mx-localhost",
	Title:      "An MX record names localhost",
	Severity:   Low,
	Confidence: Proof,
	Why: `*localhost* is every machine's name for itself: a sender that believes the record hands the mail to itself, and may
pass it round in a loop until it gives up. It was a way to say that a domain takes no mail, before there was a record for that.`,
	Fix:   "If the domain takes no mail, publish `MX 0 .` instead. If it does, put the server's name in the place of localhost.",
	Refs:  []string{"RFC 7505, section 3", "RFC 6761, section 6.3"},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			if !isLocalhost(h.Name) {
				return "", nil
			}
			return fmt.Sprintf("the MX host is %s, by which every sender means itself", plain(h.Name)), observed(f, mxQuestion(f))
		})
	},
	Examples: []Example{{
		Name: "localhost",
		Zone: `example.com. MX 10 localhost.
localhost. A 127.0.0.1`,
		Outcome:  Fail,
		Contains: "the MX host is localhost, by which every sender means itself",
	}, {
		Name:    "a null MX",
		Zone:    `example.com. MX 0 .`,
		Outcome: Pass,
	}, {
		Name: "a host of the domain that is called so is another rule's",
		Zone: `example.com. MX 10 localhost.example.com.
localhost.example.com. A 127.0.0.1`,
		Outcome: Pass,
	}},
}

// isLocalhost reports whether a name stands for the machine itself. RFC 6761, section 6.3.
func isLocalhost(name string) bool {
	return under(name, "localhost") || name == "localhost.localdomain"
}
