package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// Sizes from which SPF is open to the world, whatever its all says: four IPv4
// /8, and an IPv6 /16. Of 20,040 real domains without +all the most is 3.5
// million IPv4 addresses; see docs/real-data.md.
const (
	vast4 = 1 << 26
	vast6 = 16 // a prefix's length
)

var spfVast = Rule{
	ID:         "SPF032",
	Name:       "spf-vast",
	Title:      "SPF lets a large part of the internet send",
	Severity:   Critical,
	Confidence: Proof,
	Why: `The record, with all that it includes, authorises so many addresses that anyone can find one to send from: it protects as little as
*+all*, and passes for a strict record. Nobody sends from tens of millions of addresses.`,
	Fix: "Remove the term or the include that is shown, and list the addresses that send. An `exists` whose name does not depend on the message " +
		"matches every address.",
	Refs:  []string{"RFC 7208, section 11.4", "RFC 7208, section 5.7"},
	Needs: []facts.Part{facts.PartSPFVoids},
	Check: func(f *facts.Facts) []Finding {
		evidence := vastTerms(f)
		if len(evidence) == 0 || len(spfPlusAll.Check(f)) > 0 {
			return nil
		}
		size := f.SPFReach().Public()
		if size.IPv4 < vast4 && size.IPv6.PrefixLength() > vast6 {
			return nil
		}
		return []Finding{{
			Message:  "SPF lets " + vastWords(size) + " send for the domain",
			Evidence: evidence,
		}}
	},
	Examples: []Example{{
		Name:     "everybody, in two halves",
		Zone:     `example.com. TXT "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all"`,
		Outcome:  Fail,
		Contains: "SPF lets 3702259456 IPv4 addresses send for the domain",
	}, {
		Name: "in a record that is included",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4:64.0.0.0/2 -all"`,
		Outcome:  Fail,
		Contains: "SPF lets 1052770304 IPv4 addresses",
	}, {
		Name:     "all IPv6 addresses that there are",
		Zone:     `example.com. TXT "v=spf1 ip6:2000::/3 -all"`,
		Outcome:  Fail,
		Contains: "SPF lets an IPv6 /3 send for the domain",
	}, {
		Name: "a name that exists for every message",
		Zone: `example.com. TXT "v=spf1 exists:example.com -all"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "SPF lets 3702259456 IPv4 addresses and an IPv6 /0 send",
	}, {
		Name:    "many services",
		Zone:    `example.com. TXT "v=spf1 ip4:40.92.0.0/15 ip4:52.100.0.0/14 ip4:104.47.0.0/17 ip6:2a01:111::/32 ~all"`,
		Outcome: Pass,
	}, {
		Name:    "what is taken out first",
		Zone:    `example.com. TXT "v=spf1 -ip4:0.0.0.0/0 -ip6:::/0 ip4:0.0.0.0/1 -all"`,
		Outcome: Pass,
	}, {
		Name:    "no pass",
		Zone:    `example.com. TXT "v=spf1 ?ip4:0.0.0.0/0 ?ip6:::/0 -all"`,
		Outcome: Pass,
	}, {
		Name:    "a name that depends on the message",
		Zone:    `example.com. TXT "v=spf1 exists:%{i}._spf.example.net -all"`,
		Outcome: Pass,
	}, {
		Name:    "+all is another rule's",
		Zone:    `example.com. TXT "v=spf1 ip4:0.0.0.0/1 +all"`,
		Outcome: Pass,
	}},
}

// vastTerms are the terms that could make a record vast. Nearly every domain
// has none, and is spared the sum.
func vastTerms(f *facts.Facts) []Evidence {
	var evidence []Evidence
	eachTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
		if t.Bad || t.Dead || t.Qualifier != record.QualifierPass {
			return
		}
		wide := false
		switch t.Mechanism {
		case record.MechIP4:
			wide = t.Prefix.Bits() <= 12
		case record.MechIP6:
			wide = t.Prefix.Bits() <= 20
		case record.MechA, record.MechMX:
			wide = t.CIDR4 <= 12 || t.CIDR6 <= 20
		case record.MechExists:
			wide = t.State == facts.Present
		}
		if wide {
			evidence = append(evidence, term(n, t))
		}
	})
	return evidence
}

// vastWords says how many addresses there are: IPv6 addresses by the prefix
// that would hold as many.
func vastWords(size facts.Size) string {
	words := ""
	if size.IPv4 >= vast4 {
		words = fmt.Sprintf("%d IPv4 addresses", size.IPv4)
	}
	if size.IPv6.PrefixLength() > vast6 {
		return words
	}
	if words != "" {
		words += " and "
	}
	return words + fmt.Sprintf("an IPv6 /%d", size.IPv6.PrefixLength())
}
