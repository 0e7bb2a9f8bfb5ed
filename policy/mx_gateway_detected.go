package policy

import (
	"github.com/mailposture/mailposture/facts"
)

var mxGatewayDetected = Rule{
	ID:         "MX017",
	Name:       "mx-gateway-detected",
	Title:      "Mail first reaches a third-party gateway",
	Severity:   Info,
	Confidence: Likely,
	Why: `The MX records name a service that filters mail and passes it on. This is no fault. What stands behind sees mail come
from the gateway's addresses: SPF checked there is checked against the wrong address, unless that system knows the gateway.`,
	Fix: "Nothing, where the system behind the gateway is told of it: at Microsoft 365 by Enhanced Filtering for Connectors. Let it " +
		"accept mail from the gateway only, or senders can go round it.",
	Refs: []string{
		"RFC 5321, section 5.1",
		"https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/enhanced-filtering-for-connectors",
	},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		if f.MX.Gateway == "" {
			return nil
		}
		host := ""
		for _, h := range f.MX.Hosts {
			if h.Provider == f.MX.Gateway {
				host = h.Name
				break
			}
		}
		return []Finding{{
			Key:      f.MX.Gateway,
			Message:  "mail first reaches " + providerName(f, f.MX.Gateway) + " (" + plain(host) + ")",
			Evidence: observed(f, mxQuestion(f)),
		}}
	},
	Examples: []Example{{
		Name:     "Mimecast",
		Zone:     `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.`,
		Outcome:  Fail,
		Contains: "mail first reaches Mimecast (eu-smtp-inbound-1.mimecast.com)",
	}, {
		Name:    "Microsoft 365 directly",
		Zone:    `example.com. MX 0 example-com.mail.protection.outlook.com.`,
		Outcome: Pass,
	}, {
		Name:    "a name that only ends alike",
		Zone:    `example.com. MX 10 mx.notmimecast.com.`,
		Outcome: Pass,
	}, {
		Name: "a gateway that stands behind the mailbox host is a backup",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. MX 50 eu-smtp-inbound-1.mimecast.com.`,
		Outcome: Pass,
	}},
}
