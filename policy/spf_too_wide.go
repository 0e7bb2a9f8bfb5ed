package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfTooWide = Rule{
	ID:         "SPF016",
	Name:       "spf-too-wide",
	Title:      "SPF authorises a very large network",
	Severity:   Medium,
	Confidence: Proof,
	Why: `Every machine in the range passes SPF for the domain, and in the ranges of hosting and cloud companies those are other
people's: any of their customers can send as the domain. Gmail refuses mail of domains whose record looks suspicious.`,
	Fix:     "List the addresses of the servers that send, or the include that the service publishes, instead of the company's whole network.",
	Refs:    []string{"RFC 7208, section 11.4"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each term is proved by itself
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		eachOwnTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			if t.Bad || t.Dead || t.Qualifier != record.QualifierPass {
				return
			}
			size := wideRange(t)
			if size == "" {
				return
			}
			findings = append(findings, Finding{
				Key:      termKey(f, n, t.Text),
				Message:  fmt.Sprintf("%s lets %s send for the domain%s", short(t.Text), size, whose(f, n)),
				Evidence: []Evidence{term(n, t)},
			})
		})
		return findings
	},
	Examples: []Example{{
		Name:     "a /8 of a cloud",
		Zone:     `example.com. TXT "v=spf1 ip4:34.0.0.0/8 ~all"`,
		Outcome:  Fail,
		Contains: `"ip4:34.0.0.0/8" lets 16777216 addresses send for the domain`,
	}, {
		Name:     "a very short IPv6 prefix",
		Zone:     `example.com. TXT "v=spf1 ip6:2600::/20 ~all"`,
		Outcome:  Fail,
		Contains: `"ip6:2600::/20" lets a whole IPv6 /20 send`,
	}, {
		Name: "around the address of a name",
		Zone: `example.com. TXT "v=spf1 a/12 ~all"
example.com. A 192.0.2.1`,
		Outcome:  Fail,
		Contains: `"a/12" lets 1048576 addresses send`,
	}, {
		Name:    "a /16",
		Zone:    `example.com. TXT "v=spf1 ip4:172.217.0.0/16 ip6:2001:db8::/32 ~all"`,
		Outcome: Pass,
	}, {
		Name: "a service's own ranges are not the domain's to mend",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net ~all"
_spf.example.net. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome: Pass,
	}, {
		Name:    "the ranges of Microsoft 365, copied",
		Zone:    `example.com. TXT "v=spf1 ip4:40.92.0.0/15 ip4:52.100.0.0/14 ip4:104.47.0.0/17 ~all"`,
		Outcome: Pass,
	}, {
		Name:    "private addresses reach nobody",
		Zone:    `example.com. TXT "v=spf1 ip4:10.0.0.0/8 ip4:172.16.0.0/12 ip6:fc00::/7 ip4:192.0.2.25 ~all"`,
		Outcome: Pass,
	}},
}

// The prefix lengths from which a range is not very large: what the largest
// organisations hold.
const (
	narrow4 = 16
	narrow6 = 32
)

// wideRange says how large the range of a term is, or "" for one that is not
// very large, or holds nobody who could send.
func wideRange(t *facts.SPFTerm) string {
	v4, v6 := t.CIDR4, t.CIDR6
	switch t.Mechanism {
	case record.MechIP4, record.MechIP6:
		if facts.UnreachableRange(t.Prefix) || microsoftRange(t.Prefix) {
			return "" // Microsoft's are as wide, and many copy them
		}
		if t.Mechanism == record.MechIP4 {
			v4 = t.Prefix.Bits()
		} else {
			v6 = t.Prefix.Bits()
		}
	case record.MechA, record.MechMX:
	default:
		return ""
	}
	switch {
	case v4 < narrow4:
		return fmt.Sprintf("%d addresses", uint64(1)<<(32-v4))
	case v6 < narrow6:
		return fmt.Sprintf("a whole IPv6 /%d", v6)
	}
	return ""
}
