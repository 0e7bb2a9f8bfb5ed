package policy

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var nullMXRecommended = Rule{
	ID:         "MX003",
	Name:       "null-mx-recommended",
	Title:      "A domain that says it sends nothing does not say that it takes nothing",
	Severity:   Low,
	Confidence: Proof,
	Why: `Where there is no MX record, senders try the domain's own address, most often a web server. It does not answer on the mail port, so
that they try for days before they tell anyone. A null MX (an MX record with a dot for a host) makes a mistyped address fail at
once.`,
	Fix: "Publish the MX record `MX 0 .`: preference 0, and a single dot for the host. Leave it out if the server at the domain's address " +
		"takes its mail.",
	Refs:  []string{"RFC 7505, section 3", "RFC 5321, section 5.1"},
	Roles: []facts.Role{facts.Parked},
	Needs: []facts.Part{facts.PartMX, facts.PartHosts, facts.PartSPFWalk},
	Check: func(f *facts.Facts) []Finding {
		// Without SPF the domain has not said that it is without mail: another
		// rule asks for that first.
		if !f.MX.Implicit || f.SPF.All != record.QualifierFail {
			return nil
		}
		return []Finding{{
			Message:  "SPF says that the domain has no mail, and senders still try its address, because there is no null MX",
			Evidence: append([]Evidence{none(string(f.Domain), facts.KindMX), ownSPF(f)}, hostAddresses(f, f.MX.Hosts[0])...),
		}}
	},
	Repair: nullMX,
	Examples: []Example{{
		Name: "a web site that sends nothing",
		Zone: `example.com. A 192.0.2.80
example.com. TXT "v=spf1 -all"`,
		Outcome:  Fail,
		Contains: "senders still try its address",
	}, {
		Name: "the null MX",
		Zone: `example.com. A 192.0.2.80
example.com. MX 0 .
example.com. TXT "v=spf1 -all"`,
		Outcome: Pass,
	}, {
		Name:    "no address either, so that mail fails at once",
		Zone:    `example.com. TXT "v=spf1 -all"`,
		Outcome: Pass,
	}, {
		Name:    "no SPF record is another rule's",
		Zone:    `example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "a domain that takes mail",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 -all"
mx.example.com. A 192.0.2.25`,
		Outcome: NotApplicable,
	}},
}
