package policy

import (
	"github.com/mailposture/mailposture/facts"
)

var dkimSHA1Only = Rule{
	ID:         "DKIM008",
	Name:       "dkim-sha1-only",
	Title:      "A DKIM key does not allow SHA-256",
	Severity:   High,
	Confidence: Proof,
	Why: `The record allows signatures with other hashes (the checksum of the message that is signed) than SHA-256 only, which
means SHA-1. Receivers must not accept those, so that no signature with this selector (the name of a key, which stands before
*._domainkey*) counts.`,
	Fix:     "Remove `h` from the key record, or set it to `h=sha256`, and sign with rsa-sha256.",
	Refs:    []string{"RFC 8301, section 3.1", "RFC 6376, section 3.6.1"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each key is proved by its own record
	Check: func(f *facts.Facts) []Finding {
		return keyFindings(f, func(k facts.Key) string {
			if k.State != facts.KeyPresent || k.Parsed.SHA256() {
				return ""
			}
			return "does not allow SHA-256 (h), and verifiers accept nothing else"
		})
	},
	Repair: allowSHA256,
	Examples: []Example{{
		Name: "h=sha1",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; h=sha1; p=` + exampleRSA1024 + `"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "selector s1 does not allow SHA-256",
	}, {
		Name: "both",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; h=sha1:SHA256; p=` + exampleRSA1024 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}, {
		Name: "no h",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p=` + exampleRSA1024 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}
