package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var dkimKeyTooLong = Rule{
	ID:         "DKIM016",
	Name:       "dkim-key-too-long",
	Title:      "A DKIM key is longer than 4096 bits",
	Severity:   Medium,
	Confidence: Proof,
	Why: `Receivers must be able to check signatures of RSA keys (the usual kind of DKIM key) up to 4096 bits, and need not be
able to check longer ones: to some of them the mail counts as unsigned.`,
	Fix: "Make a new key of 2048 bits under a new selector (the name of a key, which stands before `._domainkey`), sign with it, and " +
		"remove the old record after a week.",
	Refs:    []string{"RFC 8301, section 3.2"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each key is proved by its own record
	Check: func(f *facts.Facts) []Finding {
		return keyFindings(f, func(k facts.Key) string {
			if k.State != facts.KeyPresent || k.Parsed.Type != "rsa" || k.Parsed.Bits <= rsaMost {
				return ""
			}
			return fmt.Sprintf("has an RSA key of %d bits, and receivers need not take more than %d", k.Parsed.Bits, rsaMost)
		})
	},
	Examples: []Example{{
		Name: "4352 bits",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p=` + exampleRSA4352 + `"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "selector s1 has an RSA key of 4352 bits",
	}, {
		Name: "2048 bits",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p=` + exampleRSA2048 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}

// rsaMost is the longest RSA key that every verifier checks. RFC 8301, section 3.2.
const rsaMost = 4096
