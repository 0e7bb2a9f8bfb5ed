package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var m365ARCSealerTrust = Rule{
	ID:         "M365028",
	Name:       "m365-arc-sealer-trust",
	Title:      "What the gateway changes breaks DKIM, unless its ARC seal is trusted",
	Severity:   Low,
	Confidence: Hint,
	Why: `Many gateways change messages: they rewrite links, add a banner or take attachments out. That breaks the author's DKIM signature, so that DMARC fails at
Exchange Online although the gateway saw it pass. A gateway that seals what it saw (ARC, RFC 8617) can be trusted by name; then Exchange Online goes by
the seal. Enhanced Filtering restores the address that SPF is judged by, and not the signature.`,
	Fix: "Does the gateway change messages, and does it add an ARC seal? Then name its domain, which stands behind `d=` in its ARC-Seal headers: " +
		"`Set-ArcConfig -Identity default -ArcTrustedSealers gateway.example`. Verify with `Get-ArcConfig | Format-List ArcTrustedSealers`.",
	Refs: []string{
		"https://learn.microsoft.com/defender-office-365/email-authentication-arc-configure",
		"RFC 8617, section 7.2",
	},
	Needs: []facts.Part{facts.PartMX, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		if !behindGateway(f) || f.Tenant.Sealers.State == facts.On {
			return nil
		}
		message := fmt.Sprintf("if %s changes messages, their DKIM signatures fail at Exchange Online: is it a trusted ARC sealer (verify with Get-ArcConfig)?", providerName(f, f.MX.Gateway))
		if f.Tenant.Sealers.State == facts.Off {
			message = fmt.Sprintf("if %s changes messages, their DKIM signatures fail at Exchange Online, and the export shows no trusted ARC sealer: should it be one?", providerName(f, f.MX.Gateway))
		}
		return []Finding{{Key: f.MX.Gateway, Message: message, Evidence: gatewayEvidence(f)}}
	},
	Examples: []Example{{
		Name:     "a gateway in front",
		Zone:     gatewayZone,
		Outcome:  Fail,
		Contains: "is it a trusted ARC sealer (verify with Get-ArcConfig)?",
	}, {
		Name:     "an export without a sealer",
		Zone:     gatewayZone,
		Options:  tenantOf(facts.Tenant{Sealers: &[]string{}}),
		Outcome:  Fail,
		Contains: "the export shows no trusted ARC sealer",
	}, {
		Name:    "an export with one",
		Zone:    gatewayZone,
		Options: tenantOf(facts.Tenant{Sealers: &[]string{"gateway.example"}}),
		Outcome: Pass,
	}, {
		Name: "Microsoft receives directly",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
