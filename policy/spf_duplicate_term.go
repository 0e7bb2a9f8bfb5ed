package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var spfDuplicateTerm = Rule{
	ID:         "SPF033",
	Name:       "spf-duplicate-term",
	Title:      "An SPF term says what one before it has said",
	Severity:   Info,
	Confidence: Proof,
	Why: `The first term that matches decides, so that the second one changes nothing. It makes the record longer, and if it
is one that queries DNS it costs its lookups again, of which receivers make ten.`,
	Fix:     "Remove the second term.",
	Refs:    []string{"RFC 7208, section 4.6.2", "RFC 7208, section 4.6.4"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each record is proved by itself
	Check: func(f *facts.Facts) []Finding {
		lookups := 0
		twice := func(n *facts.SPFNode, t *facts.SPFTerm) bool {
			first := shadowing(f, n, t)
			if first == nil || first.Qualifier != t.Qualifier {
				return false // one that says otherwise is another rule's
			}
			lookups += t.Lookups
			return true
		}
		return recordFindings(f, twice, func(texts []string) string {
			message := "SPF has said before what these terms say: " + listed(texts)
			if lookups > 0 {
				message += fmt.Sprintf(", at the cost of %s", count(lookups, "lookup"))
			}
			lookups = 0
			return message
		})
	},
	Examples: []Example{{
		Name: "an include twice",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net ip4:192.0.2.25 include:_SPF.example.net. -all"
_spf.example.net. TXT "v=spf1 a:a.example.net -all"
a.example.net. A 192.0.2.26`,
		Outcome:  Fail,
		Contains: `SPF has said before what these terms say: "include:_SPF.example.net.", at the cost of 2 lookups`,
	}, {
		Name:     "an address within a range",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.0/24 +ip4:192.0.2.25 -all"`,
		Outcome:  Fail,
		Contains: `what these terms say: "+ip4:192.0.2.25"`,
	}, {
		Name: "the domain by its name",
		Zone: `example.com. TXT "v=spf1 a/24 a:example.com -all"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `what these terms say: "a:example.com", at the cost of 1 lookup`,
	}, {
		Name:     "one range by two names",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.0/24 ip4:192.0.2.128/24 -all"`,
		Outcome:  Fail,
		Contains: `what these terms say: "ip4:192.0.2.128/24"`,
	}, {
		Name: "each adds something",
		Zone: `example.com. TXT "v=spf1 a a:mail.example.com mx a/28 a//64 ip4:192.0.2.0/25 ip4:192.0.2.0/24 include:%{i}._spf.example.net include:%{I}._spf.example.net -all"
example.com. A 192.0.2.80
mail.example.com. A 192.0.2.81
example.com. MX 10 mail.example.com.`,
		Outcome: Pass,
	}, {
		Name: "two services that include the same third one",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net include:_spf.example.org -all"
_spf.example.net. TXT "v=spf1 include:_spf.example.edu -all"
_spf.example.org. TXT "v=spf1 include:_spf.example.edu -all"
_spf.example.edu. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Outcome: Pass,
	}},
}
