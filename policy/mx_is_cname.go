package policy

import (
	"fmt"
	"slices"

	"github.com/mailposture/mailposture/facts"
)

var mxIsCNAME = Rule{
	ID:         "MX006",
	Name:       "mx-is-cname",
	Title:      "An MX host is an alias",
	Severity:   Medium,
	Confidence: Proof,
	Why: `An MX record must name a host that has addresses of its own. Most senders follow an alias (a CNAME record, which
leads to another name) all the same; some refuse it, or look for a certificate and for DANE records (its fingerprint in DNS)
under the name that they did not expect.`,
	Fix: "Let the MX record name the host at the end of the alias, or give the MX host (the server's name in the MX record) A and AAAA " +
		"records instead of the CNAME.",
	Refs:    []string{"RFC 5321, section 5.1", "RFC 2181, section 10.3"},
	Needs:   []facts.Part{facts.PartMX, facts.PartHosts},
	Partial: true, // each host is proved by its own answers
	Check: func(f *facts.Facts) []Finding {
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			if len(h.Chain) == 0 {
				return "", nil
			}
			message := fmt.Sprintf("the MX host %s is an alias (CNAME) of %s", plain(h.Name), plain(h.Chain[len(h.Chain)-1]))
			return message, slices.Concat(observed(f, mxQuestion(f)), hostAddresses(f, h))
		})
	},
	Repair: nameAliasEnds,
	Examples: []Example{{
		Name: "an alias of the provider's host",
		Zone: `example.com. MX 10 mail.example.com.
mail.example.com. CNAME host7.example.net.
host7.example.net. A 192.0.2.25`,
		Outcome:  Fail,
		Contains: "the MX host mail.example.com is an alias (CNAME) of host7.example.net",
	}, {
		Name: "the provider's host itself",
		Zone: `example.com. MX 10 host7.example.net.
host7.example.net. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name: "no MX records, and the domain is an alias",
		Zone: `example.com. CNAME www.example.net.
www.example.net. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
