package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var m365DKIMNotEnabled = Rule{
	ID:         "M365011",
	Name:       "m365-dkim-not-enabled",
	Title:      "Microsoft 365 does not sign for the domain with DKIM",
	Severity:   Medium,
	Confidence: Likely,
	Why: `Neither of the two selectors that Exchange Online signs with is in DNS, so it signs with the onmicrosoft.com domain of the tenant (the account of an organization at Microsoft), which does not
count for the domain's DMARC. DMARC then rests on SPF, and that is lost when mail is forwarded. Mail may be signed elsewhere, at a gateway, with
a selector (the name of a key, which stands before *._domainkey*) that was not tried.`,
	Fix: "Publish both CNAME records that `Get-DkimSigningConfig -Identity example.com | Format-List Selector1CNAME,Selector2CNAME` shows (they cannot be computed), " +
		"then run `Set-DkimSigningConfig -Identity example.com -Enabled $true`; for a domain that it does not list, `New-DkimSigningConfig -DomainName example.com -Enabled $true`. " +
		"Verify with `Get-DkimSigningConfig | Format-List Domain,Enabled,Status`.",
	Refs: []string{
		"https://learn.microsoft.com/defender-office-365/email-authentication-dkim-configure",
		"RFC 9989, section 4.4.1",
	},
	Needs: []facts.Part{facts.PartMX, facts.PartDKIMKeys, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		if !atMicrosoft(f) || initialDomain(f) || f.Tenant.Signing.State == facts.On || !withoutMicrosoftKeys(f) {
			return nil
		}
		if f.MX.Gateway != "" && f.DKIM.State == facts.Present {
			return nil // a gateway may sign
		}
		return []Finding{{
			Message: fmt.Sprintf("the mailboxes are %s at Microsoft 365, and neither selector1 nor selector2 is published: Exchange Online cannot sign for the domain%s",
				likelihood(f.Mailbox.Confidence), signingSays(f)),
			Evidence: noMicrosoftKeys(f),
		}}
	},
	Examples: []Example{{
		Name: "nothing below _domainkey",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome:  Fail,
		Contains: "neither selector1 nor selector2 is published",
	}, {
		Name: "the keys of another service",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
k1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`,
		Outcome:  Fail,
		Contains: "Exchange Online cannot sign",
	}, {
		Name: "both selectors",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector1-example-com._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`,
		Outcome: Pass,
	}, {
		Name: "a gateway, which signs",
		Zone: gatewayZone + `
google._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`,
		Outcome: Pass,
	}, {
		Name:    "a tenant's initial domain, for which Microsoft publishes",
		Zone:    `example.onmicrosoft.com. MX 0 example-onmicrosoft-com.mail.protection.outlook.com.`,
		Domain:  "example.onmicrosoft.com",
		Outcome: Pass,
	}, {
		Name: "an export that says it signs",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80`,
		Options: tenantOf(facts.Tenant{Signing: &[]facts.DKIMSigning{{Domain: "example.com", Enabled: true}}}),
		Outcome: Pass,
	}, {
		Name: "an export that says it does not",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80`,
		Options:  tenantOf(facts.Tenant{Signing: &[]facts.DKIMSigning{{Domain: "example.com"}}}),
		Outcome:  Fail,
		Contains: "the export shows that signing is off",
	}},
}
