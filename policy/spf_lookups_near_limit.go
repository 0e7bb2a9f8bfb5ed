package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var spfLookupsNearLimit = Rule{
	ID:         "SPF006",
	Name:       "spf-lookups-near-limit",
	Title:      "SPF needs nearly all of its 10 DNS lookups",
	Severity:   Low,
	Confidence: Proof,
	Why: `The record works today. A service that adds an include to its own record, which nobody tells its customers, takes
it over the limit of ten, and from then on the result is **permerror** (SPF cannot be used) for senders that are listed late.`,
	Fix: "Remove the includes of services that no longer send for the domain, and replace `a` and `mx` by `ip4` and `ip6` where the " +
		"addresses are yours and stable.",
	Refs:  []string{"RFC 7208, section 4.6.4"},
	Needs: []facts.Part{facts.PartSPFWalk},
	Check: func(f *facts.Facts) []Finding {
		if f.SPF.Lookups < facts.SPFLookupLimit-1 || f.SPF.Lookups > facts.SPFLookupLimit || f.SPF.Tree == nil {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf("SPF needs %d of the %d DNS lookups that receivers make", f.SPF.Lookups, facts.SPFLookupLimit),
			Evidence: []Evidence{ownSPF(f)},
		}}
	},
	Repair: thinSPF,
	Examples: []Example{{
		Name: "nine terms, four of them in a record that is included",
		Zone: `example.com. TXT "v=spf1 a:a.example.com a:b.example.com a:c.example.com a:d.example.com include:four.example.com -all"
four.example.com. TXT "v=spf1 a:e.example.com a:f.example.com a:g.example.com a:h.example.com -all"
*.example.com. A 192.0.2.1`,
		Outcome:  Fail,
		Contains: "SPF needs 9 of the 10 DNS lookups",
	}, {
		Name: "eleven is another rule's",
		Zone: `example.com. TXT "v=spf1 a:a.example.com a:b.example.com a:c.example.com a:d.example.com a:e.example.com a:f.example.com" " a:g.example.com a:h.example.com a:i.example.com a:j.example.com a:k.example.com -all"
*.example.com. A 192.0.2.1`,
		Outcome: Pass,
	}, {
		Name: "addresses, all and exp cost nothing, nor do the hosts of mx",
		Zone: `example.com. TXT "v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ip4:192.0.2.3 ip4:192.0.2.4 ip6:2001:db8::1 ip6:2001:db8::2 mx -all exp=why.example.com"
example.com. MX 10 mx1.example.com.
example.com. MX 10 mx2.example.com.
mx1.example.com. A 192.0.2.1
mx2.example.com. A 192.0.2.2`,
		Outcome: Pass,
	}},
}
