package policy

import "github.com/mailposture/mailposture/facts"

// gatewayZone is the example of a gateway with Microsoft 365 very likely behind it.
const gatewayZone = `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
autodiscover.example.com. CNAME autodiscover.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`

// exportOf is an administrator's export with these connectors, for examples.
func exportOf(connectors ...facts.InboundConnector) facts.Options {
	return tenantOf(facts.Tenant{Connectors: &connectors})
}

// tenantOf is an export of a tenant that accepts example.com, for examples.
func tenantOf(t facts.Tenant) facts.Options {
	t.Accepted = append(t.Accepted, facts.AcceptedDomain{Domain: "example.com", Type: "Authoritative"})
	return facts.Options{Declared: facts.Declared{Tenant: &t}}
}

// sendersOf declares senders of every domain, for examples.
func sendersOf(senders ...facts.Sender) facts.Options {
	return facts.Options{Declared: facts.Declared{Senders: []facts.For[[]facts.Sender]{{Domains: "*", Value: senders}}}}
}
