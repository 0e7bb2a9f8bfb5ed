package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
)

var mxBackupEqualsBackdoor = Rule{
	ID:         "MX011",
	Name:       "mx-backup-equals-backdoor",
	Title:      "An MX record leads round the gateway",
	Severity:   Medium,
	Confidence: Likely,
	Why: `A gateway (a service that filters mail before it reaches the mailboxes) receives first, and another MX record names the server
behind it. Senders may use any of the records, and those of unwanted mail like the last one: what goes there has not been through the
gateway. It does no harm where that server takes mail from the gateway only, which DNS cannot show.`,
	Fix: "Remove the MX record that does not belong to the gateway: the gateway keeps mail while the server behind it is down. Then let that server " +
		"take mail from the gateway's addresses only.",
	Refs:    []string{"RFC 5321, section 5.1"},
	Needs:   []facts.Part{facts.PartMX, facts.PartHosts},
	Partial: true, // each host is proved by itself
	Check: func(f *facts.Facts) []Finding {
		if f.MX.Gateway == "" {
			return nil
		}
		var findings []Finding
		for _, h := range f.MX.Hosts {
			key := behindGatewayOf(f, h)
			if key == "" {
				continue
			}
			findings = append(findings, Finding{
				Key:      keyOf(key),
				Message:  fmt.Sprintf("the MX host %s lets senders go round %s", plain(h.Name), providerName(f, f.MX.Gateway)),
				Evidence: observed(f, mxQuestion(f)),
			})
		}
		return findings
	},
	Examples: []Example{{
		Name: "Google behind a gateway, as a backup",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. MX 50 smtp.google.com.`,
		Outcome:  Fail,
		Contains: "the MX host smtp.google.com lets senders go round Mimecast",
	}, {
		Name: "the domain's own server as a backup",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. MX 50 mail.example.com.
mail.example.com. A 192.0.2.25`,
		Outcome:  Fail,
		Contains: "the MX host mail.example.com lets senders go round Mimecast",
	}, {
		Name: "a name of the domain's own at the same preference may be the gateway's address",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name: "so may a backup that is an alias of it",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. MX 20 mx.example.com.
mx.example.com. CNAME eu-smtp-inbound-2.mimecast.com.
eu-smtp-inbound-2.mimecast.com. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name: "the gateway alone",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. MX 10 eu-smtp-inbound-2.mimecast.com.`,
		Outcome: Pass,
	}, {
		Name: "no gateway in front",
		Zone: `example.com. MX 10 mx1.example.com.
example.com. MX 20 smtp.google.com.`,
		Outcome: Pass,
	}, {
		Name: "a host that the catalogue does not know may be the gateway's",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. MX 20 mx.example.net.`,
		Outcome: Pass,
	}, {
		Name: "Microsoft 365 is another rule's",
		Zone: `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. MX 50 example-com.mail.protection.outlook.com.`,
		Outcome: Pass,
	}},
}

// behindGatewayOf names a host that seems to stand behind the gateway: the
// service that holds mailboxes, or the backup that has a name of the domain's
// own. It is "" for any other. Microsoft's hosts are a rule of their own.
func behindGatewayOf(f *facts.Facts, h facts.Host) string {
	p, known := f.Options.Providers.ByID(h.Provider)
	switch {
	case verifies(h.Name), facts.IsMicrosoft365(p.ID):
		return ""
	case known && p.Kind == provider.MailboxHost:
		return p.ID
	case known || !under(h.Name, string(f.Domain)) || h.Preference == f.MX.Hosts[0].Preference:
		return ""
	case h.Complete.State != facts.Present:
		return "" // it may be an alias
	}
	for _, alias := range h.Chain {
		if p, ok := f.Options.Providers.ForMX(alias); ok && p.Kind == provider.Gateway {
			return ""
		}
	}
	return h.Name
}
