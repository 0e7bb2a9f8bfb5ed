package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var m365OutboundViaGatewayRelayList = Rule{
	ID:         "M365007",
	Name:       "m365-outbound-via-gateway-relay-list",
	Title:      "Mail leaves through the gateway, which may not know the relay pool",
	Severity:   Medium,
	Confidence: Hint,
	Why: `SPF lists the gateway and not Microsoft: mail seems to leave Exchange Online through the gateway. A gateway that knows the tenant (the account of an
organization at Microsoft) by Microsoft's published addresses refuses what comes from the unpublished **relay pool**: forwarded mail that was not authenticated when it came in. The bounce is
550 5.7.367 Remote server returned not permitted to relay.`,
	Fix: "Does the gateway know the tenant by more than Microsoft's addresses? If it can, let it look at the certificate of the " +
		"connector (the setting at Exchange Online for mail to another system) or at a header, and turn on Enhanced Filtering, so that less mail is " +
		"unauthenticated: `Set-InboundConnector \"From gateway\" -EFSkipLastIP $true`. Do not add addresses of the relay pool anywhere: they change. Verify with " +
		"`Get-OutboundConnector | Format-List Name,SmartHosts,TlsSettings` and, for a bounced message, `Get-MessageTraceDetailV2` (OutboundIpPoolName).",
	Refs: []string{
		"https://learn.microsoft.com/defender-office-365/outbound-spam-high-risk-delivery-pool-about",
		"https://learn.microsoft.com/troubleshoot/exchange/email-delivery/ndr/fix-error-code-550-5-7-367",
	},
	Needs: []facts.Part{facts.PartMX, facts.PartM365, facts.PartSPFWalk},
	Check: func(f *facts.Facts) []Finding {
		if !behindGateway(f) || f.Tenant.EnhancedFiltering.State == facts.On || f.SPF.Tree == nil || !listsProvider(f, f.MX.Gateway) || listsMicrosoft(f) {
			return nil
		}
		return []Finding{{
			Key: f.MX.Gateway,
			Message: fmt.Sprintf("SPF lists %s and not Microsoft, so mail seems to leave through it: does it know the tenant by more than Microsoft's published addresses (verify with Get-OutboundConnector)?",
				providerName(f, f.MX.Gateway)),
			Evidence: append([]Evidence{ownSPF(f)}, observed(f, mxQuestion(f))...),
		}}
	},
	Examples: []Example{{
		Name: "Mimecast in front, and alone in SPF",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. TXT "v=spf1 include:eu._netblocks.mimecast.com -all"
autodiscover.example.com. CNAME autodiscover.outlook.com.
eu._netblocks.mimecast.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Outcome:  Fail,
		Contains: "SPF lists Mimecast and not Microsoft",
	}, {
		Name: "both in SPF",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. TXT "v=spf1 include:eu._netblocks.mimecast.com include:spf.protection.outlook.com -all"
autodiscover.example.com. CNAME autodiscover.outlook.com.
eu._netblocks.mimecast.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome: Pass,
	}, {
		Name:    "a gateway that carries no outbound mail",
		Zone:    gatewayZone,
		Outcome: Pass,
	}},
}
