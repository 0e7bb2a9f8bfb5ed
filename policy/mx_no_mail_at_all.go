package policy

import (
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var mxNoMailAtAll = Rule{
	ID:         "MX002",
	Name:       "mx-no-mail-at-all",
	Title:      "The domain sends, and nothing can answer it",
	Severity:   High,
	Confidence: Likely,
	Why: `The domain has neither an MX record nor an address, so that replies and bounces (the reports of mail that could not be
delivered) have nowhere to go. Many receivers refuse mail from such a domain, and Exchange Online sends it through a pool of
addresses with a poor reputation. That SPF lets somebody send can have another reason: other domains may include this record.`,
	Fix: "If mail is sent with this name behind the @, publish an MX record that names the server or service which takes the replies, " +
		"most often the one of your main domain. If not, there is nothing to do.",
	Refs: []string{
		"RFC 5321, section 2.3.5", "RFC 5321, section 5.1",
		"https://learn.microsoft.com/defender-office-365/outbound-spam-high-risk-delivery-pool-about",
	},
	Roles: []facts.Role{facts.Sends},
	Needs: []facts.Part{facts.PartMX, facts.PartHosts},
	Check: func(f *facts.Facts) []Finding {
		label, _, _ := strings.Cut(string(f.Domain), ".")
		if f.MX.State != facts.Absent || f.MX.Implicit || strings.HasPrefix(label, "_") || strings.Contains(label, "spf") {
			return nil // a name for SPF records to include has no mail of its own
		}
		return []Finding{{
			Message: "the domain sends, and has neither an MX record nor an address for replies and bounces",
			Evidence: []Evidence{
				none(string(f.Domain), facts.KindMX), none(string(f.Domain), facts.KindA), none(string(f.Domain), facts.KindAAAA),
			},
		}}
	},
	Examples: []Example{{
		Name: "a name that a newsletter is sent from",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4:198.51.100.0/24 -all"`,
		Outcome:  Fail,
		Contains: "has neither an MX record nor an address",
	}, {
		Name: "an address is enough for replies, and another rule's",
		Zone: `example.com. A 192.0.2.80
example.com. TXT "v=spf1 ip4:198.51.100.0/24 -all"`,
		Outcome: Pass,
	}, {
		Name: "an MX record",
		Zone: `example.com. MX 10 mx.example.net.
example.com. TXT "v=spf1 ip4:198.51.100.0/24 -all"`,
		Outcome: Pass,
	}, {
		Name:    "a record that is there to be included",
		Domain:  "_spf.example.com",
		Zone:    `_spf.example.com. TXT "v=spf1 ip4:198.51.100.0/24 -all"`,
		Outcome: Pass,
	}, {
		Name:    "a domain that sends nothing",
		Zone:    `example.com. TXT "v=spf1 -all"`,
		Outcome: NotApplicable,
	}},
}
