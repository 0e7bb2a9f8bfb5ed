package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var dmarcCNAMEDangling = Rule{
	ID:         "DMARC021",
	Name:       "dmarc-cname-dangling",
	Title:      "_dmarc is an alias of a name without a DMARC record",
	Severity:   High,
	Confidence: Proof,
	Why: `The policy was put into a service's hands, and the service has none for the domain: the contract may have ended, or
the name may be wrong. The domain is without a policy of its own, and whoever gets that name decides what becomes of mail that
forges the domain.`,
	Fix:   "Replace the alias by a record of your own, or correct it to the name that the service shows.",
	Refs:  []string{"RFC 9989, section 4.10", "RFC 1034, section 3.6.2"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		chain := f.Chain(ownDMARC(f))
		// A wildcard alias of the whole domain, to a web host most often, is not
		// meant for DMARC.
		meant := slices.ContainsFunc(chain, func(name string) bool { return strings.Contains(name, "dmarc") })
		if !meant || len(f.DMARC.Records) > 0 || slices.ContainsFunc(f.DMARC.Others, meantAsDMARC) {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf("_dmarc is an alias of %s, where there is no DMARC record", plain(chain[len(chain)-1])),
			Evidence: observed(f, ownDMARC(f)),
		}}
	},
	Examples: []Example{{
		Name: "a service that was left",
		Zone: `example.com. A 192.0.2.80
_dmarc.example.com. CNAME example.com._dmarc.service.example.net.`,
		Outcome:  Fail,
		Contains: "_dmarc is an alias of example.com._dmarc.service.example.net, where there is no DMARC record",
	}, {
		Name: "the name exists, without a policy",
		Zone: `example.com. A 192.0.2.80
_dmarc.example.com. CNAME _dmarc.example.net.
_dmarc.example.net. TXT "verify=1"`,
		Outcome:  Fail,
		Contains: "_dmarc is an alias of _dmarc.example.net",
	}, {
		Name: "a policy behind the alias",
		Zone: `example.com. A 192.0.2.80
_dmarc.example.com. CNAME _dmarc.example.net.
_dmarc.example.net. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name: "a wildcard alias of the web site",
		Zone: `example.com. A 192.0.2.80
*.example.com. CNAME www.example.net.
www.example.net. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
