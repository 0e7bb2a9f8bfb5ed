package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var mxTargetNXDomain = Rule{
	ID:         "MX005",
	Name:       "mx-target-nxdomain",
	Title:      "An MX host has no address",
	Severity:   High,
	Confidence: Proof,
	Why: `Senders cannot connect to a host that does not resolve. If it is the only one, all mail bounces; if there are
others, senders that try this one first lose time, and mail stops when the others are down. Whoever can register a name
that does not exist receives what is sent to it.`,
	Fix: "Correct the name in the MX record, publish an A or AAAA record for it, or remove the MX record. A name that ends with the " +
		"domain twice is missing its final dot in the zone file.",
	Refs:    []string{"RFC 5321, section 5.1"},
	Needs:   []facts.Part{facts.PartMX, facts.PartHosts},
	Partial: true, // each host is proved by its own answers
	Check: func(f *facts.Facts) []Finding {
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			_, literal := addressLiteral(h.Name)
			if h.State != facts.Absent || literal { // a literal is another rule's
				return "", nil
			}
			evidence := []Evidence{none(h.Name, facts.KindA), none(h.Name, facts.KindAAAA)}
			if h.Exists.State == facts.Absent {
				return fmt.Sprintf("the MX host %s does not exist", plain(h.Name)), evidence
			}
			return fmt.Sprintf("the MX host %s has neither an A nor an AAAA record", plain(h.Name)), evidence
		})
	},
	Repair: dropDeadHosts,
	Examples: []Example{{
		Name:     "a slip in the name",
		Zone:     `example.com. MX 10 mail.exmaple.com.`,
		Outcome:  Fail,
		Contains: "the MX host mail.exmaple.com does not exist",
	}, {
		Name: "a name without addresses, behind one that works",
		Zone: `example.com. MX 10 mx1.example.com.
example.com. MX 20 mx2.example.com.
mx1.example.com. A 192.0.2.25
mx2.example.com. TXT "moved"`,
		Outcome:  Fail,
		Contains: "the MX host mx2.example.com has neither an A nor an AAAA record",
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
