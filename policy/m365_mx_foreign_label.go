package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var m365MXForeignLabel = Rule{
	ID:         "M365015",
	Name:       "m365-mx-foreign-label",
	Title:      "The MX is a Microsoft 365 host that is not this domain's own",
	Severity:   Info,
	Confidence: Proof,
	Why: `The host carries the label of another domain. Exchange Online goes by the recipient's domain, so mail arrives if a tenant (the account of an organization at Microsoft) accepts this domain, too;
if none does, it is refused. Anybody who later looks for the reason of a failure is led to the wrong domain.`,
	Fix: "Use the host that the admin center shows for this domain. Verify with `Get-AcceptedDomain | Format-List DomainName,DomainType` that the tenant accepts it; that " +
		"output as JSON (`--exo`), or `declared: accepted-domains:` in mailposture.yaml, settles this finding.",
	Refs: []string{
		"https://learn.microsoft.com/exchange/mail-flow-best-practices/manage-mail-flow-using-third-party-cloud",
		"RFC 5321, section 5.1",
	},
	Needs: []facts.Part{facts.PartMX, facts.PartHosts},
	Check: func(f *facts.Facts) []Finding {
		accepted := f.Tenant.Accepted
		if accepted.State == facts.On {
			return nil
		}
		own := facts.EOPLabel(f.Domain)
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			label, ok := facts.EOPLabelOf(h.Name)
			if !ok || label == own || !strings.Contains(label, "-") || strings.HasSuffix(label, "-onmicrosoft-com") || h.Exists.State == facts.Absent {
				return "", nil // a label without a top-level domain is one that a tenant chose
			}
			message := fmt.Sprintf("the MX host %s carries the label of another domain (this one's is %s)", plain(h.Name), own)
			if accepted.State == facts.Off {
				message += ", and the export does not list this domain as accepted"
			}
			return message, observed(f, mxQuestion(f))
		})
	},
	Examples: []Example{{
		Name: "the host of a sister domain",
		Zone: `example.com. MX 0 example-net.mail.protection.outlook.com.
example-net.mail.protection.outlook.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "carries the label of another domain (this one's is example-com)",
	}, {
		Name: "the same, in an export that lists the domain",
		Zone: `example.com. MX 0 example-net.mail.protection.outlook.com.
example-net.mail.protection.outlook.com. A 192.0.2.80`,
		Options: tenantOf(facts.Tenant{}),
		Outcome: Pass,
	}, {
		Name: "the same, in an export that does not",
		Zone: `example.com. MX 0 example-net.mail.protection.outlook.com.
example-net.mail.protection.outlook.com. A 192.0.2.80`,
		Options:  facts.Options{Declared: facts.Declared{Tenant: &facts.Tenant{Accepted: []facts.AcceptedDomain{{Domain: "example.net"}}}}},
		Outcome:  Fail,
		Contains: "the export does not list this domain as accepted",
	}, {
		Name: "its own host",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "its own host in the DNSSEC zone",
		Zone: `example.com. MX 0 example-com.q-v1.mx.microsoft.
example-com.q-v1.mx.microsoft. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "a label that the tenant chose",
		Zone: `example.com. MX 0 contoso.mail.protection.outlook.com.
contoso.mail.protection.outlook.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
