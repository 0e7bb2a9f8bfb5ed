package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfVoidLookups = Rule{
	ID:         "SPF007",
	Name:       "spf-void-lookups",
	Title:      "SPF asks for more than 2 names that do not exist",
	Severity:   Medium,
	Confidence: Proof,
	Why: `Receivers should stop with **permerror** (SPF cannot be used) when more than two of a record's lookups find nothing.
Mail from servers that are listed behind the dead names fails there, and passes where a receiver is more patient.`,
	Fix: "Remove or correct the terms that are shown. Names that are gone can also be registered by somebody else, who then may send " +
		"for the domain.",
	Refs:    []string{"RFC 7208, section 4.6.4"},
	Needs:   []facts.Part{facts.PartSPFVoids},
	Partial: true, // an answer that is not known could only add one
	Check: func(f *facts.Facts) []Finding {
		if f.SPF.VoidLookups <= facts.SPFVoidLookupLimit {
			return nil
		}
		var texts []string
		var evidence []Evidence
		eachTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			// An include counts what its own record asks for; that comes later.
			if t.Voids > 0 && (t.Child == nil || t.Child.Terms == nil) && t.State == facts.Absent {
				texts = append(texts, short(t.Text))
				evidence = append(evidence, term(n, t))
			}
		})
		return []Finding{{
			Message:  fmt.Sprintf("%d DNS lookups of SPF find nothing, and receivers stop after %d: %s", f.SPF.VoidLookups, facts.SPFVoidLookupLimit, listed(texts)),
			Evidence: evidence,
		}}
	},
	Repair: func(f *facts.Facts) []facts.Change {
		return dropSPF(f, func(_ *facts.SPFNode, t *facts.SPFTerm) bool {
			return t.Voids > 0 && t.State == facts.Absent && t.Mechanism != record.ModRedirect && !likelySlip(f, t)
		})
	},
	Examples: []Example{{
		Name:     "three names that are gone",
		Zone:     `example.com. TXT "v=spf1 a:old1.example.com a:old2.example.com mx:old3.example.com ip4:192.0.2.1 -all"`,
		Outcome:  Fail,
		Contains: `3 DNS lookups of SPF find nothing, and receivers stop after 2: "a:old1.example.com", "a:old2.example.com", "mx:old3.example.com"`,
	}, {
		Name: "some in a record that is included",
		Zone: `example.com. TXT "v=spf1 a:old1.example.com include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 a:old2.example.net exists:old3.example.net -all"`,
		Outcome:  Fail,
		Contains: `"a:old1.example.com", "a:old2.example.net", "exists:old3.example.net"`,
	}, {
		Name:    "two",
		Zone:    `example.com. TXT "v=spf1 a:old1.example.com a:old2.example.com ip4:192.0.2.1 -all"`,
		Outcome: Pass,
	}, {
		Name: "hosts with addresses of one kind only",
		Zone: `example.com. TXT "v=spf1 a:a.example.com a:b.example.com a:c.example.com a:d.example.com -all"
a.example.com. A 192.0.2.1
b.example.com. A 192.0.2.2
c.example.com. AAAA 2001:db8::3
d.example.com. AAAA 2001:db8::4`,
		Outcome: Pass,
	}, {
		Name:    "names that depend on the message",
		Zone:    `example.com. TXT "v=spf1 exists:%{i}.a.example.net exists:%{l}.b.example.net exists:%{h}.c.example.net -all"`,
		Outcome: Pass,
	}},
}
