package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var m365DKIMOneSelector = Rule{
	ID:         "M365012",
	Name:       "m365-dkim-one-selector",
	Title:      "Only one of the two Microsoft 365 DKIM selectors is published",
	Severity:   Low,
	Confidence: Likely,
	Why: `Exchange Online signs with one selector (the name of a key, which stands before *._domainkey*) and changes to the
other when its keys are rotated. If that one is not in DNS, the rotation fails, or the signatures do.`,
	Fix: "Publish both CNAME records that `Get-DkimSigningConfig -Identity example.com | Format-List Selector1CNAME,Selector2CNAME` shows. " +
		"Verify with `Get-DkimSigningConfig | Format-List Domain,Enabled,RotateOnDate`.",
	Refs:  []string{"https://learn.microsoft.com/defender-office-365/email-authentication-dkim-configure"},
	Needs: []facts.Part{facts.PartMX, facts.PartDKIMKeys, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		if !atMicrosoft(f) {
			return nil
		}
		return keyFindings(f, func(k facts.Key) string {
			other := otherMicrosoftSelector(k)
			if k.State != facts.KeyPresent || other == "" || !notPublished(f, other) {
				return ""
			}
			return fmt.Sprintf("is published, and %s is not: rotating the keys will fail", other)
		})
	},
	Examples: []Example{{
		Name: "the first one alone",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector1-example-com._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"`,
		Outcome:  Fail,
		Contains: "is published, and selector2 is not",
	}, {
		Name: "both, one of them without a key as yet",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector2._domainkey.example.com. CNAME selector2-example-com._domainkey.example.onmicrosoft.com.
selector1-example-com._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"`,
		Outcome: Pass,
	}, {
		Name: "a selector of that name that is not Microsoft's",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
selector1._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"`,
		Outcome: Pass,
	}, {
		Name:    "none",
		Zone:    `example.com. MX 0 example-com.mail.protection.outlook.com.`,
		Outcome: Pass,
	}},
}
