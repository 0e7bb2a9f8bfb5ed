package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var m365BehindUnknownMXNeedsEF = Rule{
	ID:         "M365002",
	Name:       "m365-behind-unknown-mx-needs-ef",
	Title:      "Microsoft 365 behind a host of unknown kind needs Enhanced Filtering",
	Severity:   Medium,
	Confidence: Likely,
	Why: `The MX is a host of the domain's own, or of somebody that the catalogue of providers does not know, and the mailboxes are at Microsoft 365. If
that host passes mail on to Exchange Online, it stands in front as a gateway does: Exchange Online checks the sender's SPF against its address, and
what is forwarded from there may leave by the relay pool. In a hybrid organization, with mailboxes on that host as well, connectors may take care of it.`,
	Fix: "Turn on Enhanced Filtering for the inbound connector (the setting at Exchange Online for mail from another system) of that host: `Set-InboundConnector \"From own servers\" -EFSkipLastIP $true`, or `-EFSkipIPs` with " +
		"every public hop. Verify with `Get-InboundConnector | Format-List Name,ConnectorType,EFSkipLastIP,EFSkipIPs,EFUsers`. " +
		"Say in mailposture.yaml what the host is: `declared: gateway:` with a provider, or `none`.",
	Refs: []string{
		"https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/enhanced-filtering-for-connectors",
		"https://learn.microsoft.com/troubleshoot/exchange/email-delivery/ndr/fix-error-code-550-5-7-367",
	},
	Needs: []facts.Part{facts.PartMX, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		ef := f.Tenant.EnhancedFiltering
		if !atMicrosoft(f) || f.MX.Gateway != "" || f.MX.Declared || len(f.MX.Hosts) == 0 || f.MX.Implicit || f.MX.Hosts[0].Provider != "" || ef.State == facts.On {
			return nil
		}
		return []Finding{{
			Message: fmt.Sprintf("mail first reaches %s, and the mailboxes are %s at Microsoft 365 (%s): if that host passes mail on, Exchange Online needs Enhanced Filtering for Connectors%s",
				plain(f.MX.Hosts[0].Name), likelihood(f.Mailbox.Confidence), strings.Join(f.Mailbox.Evidence, ", "), adminSays(ef, "Get-InboundConnector")),
			Evidence: gatewayEvidence(f),
		}}
	},
	Examples: []Example{{
		Name: "an own host, and autodiscover at Microsoft",
		Zone: `example.com. MX 10 mail.example.com.
example.com. TXT "MS=ms12345678"
autodiscover.example.com. CNAME autodiscover.outlook.com.`,
		Outcome:  Fail,
		Contains: "mail first reaches mail.example.com, and the mailboxes are likely at Microsoft 365",
	}, {
		Name: "the same, declared to be no gateway",
		Zone: `example.com. MX 10 mail.example.com.
example.com. TXT "MS=ms12345678"
autodiscover.example.com. CNAME autodiscover.outlook.com.`,
		Options: facts.Options{Declared: facts.Declared{Gateways: []facts.For[string]{{Domains: "example.com", Value: facts.NoGateway}}}},
		Outcome: Pass,
	}, {
		Name:    "a gateway that the catalogue knows",
		Zone:    gatewayZone,
		Outcome: Pass,
	}, {
		Name: "an own host, and autodiscover at it",
		Zone: `example.com. MX 10 mail.example.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
autodiscover.example.com. CNAME mail.example.com.`,
		Outcome: Pass,
	}},
}
