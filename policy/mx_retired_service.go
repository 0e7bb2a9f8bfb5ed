package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var mxRetiredService = Rule{
	ID:         "MX013",
	Name:       "mx-retired-service",
	Title:      "An MX record names a service that was closed",
	Severity:   Medium,
	Confidence: Likely,
	Why: `The operator has closed the service that this MX host (a server that takes the domain's mail) belonged to. Mail that goes there is
refused or lost, now or when the last machine is switched off.`,
	Fix:   "Replace the host by the one that the service's successor shows for the domain, or remove the MX record if others work.",
	Refs:  []string{"RFC 5321, section 5.1"},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			p, ok := f.Options.Providers.ByID(h.Provider)
			if !ok || !p.Retired || company(p.ID) == "microsoft" {
				return "", nil // Microsoft's names are rules of their own
			}
			return fmt.Sprintf("the MX host %s belongs to %s, which was closed", plain(h.Name), p.Name), observed(f, mxQuestion(f))
		})
	},
	Examples: []Example{{
		Name:     "a filter that was closed",
		Zone:     `example.com. MX 10 example.com.s9a1.psmtp.com.`,
		Outcome:  Fail,
		Contains: "which was closed",
	}, {
		Name:    "a name of Microsoft's is another rule's",
		Zone:    `example.com. MX 10 example-com.mail.messaging.microsoft.com.`,
		Outcome: Pass,
	}, {
		Name:    "a service that is there",
		Zone:    `example.com. MX 10 example-com.mail.protection.outlook.com.`,
		Outcome: Pass,
	}, {
		Name:    "an old name that still works is another rule's",
		Zone:    `example.com. MX 10 example-com.mail.eo.outlook.com.`,
		Outcome: Pass,
	}},
}
