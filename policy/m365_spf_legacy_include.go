package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var m365SPFLegacyInclude = Rule{
	ID:         "M365010",
	Name:       "m365-spf-legacy-include",
	Title:      "SPF includes a retired or wrong name of Microsoft",
	Severity:   Medium,
	Confidence: Likely,
	Why: `The name belongs to a service of Microsoft that ended, or to another than Microsoft 365. One that is gone costs SPF a void lookup or makes it end
in permerror (SPF cannot be used). One that still answers authorises other servers than those the domain's mail leaves from, or leads to the right record by a detour that costs lookups.`,
	Fix: "Replace it by `include:spf.protection.outlook.com` (in the national clouds, the name that the admin center shows). Verify with " +
		"`Get-DkimSigningConfig | Format-List Domain` that the domain is one of those of the tenant (the account of an organization at Microsoft).",
	Refs: []string{
		"https://learn.microsoft.com/defender-office-365/email-authentication-spf-configure",
		"RFC 7208, section 5.2",
	},
	Needs: []facts.Part{facts.PartSPF, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		if f.SPF.Tree == nil || len(f.M365.Signals) == 0 {
			return nil
		}
		consequence := ", and not the name to include for Microsoft 365"
		if f.SPF.Walk.State == facts.Present && !listsMicrosoft(f) {
			consequence = ", and nothing in SPF authorises what Microsoft 365 sends from"
		}
		for i := range f.SPF.Tree.Terms {
			t := &f.SPF.Tree.Terms[i]
			name := strings.ToLower(strings.TrimSuffix(t.Domain, "."))
			if why := legacyIncludes(name); why != "" && t.Mechanism == record.MechInclude && !t.Dead && !t.Bad {
				findings = append(findings, Finding{
					Key:      keyOf(name),
					Message:  fmt.Sprintf("SPF includes %s, which is %s%s", plain(name), why, consequence),
					Evidence: []Evidence{term(f.SPF.Tree, t)},
				})
			}
		}
		return findings
	},
	Examples: []Example{{
		Name: "the name of the service before Exchange Online Protection",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
example.com. TXT "v=spf1 include:spf.messaging.microsoft.com -all"`,
		Outcome:  Fail,
		Contains: "SPF includes spf.messaging.microsoft.com, which is a name of a service that ended",
	}, {
		Name: "the consumer service",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
example.com. TXT "v=spf1 include:outlook.com -all"
outlook.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Outcome:  Fail,
		Contains: "which is the consumer service Outlook.com, and nothing in SPF authorises what Microsoft 365 sends from",
	}, {
		Name: "the name of today",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome: Pass,
	}, {
		Name: "a domain that shows nothing of Microsoft",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 include:outlook.com -all"
outlook.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Outcome: Pass,
	}},
}
