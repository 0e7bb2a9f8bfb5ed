package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var m365MXRetired = Rule{
	ID:         "M365027",
	Name:       "m365-mx-retired",
	Title:      "An MX record names a service of Microsoft that has ended",
	Severity:   High,
	Confidence: Proof,
	Why: `The name belongs to Forefront Online Protection for Exchange or to the Microsoft Cloud Germany. Both have ended, and their customers were moved:
mail that is sent there is not delivered.`,
	Fix: "Replace the host by the one that the admin center shows for the domain. Verify with `Get-AcceptedDomain | Format-List DomainName,DomainType` that the tenant (the account of an organization at Microsoft) still accepts it.",
	Refs: []string{
		"https://learn.microsoft.com/exchange/standalone-eop/standalone-eop",
		"RFC 5321, section 5.1",
	},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			p, ok := f.Options.Providers.ByID(h.Provider)
			if !ok || !p.Retired || !facts.Microsofts(p) {
				return "", nil
			}
			return fmt.Sprintf("the MX host %s belongs to %s, which has ended", plain(h.Name), p.Name), observed(f, mxQuestion(f))
		})
	},
	Examples: []Example{{
		Name:     "the German cloud",
		Zone:     `example.com. MX 0 example-com.mail.protection.outlook.de.`,
		Outcome:  Fail,
		Contains: "belongs to Microsoft Cloud Germany, which has ended",
	}, {
		Name:     "Forefront",
		Zone:     `example.com. MX 10 mail.messaging.microsoft.com.`,
		Outcome:  Fail,
		Contains: "belongs to Forefront Online Protection",
	}, {
		Name: "the name of today",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
