package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var m365SRSDomainSPF = Rule{
	ID:         "M365008",
	Name:       "m365-srs-domain-spf",
	Title:      "Mailboxes are at Microsoft 365 behind another host, and SPF lacks it",
	Severity:   Medium,
	Confidence: Likely,
	Why: `What a user or a rule forwards leaves Exchange Online with this domain in the envelope (Sender Rewriting Scheme), and what users write, too, unless
an outbound connector sends it elsewhere. SPF authorises neither Microsoft nor a gateway that mail could leave through, so that both fail SPF.`,
	Fix: "If mail leaves Microsoft 365 directly, add `include:spf.protection.outlook.com` before `all`. If it leaves through a gateway, add what that publishes. " +
		"Verify with `Get-OutboundConnector | Format-List Name,Enabled,RecipientDomains,SmartHosts`.",
	Refs: []string{
		"https://learn.microsoft.com/exchange/reference/sender-rewriting-scheme",
		"RFC 7208, section 10.1.2",
	},
	Roles: []facts.Role{facts.Receives},
	Needs: []facts.Part{facts.PartMX, facts.PartM365, facts.PartSPFWalk, facts.PartSPFPass},
	Check: func(f *facts.Facts) []Finding {
		if !atMicrosoft(f) || hasSignal(f, "mx") {
			return nil // where Microsoft receives, another rule is stricter
		}
		if f.SPF.Tree == nil || len(f.SPF.Tree.Problems) > 0 || f.SPF.Passes().State != facts.Present || mayAuthoriseMicrosoft(f) {
			return nil
		}
		return []Finding{{
			Message: fmt.Sprintf("the mailboxes are %s at Microsoft 365 (%s), and SPF lets neither its servers send nor a gateway",
				likelihood(f.Mailbox.Confidence), strings.Join(f.Mailbox.Evidence, ", ")),
			Evidence: append([]Evidence{ownSPF(f)}, gatewayEvidence(f)...),
		}}
	},
	Examples: []Example{{
		Name: "own addresses alone",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. TXT "v=spf1 ip4:192.0.2.25 -all"
autodiscover.example.com. CNAME autodiscover.outlook.com.`,
		Outcome:  Fail,
		Contains: "SPF lets neither its servers send nor a gateway",
	}, {
		Name:    "Microsoft, and no gateway: one that carries no outbound mail need not be there",
		Zone:    gatewayZone,
		Outcome: Pass,
	}, {
		Name: "the gateway that mail leaves through",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. TXT "v=spf1 include:eu._netblocks.mimecast.com -all"
autodiscover.example.com. CNAME autodiscover.outlook.com.
eu._netblocks.mimecast.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Outcome: Pass,
	}, {
		Name: "a domain that only receives",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. TXT "v=spf1 -all"
autodiscover.example.com. CNAME autodiscover.outlook.com.`,
		Outcome: Pass,
	}},
}
