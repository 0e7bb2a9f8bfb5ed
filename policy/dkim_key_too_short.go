package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

// The lengths of RSA keys, in bits. RFC 8301, section 3.2.
const (
	rsaLeast   = 1024 // verifiers must not take shorter ones
	rsaAdvised = 2048 // signers should use this or more
)

var dkimKeyTooShort = Rule{
	ID:         "DKIM002",
	Name:       "dkim-key-too-short",
	Title:      "A DKIM key is shorter than 1024 bits",
	Severity:   High,
	Confidence: Proof,
	Why: `Receivers must not accept signatures of RSA keys (the usual kind of DKIM key) below 1024 bits, so that mail signed
with this one counts as unsigned. Such a key can be broken on rented computers: whoever does it can sign as the domain.`,
	Fix: "Make a new key of 2048 bits under a new selector (the name of a key, which stands before `._domainkey`), sign with it, and " +
		"remove the old record after a week.",
	Refs:    []string{"RFC 8301, section 3.2"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each key is proved by its own record
	Check: func(f *facts.Facts) []Finding {
		return keyFindings(f, func(k facts.Key) string {
			if k.State != facts.KeyPresent || k.Parsed.Type != "rsa" || k.Parsed.Bits >= rsaLeast {
				return ""
			}
			return fmt.Sprintf("has an RSA key of %d bits, which verifiers must not accept", k.Parsed.Bits)
		})
	},
	Examples: []Example{{
		Name: "512 bits",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p=` + exampleRSA512 + `"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "selector s1 has an RSA key of 512 bits",
	}, {
		Name: "1024 bits",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p=` + exampleRSA1024 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}, {
		Name: "ed25519 keys are short by nature",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}
