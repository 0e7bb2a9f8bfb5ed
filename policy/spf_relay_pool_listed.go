package policy

import (
	"fmt"
	"net/netip"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfRelayPoolListed = Rule{
	ID:         "SPF027",
	Name:       "spf-relay-pool-listed",
	Title:      "SPF lists addresses of Microsoft's relay pool",
	Severity:   Low,
	Confidence: Likely,
	Why: `From these addresses Exchange Online sends on what it would not vouch for: forwarded mail that could not be
authenticated when it came in. All its customers share them, so that anyone's forwarded mail passes SPF for this domain. It does
not mend refused forwards either: those carry the envelope (the address that bounces go to) of the original sender, and
Microsoft does not publish the addresses and changes them.`,
	Fix: "Remove the addresses. Where forwarded mail is refused with 550 5.7.367, turn on Enhanced Filtering for Connectors at " +
		"Exchange Online instead, so that it recognises mail that came in through a gateway.",
	Refs: []string{
		"https://learn.microsoft.com/defender-office-365/outbound-spam-high-risk-delivery-pool-about",
		"https://learn.microsoft.com/troubleshoot/exchange/email-delivery/ndr/fix-error-code-550-5-7-367",
	},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each term is proved by itself
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		eachOwnTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			if t.Bad || t.Dead || t.Mechanism != record.MechIP4 || t.Qualifier != record.QualifierPass || !inRelayPool(t.Prefix) {
				return
			}
			findings = append(findings, Finding{
				Key:      termKey(f, n, t.Text),
				Message:  fmt.Sprintf("%s is of Microsoft's relay pool, which all its customers share%s", short(t.Text), whose(f, n)),
				Evidence: []Evidence{term(n, t)},
			})
		})
		return findings
	},
	Examples: []Example{{
		Name:     "the whole pool",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.25 ip4:40.95.0.0/16 -all"`,
		Outcome:  Fail,
		Contains: `"ip4:40.95.0.0/16" is of Microsoft's relay pool`,
	}, {
		Name:     "one address out of a bounce",
		Zone:     `example.com. TXT "v=spf1 ip4:40.95.109.41 -all"`,
		Outcome:  Fail,
		Contains: `"ip4:40.95.109.41" is of Microsoft's relay pool`,
	}, {
		Name:    "the ranges beside it, from which Exchange Online sends",
		Zone:    `example.com. TXT "v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 -all"`,
		Outcome: Pass,
	}, {
		Name:    "a far wider range is another rule's",
		Zone:    `example.com. TXT "v=spf1 ip4:40.0.0.0/8 -all"`,
		Outcome: Pass,
	}},
}

// relayPool is where the pool was seen from 2021 to 2025. Microsoft named the
// range until 2023.
var relayPool = prefixes("40.95.0.0/16")[0]

// inRelayPool reports whether a range is the pool's, or the pool and little else.
func inRelayPool(p netip.Prefix) bool {
	const little = 2 // bits
	return p.Bits() >= relayPool.Bits()-little && relayPool.Overlaps(p.Masked())
}
