package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfTooManyLookups = Rule{
	ID:         "SPF005",
	Name:       "spf-too-many-lookups",
	Title:      "SPF needs more than 10 DNS lookups",
	Severity:   High,
	Confidence: Proof,
	Why: `A receiver must stop with **permerror** (SPF cannot be used) when a record makes it evaluate more than ten terms that query DNS
(include, a, mx, ptr, exists and redirect, those of included records as well). Mail from senders listed early may still
pass, because the receiver stops at a match; mail from those listed late fails, and so does DMARC where it rests on SPF.`,
	Fix: `Remove the includes of services that no longer send for the domain. Give a service that sends in bulk a
subdomain with a record of its own. Replace *a* and *mx* by *ip4* and *ip6* where the addresses are yours and stable. Copying a
provider's addresses into the record ("flattening") breaks when the provider changes them.`,
	Refs:    []string{"RFC 7208, section 4.6.4"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // a record that is not known could only add lookups
	Check: func(f *facts.Facts) []Finding {
		if f.SPF.Lookups <= facts.SPFLookupLimit || f.SPF.Tree == nil {
			return nil
		}
		message := fmt.Sprintf("SPF needs %d DNS lookups, %d more than receivers make", f.SPF.Lookups, f.SPF.Lookups-facts.SPFLookupLimit)
		if f.SPF.Walk.State == facts.Unknown {
			message = fmt.Sprintf("SPF needs at least %d DNS lookups, and receivers make 10", f.SPF.Lookups)
		}
		return []Finding{{Message: message, Evidence: []Evidence{at(f.SPF.Tree.Record, beyondLimit(f))}}}
	},
	Repair: thinSPF,
	Examples: []Example{{
		Name: "eleven terms",
		Zone: `example.com. TXT "v=spf1 a:a.example.com a:b.example.com a:c.example.com a:d.example.com a:e.example.com a:f.example.com" " a:g.example.com a:h.example.com a:i.example.com a:j.example.com a:k.example.com -all"
*.example.com. A 192.0.2.1`,
		Outcome:  Fail,
		Contains: "SPF needs 11 DNS lookups, 1 more",
	}, {
		Name: "the same include twice counts twice",
		Zone: `example.com. TXT "v=spf1 include:five.example.com include:five.example.com -all"
five.example.com. TXT "v=spf1 a:a.example.com a:b.example.com a:c.example.com a:d.example.com a:e.example.com -all"
*.example.com. A 192.0.2.1`,
		Outcome:  Fail,
		Contains: "SPF needs 12 DNS lookups",
	}, {
		Name: "ten terms",
		Zone: `example.com. TXT "v=spf1 a:a.example.com a:b.example.com a:c.example.com a:d.example.com a:e.example.com a:f.example.com" " a:g.example.com a:h.example.com a:i.example.com a:j.example.com -all"
*.example.com. A 192.0.2.1`,
		Outcome: Pass,
	}},
}

// beyondLimit is the term at which a receiver that matches nothing before it
// gives up.
func beyondLimit(f *facts.Facts) record.Span {
	lookups := 0
	for _, t := range f.SPF.Tree.Terms {
		if lookups += t.Lookups; lookups > facts.SPFLookupLimit {
			return t.Span
		}
	}
	return record.Span{Length: len(f.SPF.Tree.Record.Octets)}
}
