package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var m365DirectSendOpen = Rule{
	ID:         "M365026",
	Name:       "m365-direct-send-open",
	Title:      "Anybody may write to the users in the name of the domain (Direct Send)",
	Severity:   Medium,
	Confidence: Hint,
	Why: `Each tenant (the account of an organization at Microsoft) has a host that takes mail for its users without a login, also when the
sender's address is in the domain itself: that is Direct Send, made for printers. Where neither DMARC at that host nor a lock on the gateway stops it, anybody can send messages that seem to come from a
colleague. Behind a gateway, Exchange Online honours the domain's DMARC policy only with Enhanced Filtering. The tenant can refuse such
mail (5.7.68); it looks at the envelope (the address that bounces go to), so forwarders that keep the sender are refused as well.`,
	Fix: "Is anything still sent that way? Give devices a connector (the setting at Exchange Online for mail from another system) or a " +
		"login, then run `Set-OrganizationConfig -RejectDirectSend $true`. Verify with `Get-OrganizationConfig | Format-List RejectDirectSend`. " +
		"An enforcing DMARC policy helps where Microsoft receives directly.",
	Refs: []string{
		"https://learn.microsoft.com/powershell/module/exchangepowershell/set-organizationconfig",
		"https://learn.microsoft.com/exchange/mail-flow-best-practices/how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
	},
	Needs: []facts.Part{facts.PartMX, facts.PartDMARC, facts.PartM365, facts.PartEOP},
	Check: func(f *facts.Facts) []Finding {
		reject, enforced := f.Tenant.RejectDirectSend, f.DMARC.Effective.This == record.PolicyReject || f.DMARC.Effective.This == record.PolicyQuarantine
		behind := behindGateway(f)
		switch {
		case reject.State == facts.On, f.M365.EOP.State != facts.Present, !behind && !receivesDirectly(f), initialDomain(f):
			return nil
		case behind && f.Tenant.Locked.State == facts.On, enforced && (!behind || f.Tenant.EnhancedFiltering.State == facts.On):
			return nil
		}
		message := fmt.Sprintf("%s takes mail without a login that bears this domain as its sender (Direct Send): does the tenant refuse it (verify with Get-OrganizationConfig)?", f.M365.EOPHost)
		if reject.State == facts.Off {
			message = fmt.Sprintf("%s takes mail without a login that bears this domain as its sender, as the export shows (RejectDirectSend is off): should it?", f.M365.EOPHost)
		}
		return []Finding{{Message: message, Evidence: append(observed(f, facts.Question{Name: f.M365.EOPHost, Kind: facts.KindA}), observed(f, mxQuestion(f))...)}}
	},
	Examples: []Example{{
		Name: "Microsoft receives, and no DMARC policy holds",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "does the tenant refuse it (verify with Get-OrganizationConfig)?",
	}, {
		Name: "behind a gateway, where the policy is not honoured",
		Zone: gatewayZone + `
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome:  Fail,
		Contains: "(Direct Send)",
	}, {
		Name: "the same with Enhanced Filtering",
		Zone: gatewayZone + `
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Options: facts.Options{Declared: facts.Declared{EnhancedFiltering: []facts.For[facts.Switch]{{Domains: "*", Value: facts.On}}}},
		Outcome: Pass,
	}, {
		Name: "Microsoft receives, and the policy is to reject",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name: "an export that shows it refused",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80`,
		Options: tenantOf(facts.Tenant{RejectDirectSend: facts.On}),
		Outcome: Pass,
	}, {
		Name: "an export that shows it taken",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80`,
		Options:  tenantOf(facts.Tenant{RejectDirectSend: facts.Off}),
		Outcome:  Fail,
		Contains: "as the export shows (RejectDirectSend is off)",
	}, {
		Name:    "locked to the gateway",
		Zone:    gatewayZone,
		Options: exportOf(facts.InboundConnector{Name: "Gateway", Enabled: true, Type: "Partner", Senders: []string{"smtp:*;1"}, RestrictToIPs: true, IPs: []string{"192.0.2.0/24"}}),
		Outcome: Pass,
	}},
}
