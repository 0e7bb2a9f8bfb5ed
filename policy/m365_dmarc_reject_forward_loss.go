package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var m365DMARCRejectForwardLoss = Rule{
	ID:         "M365024",
	Name:       "m365-dmarc-reject-forward-loss",
	Title:      "p=reject rests on SPF alone, behind a gateway with Microsoft 365",
	Severity:   Medium,
	Confidence: Hint,
	Why: `A forwarded copy never passes SPF for the domain: it leaves from the forwarder's address, or with the forwarder's
name in the envelope (the address that bounces go to). Only a DKIM signature of the domain carries DMARC through. Behind a gateway Exchange Online judges
SPF by the gateway's address: what comes back to the domain from a list or a partner rests on DKIM there, too.`,
	Fix: "Is mail signed with DKIM for this domain? If so, name the selector (the name of a key, which stands before *._domainkey*) with `--selector`. If not, publish both selector CNAMEs that " +
		"`Get-DkimSigningConfig | Format-List Selector1CNAME,Selector2CNAME` shows and run `Set-DkimSigningConfig -Identity example.com -Enabled $true`, or sign at the gateway, " +
		"before `p=reject` stays. Verify with `Get-DkimSigningConfig | Format-List Domain,Enabled,Status`.",
	Refs:  []string{"RFC 9989, section 7.4", "RFC 7960, section 3.2", "https://learn.microsoft.com/defender-office-365/email-authentication-dkim-configure"},
	Roles: []facts.Role{facts.Receives},
	Needs: []facts.Part{facts.PartMX, facts.PartDMARC, facts.PartDKIM, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		if f.DMARC.Effective.This != record.PolicyReject || f.DKIM.State == facts.Present || f.Tenant.Signing.State == facts.On || f.MX.Gateway == "" || !atMicrosoft(f) {
			return nil
		}
		return []Finding{{
			Message: fmt.Sprintf("p=reject rests on SPF alone (%s), and %s stands in front of Microsoft 365: will forwarded copies of this domain's mail be refused?",
				keysSeen(f), providerName(f, f.MX.Gateway)),
			Evidence: append([]Evidence{whole(f.DMARC.Record)}, gatewayEvidence(f)...),
		}}
	},
	Examples: []Example{{
		Name: "Mimecast in front, no key",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
autodiscover.example.com. CNAME autodiscover.outlook.com.
_dmarc.example.com. TXT "v=DMARC1; p=reject"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome:  Fail,
		Contains: "p=reject rests on SPF alone (no key seen under",
	}, {
		Name: "the same with a key",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
autodiscover.example.com. CNAME autodiscover.outlook.com.
selector1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
_dmarc.example.com. TXT "v=DMARC1; p=reject"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome: Pass,
	}, {
		Name: "quarantine lets a copy through",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
autodiscover.example.com. CNAME autodiscover.outlook.com.
_dmarc.example.com. TXT "v=DMARC1; p=quarantine"`,
		Outcome: Pass,
	}, {
		Name:    "a domain that takes no mail",
		Zone:    `example.com. MX 0 .`,
		Outcome: NotApplicable,
	}},
}
