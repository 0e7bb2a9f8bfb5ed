package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var m365BehindGatewayNeedsEF = Rule{
	ID:         "M365001",
	Name:       "m365-behind-gateway-needs-ef",
	Title:      "Microsoft 365 behind a gateway needs Enhanced Filtering for Connectors",
	Severity:   High,
	Confidence: Likely,
	Why: `Mail reaches Exchange Online from the gateway's address, so Exchange Online checks the sender's SPF against the
gateway, and it fails for nearly every sender. Mail that was not authenticated when it came in leaves, when a user or a rule
forwards it, through a **relay pool** (unpublished addresses that are in nobody's SPF), and the next gateway may refuse it:
550 5.7.367 Remote server returned not permitted to relay. DNS cannot show whether Enhanced Filtering is on already.`,
	Fix: "Turn on Enhanced Filtering for the inbound connector of the gateway (the setting at Exchange Online for mail that comes from it): `Set-InboundConnector \"From gateway\" -EFSkipLastIP $true` where " +
		"the gateway is the only hop, otherwise `-EFSkipLastIP $false -EFSkipIPs` with every public hop. Try it on a few users first (`-EFUsers`): it also makes " +
		"Exchange Online honour senders' DMARC policies. Remove transport rules that let the gateway's mail skip the spam filter (SCL -1). " +
		"Verify with `Get-InboundConnector | Format-List Name,Enabled,SenderDomains,EFSkipLastIP,EFSkipIPs,EFUsers`; its output as JSON (`--exo`), or " +
		"`declared: enhanced-filtering:` in mailposture.yaml, settles this finding.",
	Refs: []string{
		"https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/enhanced-filtering-for-connectors",
		"https://learn.microsoft.com/troubleshoot/exchange/email-delivery/ndr/fix-error-code-550-5-7-367",
	},
	Roles: []facts.Role{facts.Receives},
	Needs: []facts.Part{facts.PartMX, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		ef := f.Tenant.EnhancedFiltering
		if !behindGateway(f) || ef.State == facts.On {
			return nil
		}
		message := fmt.Sprintf("mail first reaches %s, and the mailboxes are %s at Microsoft 365 (%s): Exchange Online needs Enhanced Filtering for Connectors to see the true sender%s",
			providerName(f, f.MX.Gateway), likelihood(f.Mailbox.Confidence), strings.Join(f.Mailbox.Evidence, ", "), adminSays(ef, "Get-InboundConnector"))
		return []Finding{{Key: f.MX.Gateway, Message: message, Evidence: gatewayEvidence(f)}}
	},
	Examples: []Example{{
		Name: "Proofpoint in front, autodiscover and SPF at Microsoft",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
autodiscover.example.com. CNAME autodiscover.outlook.com.
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome:  Fail,
		Contains: "mail first reaches Proofpoint",
	}, {
		Name:     "an export that shows it to be off",
		Zone:     gatewayZone,
		Options:  exportOf(facts.InboundConnector{Name: "Inbound", Enabled: true, Type: "Partner", Senders: []string{"*"}}),
		Outcome:  Fail,
		Contains: "the export shows that it is off (Inbound: EFSkipLastIP is off and EFSkipIPs is empty)",
	}, {
		Name:     "an export that shows it on for a few mailboxes",
		Zone:     gatewayZone,
		Options:  exportOf(facts.InboundConnector{Name: "Inbound", Enabled: true, Type: "Partner", Senders: []string{"smtp:*;1"}, SkipLastIP: true, Users: []string{"a@example.com"}}),
		Outcome:  Fail,
		Contains: "EFUsers limits it to 1 mailbox",
	}, {
		Name:    "an export that shows it to be on",
		Zone:    gatewayZone,
		Options: exportOf(facts.InboundConnector{Name: "Inbound", Enabled: true, Type: "Partner", Senders: []string{"smtp:*;1"}, SkipIPs: []string{"192.0.2.0/24"}}),
		Outcome: Pass,
	}, {
		Name:    "it is declared to be on",
		Zone:    gatewayZone,
		Options: facts.Options{Declared: facts.Declared{EnhancedFiltering: []facts.For[facts.Switch]{{Domains: "*.com", Value: facts.On}}}},
		Outcome: Pass,
	}, {
		Name: "Microsoft receives directly",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
autodiscover.example.com. CNAME autodiscover.outlook.com.`,
		Outcome: Pass,
	}, {
		Name: "a gateway, and nothing that speaks for Microsoft",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`,
		Outcome: Pass,
	}, {
		Name:    "a domain that takes no mail",
		Zone:    `example.com. MX 0 .`,
		Outcome: NotApplicable,
	}},
}
