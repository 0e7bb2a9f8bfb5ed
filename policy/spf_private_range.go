package policy

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfPrivateRange = Rule{
	ID:         "SPF031",
	Name:       "spf-private-range",
	Title:      "SPF authorises addresses that nobody on the internet has",
	Severity:   Info,
	Confidence: Proof,
	Why: `Private, loopback (the machine itself) and other special addresses never reach a receiver outside, so that the term
does nothing there. Inside a network where such addresses are common property, such as a hosting company's, it lets neighbours
send as the domain. Often it was meant for the public address behind which the server stands, and that one is missing.`,
	Fix: "Remove the term, and see that the public address of the server is listed. A mail server of your own that checks SPF should be told to trust " +
		"the inner network instead.",
	Refs:    []string{"RFC 6890, section 2.2", "RFC 7208, section 5.6"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each term is proved by itself
	Check: func(f *facts.Facts) []Finding {
		special := func(_ *facts.SPFNode, t *facts.SPFTerm) bool {
			ip := t.Mechanism == record.MechIP4 || t.Mechanism == record.MechIP6
			return ip && !t.Bad && !t.Dead && t.Qualifier == record.QualifierPass && facts.UnreachableRange(t.Prefix)
		}
		return recordFindings(f, special, func(texts []string) string {
			return "SPF authorises addresses that nobody on the internet has: " + listed(texts)
		})
	},
	Examples: []Example{{
		Name:     "a server's inner address",
		Zone:     `example.com. TXT "v=spf1 ip4:192.168.1.10 ip4:127.0.0.1 -all"`,
		Outcome:  Fail,
		Contains: `SPF authorises addresses that nobody on the internet has: "ip4:192.168.1.10", "ip4:127.0.0.1"`,
	}, {
		Name: "in a service's record",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4:10.0.0.0/8 ip4:192.0.2.0/24 -all"`,
		Outcome:  Fail,
		Contains: `addresses that nobody on the internet has: "ip4:10.0.0.0/8", in the record of _spf.example.net`,
	}, {
		Name:     "an IPv4 address in IPv6 form, which is checked as IPv4",
		Zone:     `example.com. TXT "v=spf1 ip6:::ffff:192.0.2.25 -all"`,
		Outcome:  Fail,
		Contains: `has: "ip6:::ffff:192.0.2.25"`,
	}, {
		Name:    "public addresses, and a range that is more than a private one",
		Zone:    `example.com. TXT "v=spf1 ip4:192.0.2.25 ip4:172.0.0.0/8 ip6:2001:db8::/32 -all"`,
		Outcome: Pass,
	}, {
		Name:    "one that is taken out",
		Zone:    `example.com. TXT "v=spf1 -ip4:10.0.0.0/8 ip4:192.0.2.25 -all ip4:10.0.0.1"`,
		Outcome: Pass,
	}},
}
