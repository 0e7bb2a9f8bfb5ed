package policy

import (
	"fmt"
	"net/netip"

	"github.com/mailposture/mailposture/facts"
)

var spfRelayNotAuthorized = Rule{
	ID:         "SPF029",
	Name:       "spf-relay-not-authorized",
	Title:      "SPF does not authorise a relay of the domain",
	Severity:   High,
	Confidence: Proof,
	Why: `You named this address as one that sends or relays mail for the domain (--relay-ip), and SPF does not pass for
it. What leaves through it arrives unauthenticated by SPF: a receiver may refuse it, and a forwarder behind it treats it
as mail that could not be authenticated, which Exchange Online then sends on through its relay pool (unpublished addresses).`,
	Fix: "Add the address to the record (`ip4:` or `ip6:`), or the include that its operator publishes, before `all`. " +
		"Where the reason is a permerror (SPF cannot be used), repair the record first: until then no address passes.",
	Refs:  []string{"RFC 7208, section 2.6", "https://learn.microsoft.com/defender-office-365/outbound-spam-high-risk-delivery-pool-about"},
	Roles: []facts.Role{facts.Sends, facts.Receives}, // a parked domain in a list has no relay
	Needs: []facts.Part{facts.PartSPFRelay},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		for _, r := range f.SPF.Relay {
			if r.Result == facts.SPFPass {
				continue
			}
			evidence := none(string(f.Domain), facts.KindTXT)
			if f.SPF.Tree != nil {
				evidence = whole(f.SPF.Tree.Record)
			}
			findings = append(findings, Finding{
				Key:      r.IP.String(),
				Message:  fmt.Sprintf("SPF gives %s for the relay %s: %s", r.Result, r.IP, r.Reason),
				Evidence: []Evidence{evidence},
			})
		}
		return findings
	},
	Repair: authoriseRelays,
	Examples: []Example{{
		Name:     "a relay that is not listed",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.0/28 -all"`,
		Options:  facts.Options{RelayIPs: []netip.Addr{netip.MustParseAddr("198.51.100.7")}},
		Outcome:  Fail,
		Contains: "SPF gives fail for the relay 198.51.100.7: -all matched",
	}, {
		Name: "a relay that an include lists",
		Zone: `example.com. TXT "v=spf1 include:relay.example.com -all"
relay.example.com. TXT "v=spf1 ip4:198.51.100.0/24 -all"`,
		Options: facts.Options{RelayIPs: []netip.Addr{netip.MustParseAddr("198.51.100.7")}},
		Outcome: Pass,
	}, {
		Name:    "a parked domain in a list has no relay",
		Zone:    `example.com. TXT "v=spf1 -all"`,
		Options: facts.Options{RelayIPs: []netip.Addr{netip.MustParseAddr("198.51.100.7")}},
		Outcome: NotApplicable,
	}},
}
