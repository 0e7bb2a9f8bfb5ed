package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var m365SenderRiskThroughGateway = Rule{
	ID:         "M365023",
	Name:       "m365-sender-risk-through-gateway",
	Title:      "Mail of the domain rests on SPF, which a gateway on its way hides",
	Severity:   Low,
	Confidence: Hint,
	Why: `Many recipients at Microsoft 365 have a gateway in front. Without Enhanced Filtering their Exchange Online sees the gateway's address, and SPF of
this domain fails there. A DKIM signature gets through, if the gateway leaves the message as it is. Without one, this domain's mail looks
unauthenticated at such recipients, and what they forward may leave by the relay pool.`,
	Fix: "Is mail signed with DKIM for this domain? If so, name the selector (the name of a key, which stands before *._domainkey*) with `--selector`, or under `declared: selectors:` in mailposture.yaml. If not, publish both CNAME records " +
		"that `Get-DkimSigningConfig | Format-List Domain,Selector1CNAME,Selector2CNAME` shows, and run `Set-DkimSigningConfig -Identity example.com -Enabled $true`. " +
		"Verify with `Get-DkimSigningConfig | Format-List Domain,Enabled,Status`.",
	Refs: []string{
		"https://learn.microsoft.com/defender-office-365/outbound-spam-high-risk-delivery-pool-about",
		"RFC 7960, section 3.2",
	},
	Needs: []facts.Part{facts.PartMX, facts.PartSPFWalk, facts.PartDKIM, facts.PartDMARC, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		narrow := f.SPF.All == record.QualifierFail || f.SPF.All == record.QualifierSoftFail
		if !atMicrosoft(f) || initialDomain(f) || !narrow || f.DKIM.State == facts.Present || f.Tenant.Signing.State == facts.On {
			return nil
		}
		if f.DMARC.Effective.This == record.PolicyReject && f.MX.Gateway != "" {
			return nil // a rule of its own says what is lost
		}
		return []Finding{{
			Message:  fmt.Sprintf("mail rests on SPF alone (%s), and fails it where a recipient has a gateway in front of Microsoft 365: is it signed after all?", keysSeen(f)),
			Evidence: append([]Evidence{ownSPF(f)}, gatewayEvidence(f)...),
		}}
	},
	Examples: []Example{{
		Name: "SPF without DKIM",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome:  Fail,
		Contains: "mail rests on SPF alone (no key seen under",
	}, {
		Name: "a key",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
selector1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome: Pass,
	}, {
		Name: "no trace of Microsoft",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}},
}
