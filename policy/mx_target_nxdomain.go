package policy

import (
	"fmt"
	"slices"

	"github.com/mailposture/mailposture/facts"
)

var mxTargetNXDomain = Rule{
	ID:         "MX005",
	Name:       "mx-target-nxdomain",
	Title:      "One of the MX hosts has no address",
	Severity:   High,
	Confidence: Proof,
	Why: `Senders cannot connect to a host that does not resolve. They lose time with it before they try the others, and mail stops when the
others are down. Whoever can register a name that does not exist receives what is sent to it.`,
	Fix: "Correct the name in the MX record, publish an A or AAAA record for it, or remove the MX record. A name that ends with the " +
		"domain twice is missing its final dot in the zone file.",
	Refs:    []string{"RFC 5321, section 5.1"},
	Needs:   []facts.Part{facts.PartMX, facts.PartHosts},
	Partial: true, // each host is proved by its own answers
	Check: func(f *facts.Facts) []Finding {
		// Where no host works, mail stops: that is another rule's.
		anotherWorks := slices.ContainsFunc(f.MX.Hosts, func(h facts.Host) bool { return h.State == facts.Present })
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			_, literal := addressLiteral(h.Name)
			if h.State != facts.Absent || literal || verifies(h.Name) || !anotherWorks { // a literal is another rule's
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
		Name: "a slip in the name, beside one that works",
		Zone: `example.com. MX 10 mail.exmaple.com.
example.com. MX 20 mx.example.com.
mx.example.com. A 192.0.2.25`,
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
		Name: "a name that shows Microsoft who owns the domain, and is not meant to resolve",
		Zone: `example.com. MX 10 mx1.example.com.
example.com. MX 32767 ms12345678.msv1.invalid.
mx1.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name: "IPv6 alone",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. AAAA 2001:db8::25`,
		Outcome: Pass,
	}, {
		Name:    "no host that works is another rule's",
		Zone:    `example.com. MX 10 mail.exmaple.com.`,
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
