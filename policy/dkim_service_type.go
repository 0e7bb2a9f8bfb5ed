package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var dkimServiceType = Rule{
	ID:         "DKIM009",
	Name:       "dkim-service-type",
	Title:      "A DKIM key is not meant for e-mail",
	Severity:   Medium,
	Confidence: Proof,
	Why: `The tag *s* of the record names the services that the key is for, and e-mail is not among them: receivers of mail
ignore the key.`,
	Fix:     "Remove `s` from the key record, or set it to `s=email`. A key that signs TLS reports only (`s=tlsrpt`) is fine as it is.",
	Refs:    []string{"RFC 6376, section 3.6.1", "RFC 8460, section 3"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each key is proved by its own record
	Check: func(f *facts.Facts) []Finding {
		return keyFindings(f, func(k facts.Key) string {
			if k.State != facts.KeyNotForEmail || slices.Contains(k.Parsed.Services, "tlsrpt") {
				return ""
			}
			return fmt.Sprintf("is for %s only, not for e-mail", short(strings.Join(k.Parsed.Services, ", ")))
		})
	},
	Examples: []Example{{
		Name: "another service",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; s=mail; k=ed25519; p=` + exampleEd25519 + `"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: `selector s1 is for "mail" only, not for e-mail`,
	}, {
		Name: "e-mail, and all services",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; s=email; k=ed25519; p=` + exampleEd25519 + `"
s2._domainkey.example.com. TXT "v=DKIM1; s=*; k=ed25519; p=` + exampleEd25519 + `"`,
		Options: facts.Options{Selectors: []string{"s1", "s2"}},
		Outcome: Pass,
	}, {
		Name: "a key for TLS reports",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; s=tlsrpt; k=ed25519; p=` + exampleEd25519 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}
