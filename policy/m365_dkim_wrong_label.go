package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var m365DKIMWrongLabel = Rule{
	ID:         "M365013",
	Name:       "m365-dkim-wrong-label",
	Title:      "A Microsoft 365 DKIM selector points at the key of another domain",
	Severity:   Medium,
	Confidence: Likely,
	Why: `The target of the alias (a CNAME record, which leads to another name) carries the label of another domain. Exchange Online makes a key for each domain and signs with that one: verifiers find
another key, or one that is not made at all. Organizations that sign for many domains with one key on purpose are an exception.`,
	Fix: "Have each selector (the name of a key, which stands before *._domainkey*) point to what `Get-DkimSigningConfig -Identity example.com | Format-List Selector1CNAME,Selector2CNAME` shows, then run " +
		"`Rotate-DkimSigningConfig -Identity example.com` once to see that it works. Verify with `Get-DkimSigningConfig | Format-List Domain,Enabled,Status`.",
	Refs: []string{
		"https://learn.microsoft.com/defender-office-365/email-authentication-dkim-configure",
	},
	Needs: []facts.Part{facts.PartDKIMKeys, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		if len(f.M365.Signals) == 0 {
			return nil // a leftover of a tenant that is gone
		}
		return keyFindings(f, func(k facts.Key) string {
			number, label, ok := microsoftTarget(k)
			if !ok || label == facts.EOPLabel(f.Domain) || f.Tenant.SigningCNAMEs[number-1] == k.Chain[0] {
				return ""
			}
			return fmt.Sprintf("carries the label %s, which is not this domain's (%s)", plain(label), facts.EOPLabel(f.Domain))
		})
	},
	Examples: []Example{{
		Name: "the label of a sister domain",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
selector1._domainkey.example.com. CNAME selector1-example-net._domainkey.example.onmicrosoft.com.
selector1-example-net._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`,
		Outcome:  Fail,
		Contains: "carries the label example-net, which is not this domain's (example-com)",
	}, {
		Name: "its own label, in the newer form",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.k-v1.dkim.mail.microsoft.
selector1-example-com._domainkey.example.k-v1.dkim.mail.microsoft. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`,
		Outcome: Pass,
	}, {
		Name: "the export wants it so",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
selector1._domainkey.example.com. CNAME selector1-example-net._domainkey.example.onmicrosoft.com.
selector1-example-net._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`,
		Options: tenantOf(facts.Tenant{Signing: &[]facts.DKIMSigning{{Domain: "example.com", Enabled: true, Selectors: [2]string{"selector1-example-net._domainkey.example.onmicrosoft.com"}}}}),
		Outcome: Pass,
	}},
}
