package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var m365MXBypassDirect = Rule{
	ID:         "M365004",
	Name:       "m365-mx-bypass-direct",
	Title:      "Microsoft 365 stands among the MX records beside a gateway",
	Severity:   High,
	Confidence: Proof,
	Why: `Senders choose among the MX hosts (the servers that take the domain's mail), and those of unwanted mail like the
last one. What goes to the Microsoft host has not been through the gateway: it reaches users without the gateway's filter,
unless the tenant (your account at Microsoft 365) refuses mail that does not come from there.`,
	Fix: "Remove the Microsoft host from the MX records. Then let the tenant take mail from the gateway only: " +
		"`New-InboundConnector -Name \"Gateway only\" -ConnectorType Partner -SenderDomains * -RestrictDomainsToCertificate $true -TlsSenderCertificateName gateway.example`, " +
		"or `-RestrictDomainsToIPAddresses $true -SenderIPAddresses` with the gateway's addresses. Once that is so, mail to the host is refused, and the record does harm. " +
		"Verify with `Get-InboundConnector | Format-List Name,Enabled,ConnectorType,SenderDomains,RestrictDomainsTo*`.",
	Refs: []string{
		"RFC 5321, section 5.1",
		"https://learn.microsoft.com/exchange/mail-flow-best-practices/manage-mail-flow-using-third-party-cloud",
	},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		if f.MX.Gateway == "" {
			return nil
		}
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			if !facts.IsMicrosoft365(h.Provider) {
				return "", nil
			}
			what := "lets senders go round"
			if f.Tenant.Locked.State == facts.On {
				what = "loses the mail that senders hand it, as the tenant is locked to"
			}
			return fmt.Sprintf("the MX host %s %s %s", plain(h.Name), what, providerName(f, f.MX.Gateway)), observed(f, mxQuestion(f))
		})
	},
	Repair: dropMicrosoft,
	Examples: []Example{{
		Name: "Microsoft as a backup",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. MX 50 example-com.mail.protection.outlook.com.`,
		Outcome:  Fail,
		Contains: "the MX host example-com.mail.protection.outlook.com lets senders go round Proofpoint",
	}, {
		Name: "an export with a lock, which refuses what comes to it",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. MX 50 example-com.mail.protection.outlook.com.`,
		Options:  exportOf(facts.InboundConnector{Name: "In", Enabled: true, Type: "Partner", Senders: []string{"*"}, RestrictToIPs: true, IPs: []string{"192.0.2.0/24"}}),
		Outcome:  Fail,
		Contains: "loses the mail that senders hand it",
	}, {
		Name: "the gateway alone",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. MX 10 mxb-00000001.gslb.pphosted.com.`,
		Outcome: Pass,
	}, {
		Name: "Microsoft alone, in both forms of its name",
		Zone: `example.com. MX 0 example-com.a-v1.mx.microsoft.
example.com. MX 10 example-com.mail.protection.outlook.com.`,
		Outcome: Pass,
	}},
}
