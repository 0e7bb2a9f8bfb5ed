package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var m365MXHyphenLabelWrong = Rule{
	ID:         "M365016",
	Name:       "m365-mx-hyphen-label-wrong",
	Title:      "The MX host was made by hand from a domain with a hyphen",
	Severity:   High,
	Confidence: Proof,
	Why: `Exchange Online does not only replace the dots of a domain by hyphens: hyphens of the domain's own are dropped, and their places are written behind
the name. The host in the MX record does not exist, and mail to the domain is lost if it is the only one.`,
	Fix: "Use the host that the admin center shows for the domain. Verify with `Get-AcceptedDomain | Format-List DomainName,DomainType` that the tenant (the account of an organization at Microsoft) accepts it.",
	Refs: []string{
		"RFC 5321, section 5.1",
		"https://learn.microsoft.com/exchange/mail-flow-best-practices/manage-mail-flow-using-third-party-cloud",
	},
	Needs: []facts.Part{facts.PartMX, facts.PartHosts},
	Check: func(f *facts.Facts) []Finding {
		name := string(f.Domain)
		byHand := strings.ReplaceAll(name, ".", "-")
		if !strings.Contains(name, "-") {
			return nil
		}
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			label, ok := facts.EOPLabelOf(h.Name)
			if !ok || label != byHand || h.Exists.State != facts.Absent {
				return "", nil
			}
			return fmt.Sprintf("the MX host %s does not exist: Exchange Online calls it %s", plain(h.Name), facts.EOPLabel(f.Domain)+strings.TrimPrefix(h.Name, label)),
				append(observed(f, mxQuestion(f)), hostAddresses(f, h)...)
		})
	},
	Examples: []Example{{
		Name:     "a hyphen left where it was",
		Zone:     `my-quilty.com. MX 0 my-quilty-com.mail.protection.outlook.com.`,
		Domain:   "my-quilty.com",
		Outcome:  Fail,
		Contains: "Exchange Online calls it myquilty-com0e.mail.protection.outlook.com",
	}, {
		Name: "the true host",
		Zone: `my-quilty.com. MX 0 myquilty-com0e.mail.protection.outlook.com.
myquilty-com0e.mail.protection.outlook.com. A 192.0.2.80`,
		Domain:  "my-quilty.com",
		Outcome: Pass,
	}, {
		Name: "a domain without a hyphen",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
