package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfIncludeNXDomain = Rule{
	ID:         "SPF008",
	Name:       "spf-include-nxdomain",
	Title:      "SPF leads to a name without an SPF record",
	Severity:   High,
	Confidence: Proof,
	Why: `An include or redirect of a name that has no SPF record is an error, not an empty list: when a receiver comes to it, the
result is **permerror** (SPF cannot be used), whatever stands behind. Who can register a name that does not exist can authorise himself.`,
	Fix:     "Correct the name, or remove the term if the service no longer sends for the domain.",
	Refs:    []string{"RFC 7208, section 5.2", "RFC 7208, section 6.1"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each name is proved by its own answer
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		eachTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			leads := t.Mechanism == record.MechInclude || t.Mechanism == record.ModRedirect
			if !leads || t.State != facts.Absent {
				return
			}
			findings = append(findings, Finding{
				Key:      termKey(f, n, strings.ToLower(t.Domain)),
				Message:  fmt.Sprintf("%s leads to a name without an SPF record%s%s", short(t.Text), joined(n, t.Span), whose(f, n)),
				Evidence: []Evidence{term(n, t)},
			})
		})
		return findings
	},
	Repair: func(f *facts.Facts) []facts.Change {
		return editSPF(f, func(n *facts.SPFNode, terms []string) {
			for i := range n.Terms {
				t := &n.Terms[i]
				switch at := seam(n, t.Span); {
				case t.Mechanism != record.MechInclude || t.State != facts.Absent:
				case at >= 0:
					terms[i] = n.Record.Octets[t.Offset:at] + " " + n.Record.Octets[at:t.End()]
				case !likelySlip(f, t):
					terms[i] = ""
				}
			}
		})
	},
	Examples: []Example{{
		Name:     "a slip in the name",
		Zone:     `example.com. TXT "v=spf1 include:spf.protection.outlok.com -all"`,
		Outcome:  Fail,
		Contains: `"include:spf.protection.outlok.com" leads to a name without an SPF record`,
	}, {
		Name:     "character-strings that were joined without a space",
		Zone:     `example.com. TXT "v=spf1 include:_spf.example.net" "mx -all"`,
		Outcome:  Fail,
		Contains: `"include:_spf.example.netmx" leads to a name without an SPF record, because a space is missing where two character-strings meet`,
	}, {
		Name: "a name that has other TXT records",
		Zone: `example.com. TXT "v=spf1 redirect=example.net"
example.net. TXT "some text"`,
		Outcome:  Fail,
		Contains: `"redirect=example.net" leads to`,
	}, {
		Name: "in a record that is included",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 include:gone.example.net -all"`,
		Outcome:  Fail,
		Contains: "leads to a name without an SPF record, in the record of _spf.example.net",
	}, {
		Name: "a name that has one",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Outcome: Pass,
	}, {
		Name:    "a name that depends on the message",
		Zone:    `example.com. TXT "v=spf1 include:%{ir}.%{d2}._spf.example.net -all"`,
		Outcome: Pass,
	}, {
		Name:    "behind all, where nobody goes",
		Zone:    `example.com. TXT "v=spf1 ip4:192.0.2.1 -all include:gone.example.net"`,
		Outcome: Pass,
	}},
}
