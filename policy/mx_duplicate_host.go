package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var mxDuplicateHost = Rule{
	ID:         "MX014",
	Name:       "mx-duplicate-host",
	Title:      "Two MX records name the same host",
	Severity:   Info,
	Confidence: Proof,
	Why: `Senders that cannot reach the host at one preference (the number in front: the lowest is tried first) try the same host again at the
other. It does no harm, and gives no second way either: often another host was meant.`,
	Fix:   "Keep the record with the lower number. If a second server was meant, put its name into the other.",
	Refs:  []string{"RFC 5321, section 5.1"},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		first := make(map[string]uint16)
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			preference, again := first[h.Name]
			if !again {
				first[h.Name] = h.Preference
				return "", nil
			}
			return fmt.Sprintf("the MX host %s stands there twice, with the preferences %d and %d", plain(h.Name), preference, h.Preference),
				observed(f, mxQuestion(f))
		})
	},
	Examples: []Example{{
		Name: "one host at two preferences",
		Zone: `example.com. MX 10 mx.example.com.
example.com. MX 20 mx.example.com.
mx.example.com. A 192.0.2.25`,
		Outcome:  Fail,
		Contains: "the MX host mx.example.com stands there twice, with the preferences 10 and 20",
	}, {
		Name: "two hosts",
		Zone: `example.com. MX 10 mx1.example.com.
example.com. MX 10 mx2.example.com.
mx1.example.com. A 192.0.2.25
mx2.example.com. A 192.0.2.26`,
		Outcome: Pass,
	}},
}
