package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var dmarcEnforcedWithoutAlignmentSource = Rule{
	ID:         "DMARC026",
	Name:       "dmarc-enforced-without-alignment-source",
	Title:      "DMARC is enforced, and neither SPF nor DKIM can pass",
	Severity:   High,
	Confidence: Likely,
	Why: `DMARC passes when SPF or DKIM passes for the domain. Here SPF can pass for no address and no DKIM key was seen, so
receivers that honour the policy will refuse or set aside all mail of the domain's own users. DKIM selectors (the names of keys) cannot be
listed: a key under a selector that was not tried would change this. A domain that never sends means it so.`,
	Fix: "Publish SPF for the services that send, sign with DKIM for the domain, and enforce (p=quarantine or p=reject) when aggregate " +
		"reports (daily summaries of who sent as the domain, and what passed) show that mail passes. If mail is signed, name the " +
		"selector with `--selector`. If the domain sends nothing, `v=spf1 -all` says so.",
	Refs:  []string{"RFC 9989, section 5.1", "RFC 7489, section 6.6.2"},
	Roles: []facts.Role{facts.Receives},
	Needs: []facts.Part{facts.PartSPFPass, facts.PartDMARC, facts.PartDKIM},
	Check: func(f *facts.Facts) []Finding {
		if !f.DMARC.Effective.This.Enforces() || f.DKIM.State == facts.Present {
			return nil
		}
		if f.Role(facts.Sends).State == facts.Absent {
			return nil // v=spf1 -all: a domain that only receives, and says so
		}
		reason := noSPF(f)
		if reason == "" {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf("p=%s applies, %s, and %s: mail of the domain's own cannot pass DMARC", f.DMARC.Effective.This, reason, keysSeen(f)),
			Evidence: []Evidence{whole(f.DMARC.Record)},
		}}
	},
	Examples: []Example{{
		Name: "p=reject and nothing else",
		Zone: `example.com. MX 10 mx.example.net.
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:d@example.com"`,
		Outcome:  Fail,
		Contains: "p=reject applies, there is no SPF record, and no key seen under",
	}, {
		Name: "SPF that names no address",
		Zone: `example.com. MX 10 mx.example.net.
example.com. TXT "v=spf1 ?all"
_dmarc.example.com. TXT "v=DMARC1; p=quarantine"`,
		Outcome:  Fail,
		Contains: "SPF can pass for no address",
	}, {
		Name: "SPF that was meant to name a service",
		Zone: `example.com. MX 10 mx.example.net.
example.com. TXT "v=spf1 inlude:_spf.example.net -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome:  Fail,
		Contains: "SPF is a permerror, for its syntax",
	}, {
		Name: "SPF that passes for a server",
		Zone: `example.com. MX 10 mx.example.net.
example.com. TXT "v=spf1 ip4:192.0.2.25 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name: "a domain that receives, and says that it sends nothing",
		Zone: `example.com. MX 10 mx.example.net.
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name: "a null MX means it",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: NotApplicable,
	}},
}

// noSPF says why SPF can pass for nothing that the domain sends, or "".
func noSPF(f *facts.Facts) string {
	switch {
	case f.SPF.State == facts.Absent:
		return "there is no SPF record"
	case len(f.SPF.Records) > 1:
		return "SPF is a permerror, with several records,"
	case f.SPF.Tree != nil && len(f.SPF.Tree.Problems) > 0:
		return "SPF is a permerror, for its syntax,"
	case f.SPF.Passes().State != facts.Present:
		return "SPF can pass for no address"
	}
	return ""
}
