package facts_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

func connector(change func(*facts.InboundConnector)) facts.InboundConnector {
	c := facts.InboundConnector{Name: "In", Enabled: true, Type: "Partner", Senders: []string{"smtp:*;1"}}
	change(&c)
	return c
}

// What an export says of Enhanced Filtering, and of the lock.
func TestTenantConnectors(t *testing.T) {
	plain := connector(func(*facts.InboundConnector) {})
	skipping := connector(func(c *facts.InboundConnector) { c.SkipLastIP = true })
	for _, c := range []struct {
		name       string
		connectors []facts.InboundConnector
		ef, lock   facts.Switch
	}{
		{"no connector", nil, facts.Off, facts.Off},
		{"one without anything", []facts.InboundConnector{plain}, facts.Off, facts.Off},
		{"the last address is skipped", []facts.InboundConnector{skipping}, facts.On, facts.Off},
		{"a list of addresses", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.SkipIPs = []string{"192.0.2.1"} })}, facts.On, facts.Off},
		{"for some mailboxes", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.SkipLastIP, c.Users = true, []string{"a@example.com"} })}, facts.Off, facts.Off},
		{"in test mode", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.SkipLastIP, c.TestMode = true, true })}, facts.Off, facts.Off},
		{"switched off", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.SkipLastIP, c.Enabled = true, false })}, facts.Off, facts.Off},
		{"for one partner's domain", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.SkipLastIP, c.Senders = true, []string{"smtp:example.net;1"} })}, facts.Off, facts.Off},
		{"one with and one without", []facts.InboundConnector{skipping, plain}, "", facts.Off},
		{"on premises", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.SkipLastIP, c.Type = true, "OnPremises" })}, facts.On, facts.Off},
		{"locked by addresses", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.RestrictToIPs, c.IPs = true, []string{"192.0.2.0/24"} })}, facts.Off, facts.On},
		{"locked by addresses that are not there", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.RestrictToIPs = true })}, facts.Off, facts.Off},
		{"locked by a certificate", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.RestrictToCertificate, c.Certificate = true, "gw.example" })}, facts.Off, facts.On},
		{"locked by a certificate without a name", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.RestrictToCertificate = true })}, facts.Off, facts.Off},
		{"addresses without the restriction", []facts.InboundConnector{connector(func(c *facts.InboundConnector) { c.IPs = []string{"192.0.2.0/24"} })}, facts.Off, facts.Off},
		{"a lock for one domain", []facts.InboundConnector{connector(func(c *facts.InboundConnector) {
			c.RestrictToIPs, c.IPs, c.Senders = true, []string{"192.0.2.0/24"}, []string{"example.net"}
		})}, facts.Off, facts.Off},
		{"on premises is no lock", []facts.InboundConnector{connector(func(c *facts.InboundConnector) {
			c.RestrictToIPs, c.IPs, c.Type = true, []string{"192.0.2.0/24"}, "OnPremises"
		})}, facts.Off, facts.Off},
	} {
		opt := facts.DefaultOptions()
		opt.Declared.Tenant = &facts.Tenant{Accepted: []facts.AcceptedDomain{{Domain: "example.com"}}, Connectors: &c.connectors}
		got := newWorld(t, proofpointMX).build("example.com", opt).Tenant
		if got.EnhancedFiltering.State != c.ef || got.Locked.State != c.lock {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// An export speaks of the domains that its tenant accepts, and of no other.
func TestTenantDomains(t *testing.T) {
	sealers := []string{"gateway.example"}
	opt := facts.DefaultOptions()
	opt.Declared.Tenant = &facts.Tenant{
		Accepted:         []facts.AcceptedDomain{{Domain: "example.com", Subdomains: true}, {Domain: "example.net"}},
		Connectors:       &[]facts.InboundConnector{},
		RejectDirectSend: facts.On, Sealers: &sealers,
		Signing: &[]facts.DKIMSigning{{Domain: "example.com", Enabled: true}},
	}
	for domain, want := range map[facts.Domain]string{
		"example.com":        "on off on on on",
		"sub.example.com":    "on off on on off",
		"example.net":        "on off on on off",
		"sub.example.net":    "off    ",
		"badexample.com":     "off    ",
		"example.com.attack": "off    ",
	} {
		s := newWorld(t, string(domain)+". MX 10 mx."+string(domain)+".\n").build(domain, opt).Tenant
		got := fmt.Sprint(s.Accepted.State, " ", s.EnhancedFiltering.State, " ", s.RejectDirectSend.State, " ", s.Sealers.State, " ", s.Signing.State)
		if got != want {
			t.Errorf("%s: %q, want %q", domain, got, want)
		}
	}
	opt.Declared.EnhancedFiltering = []facts.For[facts.Switch]{{Domains: "*", Value: facts.On}}
	if got := newWorld(t, proofpointMX).build("example.com", opt).Tenant.EnhancedFiltering; got.State != facts.On || got.Source != "declared" {
		t.Errorf("the export wins over what is declared of the domain: %+v", got)
	}
}

// Whatever is declared survives a saved file, and changes what Build makes of it.
func TestDeclaredSurvives(t *testing.T) {
	opt := facts.Options{Declared: facts.Declared{
		Relays:            []facts.For[[]netip.Addr]{{Domains: "*", Value: []netip.Addr{netip.MustParseAddr("192.0.2.9")}}},
		Senders:           []facts.For[[]facts.Sender]{{Domains: "example.com", Value: []facts.Sender{{Name: "192.0.2.9", Selectors: []string{"crm1"}}}}},
		Gateways:          []facts.For[string]{{Domains: "*.com", Value: "mimecast"}},
		Mailboxes:         []facts.For[string]{{Domains: "*.com", Value: "zoho"}},
		Selectors:         []facts.For[[]string]{{Domains: "example.com", Value: []string{"s2026"}}},
		EnhancedFiltering: []facts.For[facts.Switch]{{Domains: "example.com", Value: facts.Off}},
		AcceptedDomains:   []string{"*.example.com", "example.com"},
		Tenant:            &facts.Tenant{Accepted: []facts.AcceptedDomain{{Domain: "example.com", Type: "InternalRelay"}}, Sealers: &[]string{}},
	}}
	text, err := json.Marshal(opt)
	if err != nil {
		t.Fatal(err)
	}
	var back facts.Options
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back.Declared, opt.Declared) {
		t.Fatalf("%v\n%s", err, text)
	}
	back.Providers = facts.DefaultOptions().Providers
	const zone = `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 -all"
crm1._domainkey.example.com. ` + edKey + "s2026._domainkey.example.com. " + edKey
	f := newWorld(t, zone).build("example.com", back)
	if f.MX.Gateway != "mimecast" || f.Mailbox.Host != "zoho" || len(f.SPF.Relay) != 1 || f.SPF.Relay[0].Result != facts.SPFFail || len(f.DKIM.Keys) != 2 {
		t.Errorf("gateway %q, mailboxes %+v, relays %+v, keys %+v", f.MX.Gateway, f.Mailbox, f.SPF.Relay, f.DKIM.Keys)
	}
	if len(f.Senders) != 1 || f.Senders[0].By != "dkim" || f.Tenant.EnhancedFiltering.State != facts.Off || f.Tenant.Accepted.State != facts.On {
		t.Errorf("senders %+v, tenant %+v", f.Senders, f.Tenant)
	}
}

// What is not known of a sender is unknown, never that it is missing.
func TestSenderDoubt(t *testing.T) {
	opt := facts.DefaultOptions()
	opt.Declared.Senders = []facts.For[[]facts.Sender]{{Domains: "*", Value: []facts.Sender{{Name: "sendgrid"}, {Name: "192.0.2.9", Selectors: []string{"crm1"}}}}}
	const zone = "example.com. TXT \"v=spf1 include:_spf.example.net -all\"\n_spf.example.net. TXT \"v=spf1 -all\"\nx._domainkey.example.com. TXT x\n"
	if f := newWorld(t, zone).build("example.com", opt); f.Part(facts.PartSenders).State != facts.Present || f.Senders[0].State != facts.Absent || f.Senders[1].State != facts.Absent {
		t.Errorf("%+v", f.Senders)
	}
	for _, broken := range []facts.Question{{Name: "_spf.example.net", Kind: "TXT"}, {Name: "crm1._domainkey.example.com", Kind: "TXT"}, {Name: "example.com", Kind: "TXT"}} {
		w := newWorld(t, zone)
		w.fail[broken] = "timeout"
		if f := w.build("example.com", opt); f.Part(facts.PartSenders).State != facts.Unknown {
			t.Errorf("%s fails: %+v", broken, f.Senders)
		}
	}
}
