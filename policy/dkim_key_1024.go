package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var dkimKey1024 = Rule{
	ID:         "DKIM003",
	Name:       "dkim-key-1024",
	Title:      "A DKIM key is shorter than 2048 bits",
	Severity:   Low,
	Confidence: Proof,
	Why: `Receivers accept RSA keys (the usual kind of DKIM key) from 1024 bits on, and signers should use 2048 at least. The
shorter ones will be the first that can be broken and that receivers refuse.`,
	Fix: "Make a new key of 2048 bits under a new selector (the name of a key, which stands before `._domainkey`), sign with it, and " +
		"remove the old record after a week. If a service signs, use its setting for longer keys.",
	Refs:    []string{"RFC 8301, section 3.2"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each key is proved by its own record
	Check: func(f *facts.Facts) []Finding {
		return keyFindings(f, func(k facts.Key) string {
			if k.State != facts.KeyPresent || k.Parsed.Type != "rsa" || k.Parsed.Bits < rsaLeast || k.Parsed.Bits >= rsaAdvised {
				return ""
			}
			return fmt.Sprintf("has an RSA key of %d bits, and %d are advised", k.Parsed.Bits, rsaAdvised)
		})
	},
	Examples: []Example{{
		Name: "1024 bits",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p=` + exampleRSA1024 + `"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "selector s1 has an RSA key of 1024 bits, and 2048 are advised",
	}, {
		Name: "a service's key of 1024 bits",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. CNAME s1.domainkey.example.net.
s1.domainkey.example.net. TXT "k=rsa; p=` + exampleRSA1024 + `"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "selector s1 (an alias of s1.domainkey.example.net) has",
	}, {
		Name: "2048 bits in two character-strings",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}, {
		Name: "shorter ones are another rule's",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p=` + exampleRSA512 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}
