package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var dkimKeyTwice = Rule{
	ID:         "DKIM013",
	Name:       "dkim-key-twice",
	Title:      "Two DKIM selectors hold the same key",
	Severity:   Info,
	Confidence: Proof,
	Why: `Selectors (the names of keys, before *._domainkey*) exist so that each service has a key of its own, and so that an
old key can be taken away when a new one signs. With the same key under both, whoever gets hold of it can sign with either, and
removing one changes nothing.`,
	Fix:     "If one of the selectors is no longer used, remove its record. If both are, make a new key for one of them.",
	Refs:    []string{"RFC 6376, section 3.1", "RFC 6376, section 8.1"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each pair is proved by its own records
	Check: func(f *facts.Facts) []Finding {
		first := make(map[string]string)
		return keyFindings(f, func(k facts.Key) string {
			// A service's customers share its keys, by aliases, on purpose.
			if k.State != facts.KeyPresent || len(k.Chain) > 0 {
				return ""
			}
			other, again := first[string(k.Parsed.Key)]
			if !again {
				first[string(k.Parsed.Key)] = k.Selector
				return ""
			}
			return fmt.Sprintf("holds the same key as selector %s", plain(other))
		})
	},
	Examples: []Example{{
		Name: "the old key, copied to the new selector",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"
s2._domainkey.example.com. TXT "k=ed25519; p=` + exampleEd25519 + `"`,
		Options:  facts.Options{Selectors: []string{"s1", "s2"}},
		Outcome:  Fail,
		Contains: "selector s2 holds the same key as selector s1",
	}, {
		Name: "two keys",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"
s2._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"`,
		Options: facts.Options{Selectors: []string{"s1", "s2"}},
		Outcome: Pass,
	}, {
		Name: "two aliases of one service's key",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. CNAME dkim.example.net.
s2._domainkey.example.com. CNAME dkim.example.net.
dkim.example.net. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"`,
		Options: facts.Options{Selectors: []string{"s1", "s2"}},
		Outcome: Pass,
	}},
}
