package policy

import (
	"fmt"
	"slices"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
)

var mxMixedProviders = Rule{
	ID:         "MX010",
	Name:       "mx-mixed-providers",
	Title:      "The MX records lead to different services",
	Severity:   Medium,
	Confidence: Likely,
	Why: `Senders choose one of the MX hosts (the servers that take the domain's mail), and a message that arrives at one
service is not seen at the other: mail is lost in mailboxes that nobody reads, or takes the way that filters less. It is most
often what is left of a move. It works where each service passes mail on to the other, which DNS cannot show.`,
	Fix:   "Decide which service takes the domain's mail, and remove the MX records of the others. A service looks after its own backup.",
	Refs:  []string{"RFC 5321, section 5.1"},
	Needs: []facts.Part{facts.PartMX},
	Check: func(f *facts.Facts) []Finding {
		services := servicesOfMX(f)
		if len(services) < 2 {
			return nil
		}
		return []Finding{{
			Key:      keyOf(services...),
			Message:  "mail goes to " + joinAnd(serviceNames(f, services)) + ", whichever a sender chooses",
			Evidence: observed(f, mxQuestion(f)),
		}}
	},
	Examples: []Example{{
		Name: "Google, and Microsoft 365 from before the move",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. MX 10 example-com.mail.protection.outlook.com.`,
		Outcome:  Fail,
		Contains: "mail goes to Google Workspace and Gmail and Microsoft 365 (worldwide and GCC), whichever a sender chooses",
	}, {
		Name: "two gateways",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. MX 10 mxa-00000001.gslb.pphosted.com.`,
		Outcome:  Fail,
		Contains: "Mimecast and Proofpoint",
	}, {
		Name: "one service under several names",
		Zone: `example.com. MX 0 example-com.a-v1.mx.microsoft.
example.com. MX 5 example-com.mail.protection.outlook.com.
example.com. MX 10 example-com.mail.eo.outlook.com.`,
		Outcome: Pass,
	}, {
		Name: "two products of one company",
		Zone: `example.com. MX 10 mx1-us1.ppe-hosted.com.
example.com. MX 20 mxa-00000001.gslb.pphosted.com.`,
		Outcome: Pass,
	}, {
		Name: "a gateway and a mailbox host are other rules'",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. MX 20 smtp.google.com.`,
		Outcome: Pass,
	}, {
		Name: "a host that shows Google who owns the domain",
		Zone: `example.com. MX 10 example-com.mail.protection.outlook.com.
example.com. MX 15 abcdefghijkl.mx-verification.google.com.`,
		Outcome: Pass,
	}, {
		Name: "a host that the catalogue does not know",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. MX 10 mx.example.net.`,
		Outcome: Pass,
	}},
}

// servicesOfMX are the different services among the MX hosts, by preference:
// gateways where one receives first, else mailbox hosts. Services of one
// company count once.
func servicesOfMX(f *facts.Facts) []string {
	kind := provider.MailboxHost
	if f.MX.Gateway != "" {
		kind = provider.Gateway
	}
	var services, companies []string
	for _, h := range f.MX.Hosts {
		p, ok := f.Options.Providers.ByID(h.Provider)
		if !ok || p.Kind != kind || verifies(h.Name) || slices.Contains(companies, company(p.ID)) {
			continue
		}
		services, companies = append(services, p.ID), append(companies, company(p.ID))
	}
	return services
}

// company groups the services of one company: to move between them is the
// company's own doing, and loses no mail.
func company(id string) string {
	switch {
	case facts.IsMicrosoft365(id), id == "outlook-consumer", id == "microsoft-fope-retired", id == "microsoft-365-germany-retired":
		return "microsoft"
	case id == "proofpoint-enterprise", id == "proofpoint-essentials", id == "proofpoint-cloudmark":
		return "proofpoint"
	case id == "vade", id == "zerospam":
		return "hornetsecurity"
	case id == "staysecure", id == "vipre-fusemail":
		return "vipre" // StaySecure was sold to the owner of FuseMail
	case id == "spamfree-cz":
		return "virusfree-cz"
	case id == "ionos", id == "strato", id == "serviciodecorreo-es":
		return "ionos" // the IONOS group
	}
	return id
}

func serviceNames(f *facts.Facts, ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = providerName(f, id)
	}
	return names
}

// joinAnd is "a", "a and b", or "a, b and c".
func joinAnd(items []string) string {
	last := len(items) - 1
	if last < 1 {
		return listed(items)
	}
	return fmt.Sprintf("%s and %s", listed(items[:last]), items[last])
}

// verifies reports whether an MX host is there to show a service who owns the
// domain, and takes no mail.
func verifies(host string) bool {
	return under(host, "mx-verification.google.com") || under(host, "msv1.invalid") // Microsoft's
}
