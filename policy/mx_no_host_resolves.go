package policy

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
)

var mxNoHostResolves = Rule{
	ID:         "MX020",
	Name:       "mx-no-host-resolves",
	Title:      "No MX host has an address: the domain can receive nothing",
	Severity:   Critical,
	Confidence: Proof,
	Why: `Every server that the MX records name has no address in DNS, so that no sender can connect: all mail to the domain comes back. If
one of the names can be registered, whoever does it receives the domain's mail.`,
	Fix: "Correct the names in the MX records first: a slip, or a name that ends with the domain twice because its final dot is missing, is the " +
		"usual cause. If the names are right, publish A or AAAA records for them. If the domain takes no mail, publish `MX 0 .` instead.",
	Refs:  []string{"RFC 5321, section 5.1"},
	Needs: []facts.Part{facts.PartMX, facts.PartHosts},
	Check: func(f *facts.Facts) []Finding {
		lives := func(h facts.Host) bool { return h.State != facts.Absent }
		if f.MX.State != facts.Present || f.MX.Null || slices.ContainsFunc(f.MX.Hosts, lives) {
			return nil
		}
		var names []string
		evidence := observed(f, mxQuestion(f))
		for _, h := range f.MX.Hosts {
			if h.Name != "" && !slices.Contains(names, plain(h.Name)) {
				names = append(names, plain(h.Name))
				evidence = append(evidence, none(h.Name, facts.KindA), none(h.Name, facts.KindAAAA))
			}
		}
		return []Finding{{
			Message:  "mail cannot be delivered to the domain: no address for " + listed(names),
			Evidence: evidence,
		}}
	},
	Examples: []Example{{
		Name:     "a slip in the only name",
		Zone:     `example.com. MX 10 mail.exmaple.com.`,
		Outcome:  Fail,
		Contains: "mail cannot be delivered to the domain: no address for mail.exmaple.com",
	}, {
		Name: "two hosts, and neither has an address",
		Zone: `example.com. MX 10 mx1.example.com.
example.com. MX 20 mx2.example.com.
mx1.example.com. TXT "moved"`,
		Outcome:  Fail,
		Contains: "no address for mx1.example.com, mx2.example.com",
	}, {
		Name: "another host works",
		Zone: `example.com. MX 10 mail.exmaple.com.
example.com. MX 20 mx.example.com.
mx.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name: "IPv6 alone",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. AAAA 2001:db8::25`,
		Outcome: Pass,
	}, {
		Name:    "a null MX",
		Zone:    `example.com. MX 0 .`,
		Outcome: Pass,
	}, {
		Name:    "no MX records",
		Zone:    `example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
