package policy

import (
	"github.com/mailposture/mailposture/facts"
)

var dkimTestFlag = Rule{
	ID:         "DKIM007",
	Name:       "dkim-test-flag",
	Title:      "A DKIM key is in test mode",
	Severity:   Low,
	Confidence: Proof,
	Why: `*t=y* says that the domain is trying DKIM out: receivers must not treat mail whose signature fails worse than unsigned mail, and
some give a good signature less weight.`,
	Fix:     "Remove `t=y` from the key record when signing works.",
	Refs:    []string{"RFC 6376, section 3.6.1"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each key is proved by its own record
	Check: func(f *facts.Facts) []Finding {
		return keyFindings(f, func(k facts.Key) string {
			if k.State != facts.KeyPresent || !k.Parsed.Testing {
				return ""
			}
			return "has t=y, which says that it is only being tested"
		})
	},
	Repair: endTesting,
	Examples: []Example{{
		Name: "t=y",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; t=y; k=ed25519; p=` + exampleEd25519 + `"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "selector s1 has t=y",
	}, {
		Name: "t=s is another flag",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; t=s; k=ed25519; p=` + exampleEd25519 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}
