package policy

import (
	"github.com/mailposture/mailposture/facts"
)

var dkimWildcard = Rule{
	ID:         "DKIM012",
	Name:       "dkim-wildcard",
	Title:      "Every DKIM selector has the same answer",
	Severity:   Info,
	Confidence: Proof,
	Why: `A wildcard (a record under the name *, which answers for all names) below *_domainkey* gives a key to every selector
(the name of a key) that anyone can think of. If its private half gets out, removing one selector does not help, and no selector
shows any more what signs for the domain.`,
	Fix: "Publish the key under its own selector, and remove the wildcard. For a domain that sends nothing, a wildcard with an empty key " +
		"(`v=DKIM1; p=`) is right: it revokes all.",
	Refs:    []string{"RFC 4592, section 2.1.1", "RFC 6376, section 3.6.2.1"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // the wildcard is proved by its own answer
	Check: func(f *facts.Facts) []Finding {
		k := f.DKIM.Wildcard
		if k == nil || k.State == facts.KeyRevoked {
			return nil
		}
		evidence := Evidence{Question: facts.Question{Name: "*._domainkey." + string(f.Domain), Kind: facts.KindTXT}}
		message := "a made-up DKIM selector has a key"
		switch {
		case k.Record.Octets != "":
			evidence = whole(k.Record)
		case len(k.Chain) > 0:
			message = "a made-up DKIM selector is an alias of " + plain(k.Chain[len(k.Chain)-1])
		}
		return []Finding{{Message: message + ", so that every selector seems to be in use", Evidence: []Evidence{evidence}}}
	},
	Examples: []Example{{
		Name: "a key for every selector",
		Zone: `example.com. A 192.0.2.80
*._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"`,
		Outcome:  Fail,
		Contains: "a made-up DKIM selector has a key",
	}, {
		Name: "a wildcard that revokes every selector",
		Zone: `example.com. MX 0 .
*._domainkey.example.com. TXT "v=DKIM1; p="`,
		Outcome: Pass,
	}, {
		Name: "a wildcard that is no key",
		Zone: `example.com. A 192.0.2.80
*.example.com. TXT "v=spf1 -all"`,
		Outcome: Pass,
	}, {
		Name: "a key under its own selector",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}
