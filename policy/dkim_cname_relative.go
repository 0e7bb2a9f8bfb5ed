package policy

import (
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var dkimCNAMERelative = Rule{
	ID:         "DKIM011",
	Name:       "dkim-cname-relative",
	Title:      "The target of a DKIM selector has the domain put behind it",
	Severity:   Medium,
	Confidence: Proof,
	Why: `The selector (the name of a key, which stands before *._domainkey*) is meant as an alias (a CNAME record, which
leads to another name) of one at the sending service, and DNS has the domain's own name behind that: the final dot was left out
in a form or a zone file. The target does not exist, and signatures with this selector fail.`,
	Fix: "Put a dot at the end of the target in the zone file. In a form that adds the domain by itself, enter the target exactly as the " +
		"service shows it, and look at the result with `--selector`.",
	Refs:    []string{"RFC 1035, section 5.1", "RFC 6376, section 3.6.2.2"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each selector is proved by its own answer
	Check: func(f *facts.Facts) []Finding {
		return keyFindings(f, func(k facts.Key) string {
			meant := relativeTarget(f, k)
			if meant == "" {
				return ""
			}
			return "was meant to lead to " + plain(meant)
		})
	},
	Examples: []Example{{
		Name: "a target without its final dot",
		Zone: `example.com. A 192.0.2.80
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.example.com.`,
		Options:  facts.Options{Selectors: []string{"selector1"}},
		Outcome:  Fail,
		Contains: "was meant to lead to selector1-example-com._domainkey.example.onmicrosoft.com",
	}, {
		Name: "the target as it should be, with no key there is another rule's",
		Zone: `example.com. A 192.0.2.80
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.`,
		Options: facts.Options{Selectors: []string{"selector1"}},
		Outcome: Pass,
	}, {
		Name: "a key that the domain holds under another of its names",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. CNAME s1.sendgrid.net.example.com.
s1.sendgrid.net.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}

// relativeTarget is the target that a selector's alias was meant to have, where
// the domain's name stands behind a service's; otherwise "".
func relativeTarget(f *facts.Facts, k facts.Key) string {
	if k.State != facts.KeyDangling || len(k.Chain) == 0 {
		return ""
	}
	meant, behind := strings.CutSuffix(k.Chain[0], "."+string(f.Domain))
	if _, known := f.Options.Providers.ForSelector(k.Selector, meant); !behind || !known {
		return ""
	}
	return meant
}
