package policy

import (
	"fmt"
	"strconv"

	"github.com/mailposture/mailposture/facts"
)

var m365DKIMCrossed = Rule{
	ID:         "M365014",
	Name:       "m365-dkim-crossed",
	Title:      "The two Microsoft 365 DKIM selectors are crossed",
	Severity:   Medium,
	Confidence: Proof,
	Why: `selector1 is an alias (a CNAME record, which leads to another name) of what Microsoft publishes for selector2, or the reverse. Exchange Online names in its signatures the selector (the name of a key, which stands before *._domainkey*) that it signs
with, and verifiers find the other key: signatures fail, now or when the keys are rotated.`,
	Fix: "Swap the two: have each point to what `Get-DkimSigningConfig -Identity example.com | Format-List Selector1CNAME,Selector2CNAME` shows, then run " +
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
			number, _, ok := microsoftTarget(k)
			if !ok || "selector"+strconv.Itoa(number) == k.Selector {
				return ""
			}
			return fmt.Sprintf("is an alias of what Microsoft publishes for selector%d", number)
		})
	},
	Examples: []Example{{
		Name: "selector1 points at selector2",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
selector1._domainkey.example.com. CNAME selector2-example-com._domainkey.example.onmicrosoft.com.
selector2-example-com._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`,
		Outcome:  Fail,
		Contains: "is an alias of what Microsoft publishes for selector2",
	}, {
		Name: "each at its own",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector1-example-com._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`,
		Outcome: Pass,
	}},
}
