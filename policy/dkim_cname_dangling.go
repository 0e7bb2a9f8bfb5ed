package policy

import (
	"github.com/mailposture/mailposture/facts"
)

var dkimCNAMEDangling = Rule{
	ID:         "DKIM010",
	Name:       "dkim-cname-dangling",
	Title:      "A DKIM selector leads to a name without a key",
	Severity:   Medium,
	Confidence: Proof,
	Why: `The selector (the name of a key, which stands before *._domainkey*) is an alias (a CNAME record, which leads to
another name), and there is no key at its end: signatures with it fail. The service may have been left, the name may be wrong,
or signing was never turned on there.`,
	Fix: "Compare the target with the one that the service shows, and turn signing on there. If the service is no longer used, remove " +
		"the record: whoever gets that name could sign as the domain.",
	Refs:    []string{"RFC 6376, section 3.6.2.2", "https://learn.microsoft.com/defender-office-365/email-authentication-dkim-configure"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each selector is proved by its own answer
	Check: func(f *facts.Facts) []Finding {
		return keyFindings(f, func(k facts.Key) string {
			if k.State != facts.KeyDangling || awaitsRotation(f, k) || relativeTarget(f, k) != "" {
				return ""
			}
			return "leads to a name without a key"
		})
	},
	Examples: []Example{{
		Name: "a service that was left",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. CNAME s1.domainkey.example.net.`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "selector s1 (an alias of s1.domainkey.example.net) leads to a name without a key",
	}, {
		Name: "both selectors of Microsoft",
		Zone: `example.com. A 192.0.2.80
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector2._domainkey.example.com. CNAME selector2-example-com._domainkey.example.onmicrosoft.com.`,
		Options:  facts.Options{Selectors: []string{"selector1", "selector2"}},
		Outcome:  Fail,
		Contains: "selector selector1 (an alias of selector1-example-com._domainkey.example.onmicrosoft.com) leads to a name without a key",
	}, {
		Name: "Microsoft's second selector gets its key when the first is rotated",
		Zone: `example.com. A 192.0.2.80
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector2._domainkey.example.com. CNAME selector2-example-com._domainkey.example.onmicrosoft.com.
selector1-example-com._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"`,
		Options: facts.Options{Selectors: []string{"selector1", "selector2"}},
		Outcome: Pass,
	}, {
		Name: "a target without its final dot is another rule's",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. CNAME s1.domainkey.u1.sendgrid.net.example.com.`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}, {
		Name: "a wildcard alias of the web site is nobody's selector",
		Zone: `example.com. A 192.0.2.80
*.example.com. CNAME www.example.net.
www.example.net. A 192.0.2.80`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}

// awaitsRotation reports whether a Microsoft selector may be without a key
// because the other one signs. It may, unless the other is known to have none.
func awaitsRotation(f *facts.Facts, k facts.Key) bool {
	name := otherMicrosoftSelector(k)
	if name == "" {
		return false
	}
	if other, ok := seenKey(f, name); ok {
		return other.State != facts.KeyDangling
	}
	return !notPublished(f, name)
}
