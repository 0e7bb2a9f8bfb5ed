package policy

import (
	"github.com/mailposture/mailposture/facts"
)

var dkimMultipleTXT = Rule{
	ID:         "DKIM006",
	Name:       "dkim-multiple-txt",
	Title:      "A DKIM selector has more than one TXT record",
	Severity:   Medium,
	Confidence: Proof,
	Why: `What a receiver does with several records under one selector (the name of a key, which stands before *._domainkey*)
is not defined: some take the first that comes, some none. The same signature passes here and fails there.`,
	Fix:     "Keep the key that signs, and remove the others. A key of another kind, or the next one, gets a selector of its own.",
	Refs:    []string{"RFC 6376, section 3.6.2.2"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each selector is proved by its own answer
	Check: func(f *facts.Facts) []Finding {
		return keyFindings(f, func(k facts.Key) string {
			if k.State != facts.KeySeveral {
				return ""
			}
			return "has several TXT records, and which of them counts is not defined"
		})
	},
	Repair: keepKey,
	Examples: []Example{{
		Name: "two keys",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p=` + exampleRSA1024 + `"
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "selector s1 has several TXT records",
	}, {
		Name: "one key in two character-strings",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p=` + exampleRSA2048 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}
