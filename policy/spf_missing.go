package policy

import "github.com/mailposture/mailposture/facts"

var spfMissing = Rule{
	ID:         "SPF001",
	Name:       "spf-missing",
	Title:      "There is no SPF record",
	Severity:   High,
	Confidence: Proof,
	Why: `Receivers cannot tell the domain's servers from anybody else's. Gmail, Yahoo and Outlook.com require SPF of those who send
in bulk. Mail that cannot be authenticated is refused or set aside sooner, and Exchange Online forwards it through its
relay pool (addresses that it does not vouch for), which the next hop may refuse.`,
	Fix: "Publish one TXT record at the domain that lists what sends for it, for example `v=spf1 include:spf.protection.outlook.com -all` " +
		"for Microsoft 365 alone. Begin with `~all` until DMARC reports show that nothing is missing.",
	Refs:  []string{"RFC 7208, section 4.5", "RFC 7208, section 10.1.2"},
	Roles: []facts.Role{facts.Sends, facts.Receives},
	Needs: []facts.Part{facts.PartSPF},
	Check: func(f *facts.Facts) []Finding {
		// A record that was meant as SPF is the matter of another rule.
		if f.SPF.State != facts.Absent || len(f.SPF.LookAlikes) > 0 {
			return nil
		}
		return []Finding{{
			Message:  "there is no SPF record, so that any server may claim to send for the domain",
			Evidence: []Evidence{none(string(f.Domain), facts.KindTXT)},
		}}
	},
	Repair: firstSPF,
	Examples: []Example{{
		Name: "mail, and no TXT record that is SPF",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "google-site-verification=abcdef"
mx.example.com. A 192.0.2.25`,
		Outcome:  Fail,
		Contains: "there is no SPF record",
	}, {
		Name: "a record in two character-strings, its version in capitals",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "V=SPF1 ip4:192.0.2.0/24" " -all"
mx.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name: "a record with a slip in its version is another rule's",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1include:_spf.example.net -all"
mx.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name:    "a web site without mail",
		Zone:    `example.com. A 192.0.2.80`,
		Outcome: NotApplicable,
	}, {
		Name:    "a null MX",
		Zone:    `example.com. MX 0 .`,
		Outcome: NotApplicable,
	}},
}
