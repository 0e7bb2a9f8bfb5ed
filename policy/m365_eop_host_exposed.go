package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var m365EOPHostExposed = Rule{
	ID:         "M365005",
	Name:       "m365-eop-host-exposed",
	Title:      "Mail can go round the gateway, straight to the tenant's own host",
	Severity:   Medium,
	Confidence: Hint,
	Why: `Exchange Online gives every accepted domain a host of its own. Its name follows from the domain, so anybody can deliver to it and pass the gateway
by, unless the tenant (the account of an organization at Microsoft) has a connector (the setting at Exchange Online for mail from
another system) that lets only the gateway in. **Enhanced Filtering is not that boundary**: it changes which address is judged, and
refuses nothing. The host cannot be removed, and DNS does not show whether it is locked.`,
	Fix: "Is mail taken from the gateway only? If not, make a connector for that: `New-InboundConnector -Name \"Gateway only\" -ConnectorType Partner -SenderDomains * " +
		"-RestrictDomainsToCertificate $true -TlsSenderCertificateName gateway.example`, or `-RestrictDomainsToIPAddresses $true -SenderIPAddresses` with the gateway's " +
		"addresses. Other mail is then refused with 5.7.51. Verify with `Get-InboundConnector | Format-List Name,Enabled,ConnectorType,SenderDomains,RestrictDomainsTo*`.",
	Refs: []string{
		"https://learn.microsoft.com/exchange/mail-flow-best-practices/manage-mail-flow-using-third-party-cloud",
		"https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/enhanced-filtering-for-connectors",
	},
	Needs: []facts.Part{facts.PartMX, facts.PartM365, facts.PartEOP},
	Check: func(f *facts.Facts) []Finding {
		lock := f.Tenant.Locked
		if !behindGateway(f) || f.M365.EOP.State != facts.Present || lock.State == facts.On || hasSignal(f, "mx") {
			return nil // a Microsoft host among the MX is another rule's
		}
		message := fmt.Sprintf("%s exists beside %s, and takes mail from anyone unless the tenant is locked to the gateway: is it (verify with Get-InboundConnector)?",
			f.M365.EOPHost, providerName(f, f.MX.Gateway))
		if lock.State == facts.Off {
			message = fmt.Sprintf("%s takes mail from anyone, round %s, as the export shows (%s): should it?", f.M365.EOPHost, providerName(f, f.MX.Gateway), plain(lock.Detail))
		}
		return []Finding{{Message: message, Evidence: append(observed(f, mxQuestion(f)), observed(f, facts.Question{Name: f.M365.EOPHost, Kind: facts.KindA})...)}}
	},
	Examples: []Example{{
		Name:     "the tenant's host exists",
		Zone:     gatewayZone,
		Outcome:  Fail,
		Contains: "is it (verify with Get-InboundConnector)?",
	}, {
		Name:     "an export without a lock",
		Zone:     gatewayZone,
		Options:  exportOf(facts.InboundConnector{Name: "In", Enabled: true, Type: "Partner", Senders: []string{"*"}, SkipLastIP: true}),
		Outcome:  Fail,
		Contains: "takes mail from anyone, round Proofpoint Email Protection, as the export shows",
	}, {
		Name:    "an export with a lock by addresses",
		Zone:    gatewayZone,
		Options: exportOf(facts.InboundConnector{Name: "Gateway", Enabled: true, Type: "Partner", Senders: []string{"smtp:*;1"}, RestrictToIPs: true, IPs: []string{"192.0.2.0/24"}}),
		Outcome: Pass,
	}, {
		Name:    "an export with a lock by certificate",
		Zone:    gatewayZone,
		Options: exportOf(facts.InboundConnector{Name: "In", Enabled: true, Type: "Partner", Senders: []string{"*"}, RestrictToCertificate: true, Certificate: "gw.example"}),
		Outcome: Pass,
	}, {
		Name:     "an export with a lock that is switched off",
		Zone:     gatewayZone,
		Options:  exportOf(facts.InboundConnector{Name: "In", Type: "Partner", Senders: []string{"*"}, RestrictToCertificate: true, Certificate: "gw.example"}),
		Outcome:  Fail,
		Contains: "should it?",
	}, {
		Name: "no such host",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
autodiscover.example.com. CNAME autodiscover.outlook.com.`,
		Outcome: Pass,
	}, {
		Name: "Microsoft receives directly",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
