package policy

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
)

var mxIPv6Only = Rule{
	ID:         "MX018",
	Name:       "mx-ipv6-only",
	Title:      "Mail can arrive over IPv6 only",
	Severity:   Medium,
	Confidence: Proof,
	Why: `No MX host (a server that takes the domain's mail) has an IPv4 address. Many senders have no IPv6, and cannot deliver: their mail
waits for days and comes back.`,
	Fix:   "Publish an A record (an IPv4 address) for one of the MX hosts at least, or add an MX host that has one.",
	Refs:  []string{"RFC 3974", "RFC 5321, section 5.2"},
	Needs: []facts.Part{facts.PartMX, facts.PartHosts},
	Check: func(f *facts.Facts) []Finding {
		addresses := 0
		for _, h := range f.MX.Hosts {
			if slices.ContainsFunc(h.Addresses, netip4) {
				return nil
			}
			addresses += len(h.Addresses)
		}
		if addresses == 0 || f.MX.Implicit {
			return nil // nobody can deliver: another rule's
		}
		evidence := observed(f, mxQuestion(f))
		for _, h := range f.MX.Hosts {
			evidence = append(evidence, none(h.Name, facts.KindA))
		}
		return []Finding{{
			Message:  "no MX host has an IPv4 address, so that senders without IPv6 cannot deliver",
			Evidence: evidence,
		}}
	},
	Examples: []Example{{
		Name: "IPv6 alone",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. AAAA 2001:db8::25`,
		Outcome:  Fail,
		Contains: "no MX host has an IPv4 address",
	}, {
		Name: "IPv4 at the second host",
		Zone: `example.com. MX 10 mx1.example.com.
example.com. MX 20 mx2.example.com.
mx1.example.com. AAAA 2001:db8::25
mx2.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name:    "a host without any address is another rule's",
		Zone:    `example.com. MX 10 mx.example.com.`,
		Outcome: Pass,
	}, {
		Name:    "a null MX",
		Zone:    `example.com. MX 0 .`,
		Outcome: Pass,
	}},
}
