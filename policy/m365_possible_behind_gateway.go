package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var m365PossibleBehindGateway = Rule{
	ID:         "M365003",
	Name:       "m365-possible-behind-gateway",
	Title:      "Microsoft 365 may stand behind the gateway",
	Severity:   Low,
	Confidence: Hint,
	Why: `A gateway receives the domain's mail, and there are weak traces of a Microsoft 365 tenant (an account there), which
may be there for other services than mail. If the mailboxes are in Exchange Online, it checks the SPF of senders against the
gateway's address, and what it forwards leaves through a relay pool (unpublished addresses) that the next hop may refuse.`,
	Fix: "Are the mailboxes at Microsoft 365? If so, turn on Enhanced Filtering for the inbound connector of the gateway (the setting at Exchange Online for mail that comes from it): `Set-InboundConnector \"From gateway\" -EFSkipLastIP $true` " +
		"where the gateway is the only hop; `Get-InboundConnector | Format-List Name,EFSkipLastIP,EFSkipIPs,EFUsers` shows how it stands. " +
		"If not, there is nothing to do: `declared: mailboxes:` in mailposture.yaml says so.",
	Refs: []string{
		"https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/enhanced-filtering-for-connectors",
	},
	Roles: []facts.Role{facts.Receives},
	Needs: []facts.Part{facts.PartMX, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		if f.MX.Gateway == "" || f.Mailbox.Likely() || len(f.M365.Signals) == 0 {
			return nil
		}
		names := make([]string, len(f.M365.Signals))
		for i, s := range f.M365.Signals {
			names[i] = s.Name
		}
		return []Finding{{
			Key: f.MX.Gateway,
			Message: fmt.Sprintf("mail first reaches %s, and there are weak traces of Microsoft 365 (%s): are the mailboxes there?",
				providerName(f, f.MX.Gateway), strings.Join(names, ", ")),
			Evidence: gatewayEvidence(f),
		}}
	},
	Examples: []Example{{
		Name: "a verification text alone",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. TXT "MS=ms12345678"`,
		Outcome:  Fail,
		Contains: "weak traces of Microsoft 365 (ms-txt): are the mailboxes there?",
	}, {
		Name: "an include alone",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome:  Fail,
		Contains: "(spf-include)",
	}, {
		Name: "traces that are not weak",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. TXT "MS=ms12345678"
autodiscover.example.com. CNAME autodiscover.outlook.com.`,
		Outcome: Pass,
	}, {
		Name: "a selector of Microsoft",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. TXT "MS=ms12345678"
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector1-example-com._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"
google._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"`,
		Outcome: Pass,
	}, {
		Name:    "no trace",
		Zone:    `example.com. MX 10 mxa-00000001.gslb.pphosted.com.`,
		Outcome: Pass,
	}, {
		Name: "no gateway",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "MS=ms12345678"
mx.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name:    "a domain that takes no mail",
		Zone:    `example.com. MX 0 .`,
		Outcome: NotApplicable,
	}},
}
