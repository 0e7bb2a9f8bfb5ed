package policy

import (
	"github.com/mailposture/mailposture/facts"
)

var m365ACSConfusion = Rule{
	ID:         "M365019",
	Name:       "m365-acs-confusion",
	Title:      "Microsoft's SPF include is there for Azure Communication Services",
	Severity:   Info,
	Confidence: Proof,
	Why: `The only trace of Microsoft is its SPF include, and the domain is verified for Azure Communication Services, which has its customers publish the
same include. It says nothing about mailboxes, so the rules about Microsoft 365 leave the domain alone.`,
	Fix: "Nothing, if that service is in use. If not, remove the include and the `ms-domain-verification` text. Verify with `Get-AcceptedDomain` whether a tenant (the account of an organization at Microsoft) takes the domain's mail.",
	Refs: []string{
		"https://learn.microsoft.com/azure/communication-services/quickstarts/email/add-custom-verified-domains",
	},
	Needs: []facts.Part{facts.PartMX, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		if len(f.M365.Signals) != 1 || !hasSignal(f, "spf-include-acs") {
			return nil
		}
		return []Finding{{
			Message:  "SPF includes Microsoft for Azure Communication Services, and nothing else speaks for Microsoft 365",
			Evidence: observed(f, f.M365.Signals[0].Evidence),
		}}
	},
	Examples: []Example{{
		Name: "verified for the service",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
example.com. TXT "ms-domain-verification=0a1b2c3d-0000-0000-0000-000000000000"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome:  Fail,
		Contains: "for Azure Communication Services",
	}, {
		Name: "a tenant beside it",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
example.com. TXT "ms-domain-verification=0a1b2c3d-0000-0000-0000-000000000000"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome: Pass,
	}, {
		Name: "the include alone",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome: Pass,
	}},
}
