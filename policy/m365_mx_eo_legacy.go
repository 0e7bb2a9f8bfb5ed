package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var m365MXEOLegacy = Rule{
	ID:         "M365017",
	Name:       "m365-mx-eo-legacy",
	Title:      "An MX record has an old name of Microsoft 365",
	Severity:   Low,
	Confidence: Proof,
	Why: `Names under *mail.eo.outlook.com* come from the service before Exchange Online Protection. They still answer, but
Microsoft's inbound DANE and DNSSEC (proofs, by signed DNS, that senders reach the right server) are not to be had with them,
and nobody says how long they will last.`,
	Fix: "Replace the host by the one that the admin center shows for the domain, which ends in `mail.protection.outlook.com` or `mx.microsoft`. " +
		"Verify with `Get-AcceptedDomain | Format-List DomainName,DomainType`.",
	Refs:  []string{"https://learn.microsoft.com/purview/how-smtp-dane-works"},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			if !under(h.Name, "mail.eo.outlook.com") {
				return "", nil
			}
			return fmt.Sprintf("the MX host %s has an old name of Microsoft 365", plain(h.Name)), observed(f, mxQuestion(f))
		})
	},
	Repair: renameEO,
	Examples: []Example{{
		Name:     "the old name",
		Zone:     `example.com. MX 0 example-com.mail.eo.outlook.com.`,
		Outcome:  Fail,
		Contains: "the MX host example-com.mail.eo.outlook.com has an old name",
	}, {
		Name:    "the name of today",
		Zone:    `example.com. MX 0 example-com.mail.protection.outlook.com.`,
		Outcome: Pass,
	}},
}
