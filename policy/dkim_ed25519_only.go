package policy

import (
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var dkimEd25519Only = Rule{
	ID:         "DKIM014",
	Name:       "dkim-ed25519-only",
	Title:      "All DKIM keys that were seen are of the newer kind",
	Severity:   Medium,
	Confidence: Likely,
	Why: `Ed25519 is a newer kind of DKIM key. Many receivers, large ones among them, still check the older kind (RSA) only:
to them a message that is signed with Ed25519 alone is not signed. A key of the older kind under a selector (the name of a key,
which stands before *._domainkey*) that was not tried would change this.`,
	Fix: "Add an RSA key of 2048 bits under a selector of its own, and sign each message with both. If there is one, name its selector with " +
		"`--selector`.",
	Refs:  []string{"RFC 8463, section 3", "RFC 8301, section 3.2"},
	Needs: []facts.Part{facts.PartDKIMKeys},
	Check: func(f *facts.Facts) []Finding {
		var selectors []string
		var evidence []Evidence
		for _, k := range f.DKIM.Keys {
			if k.State != facts.KeyPresent {
				continue
			}
			if k.Parsed.Type != "ed25519" {
				return nil
			}
			selectors = append(selectors, plain(k.Selector))
			evidence = append(evidence, keyEvidence(f, k)...)
		}
		if len(selectors) == 0 || f.DKIM.Wildcard != nil {
			return nil
		}
		return []Finding{{
			Message:  "no RSA key was seen, only Ed25519 (selector " + strings.Join(selectors, ", ") + "), which many receivers cannot check",
			Evidence: evidence,
		}}
	},
	Examples: []Example{{
		Name: "Ed25519 alone",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "no RSA key was seen, only Ed25519 (selector s1)",
	}, {
		Name: "both kinds",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"
s2._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"`,
		Options: facts.Options{Selectors: []string{"s1", "s2"}},
		Outcome: Pass,
	}, {
		Name:    "no key at all is another rule's",
		Zone:    `example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
