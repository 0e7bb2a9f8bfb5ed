package provider

import (
	"slices"
	"strings"
	"testing"
)

// One line for each entry of providers.yaml: a host, an include and a selector
// with its target that it must know, as they stand in real records.
var embeddedCases = []struct{ id, mx, spf, selector, cname string }{
	{id: "microsoft-365", mx: "example-com.mail.protection.outlook.com", spf: "spf.protection.outlook.com", selector: "selector1", cname: "selector1-example-com._domainkey.example.onmicrosoft.com"},
	{id: "microsoft-365", mx: "example-com.q-v1.mx.microsoft", selector: "selector2", cname: "selector2-example-com._domainkey.example.k-v1.dkim.mail.microsoft"},
	{id: "microsoft-365-eo-legacy", mx: "example.com.mail.eo.outlook.com"},
	{id: "microsoft-365-gcc-high", mx: "example-com.mail.protection.office365.us", spf: "spf.protection.office365.us", selector: "selector1", cname: "selector1-example-com._domainkey.example.onmicrosoft.us"},
	{id: "microsoft-365-21vianet", mx: "example-cn.mail.protection.partner.outlook.cn", spf: "spf.protection.partner.outlook.cn"},
	{id: "outlook-consumer", mx: "outlook-com.olc.protection.outlook.com", spf: "outlook.com"},
	{id: "google-workspace", mx: "alt1.aspmx.l.google.com", spf: "_spf.google.com", selector: "google"},
	{id: "google-workspace", mx: "smtp.google.com"},
	{id: "komm-one", mx: "mx1.kvnbw.de", spf: "spf.protect.kvnbw.de"},
	{id: "ionos", mx: "mx00.kundenserver.de", spf: "_spf-eu.ionos.com", selector: "s1-ionos", cname: "s1.dkim.ionos.com"},
	{id: "strato", mx: "smtpin.rzone.de", spf: "_spf.strato.de"},
	{id: "serviciodecorreo-es", mx: "mx.serviciodecorreo.es", spf: "_spf.serviciodecorreo.es"},
	{id: "ekom21", mx: "mx1.ekom21.de", spf: "_spf1.ekom21.de"},
	{id: "ovhcloud", mx: "mx1.mail.ovh.net", spf: "mx.ovh.com"},
	{id: "zoho-mail", mx: "mx2.zoho.eu", spf: "one.zoho.com"},
	{id: "locaweb", mx: "mx.core.locaweb.com.br", spf: "_spf.locaweb.com.br"},
	{id: "verwaltungsportal", mx: "mail.verwaltungsportal.de", spf: "spf.verwaltungsportal.de"},
	{id: "all-inkl", mx: "w0123456.kasserver.com", spf: "spf.kasserver.com"},
	{id: "hostinger", mx: "mx1.hostinger.com", spf: "_spf.mail.hostinger.com", selector: "hostingermail-a", cname: "hostingermail-a.dkim.mail.hostinger.com"},
	{id: "dnsxperta", mx: "mx.dnsxperta.com", spf: "dnsxperta.com"},
	{id: "ispgateway-df", mx: "mx.ispgateway.de"},
	{id: "agenturserver", mx: "mx.agenturserver.de", spf: "agenturserver.de"},
	{id: "hetzner", mx: "www123.your-server.de"},
	{id: "microsoft-365-germany-retired", mx: "example-de.mail.protection.outlook.de", spf: "spfd.protection.outlook.com"},
	{id: "infomaniak", mx: "mta-gw.infomaniak.ch", spf: "spf.infomaniak.ch"},
	{id: "hornetsecurity", mx: "mx03.hornetsecurity.com", spf: "spf.hornetsecurity.com", selector: "hse1", cname: "hse1._domainkey.hornetsecurity.com"},
	{id: "proofpoint-enterprise", mx: "mxa-00000000.gslb.pphosted.com", spf: "%{ir}.%{v}.%{d}.spf.has.pphosted.com"},
	{id: "sophos-email", mx: "mx-01-eu-central-1.prod.hydra.sophos.com", spf: "_spf_euwest1.prod.hydra.sophos.com"},
	{id: "trend-micro-email-security", mx: "example.in.tmes.trendmicro.eu", spf: "spf.hes.trendmicro.com"},
	{id: "fortinet-fortimail-cloud", mx: "gwmx1.fortimailcloud.com", spf: "_spf.fortimailcloud.com"},
	{id: "mimecast", mx: "eu-smtp-inbound-1.mimecast.com", spf: "eu._netblocks.mimecast.com"},
	{id: "mimecast", spf: "_netblocks.mimecast.com"},
	{id: "barracuda-egd", mx: "d12345a.ess.barracudanetworks.com", spf: "spf.ess.barracudanetworks.com"},
	{id: "cisco-secure-email", mx: "mx1.hc1234-56.iphmx.com", spf: "%{i}.spf.hc1234-56.iphmx.com"},
	{id: "proofpoint-essentials", mx: "mx1-us1.ppe-hosted.com", spf: "spf-us.ppe-hosted.com"},
	{id: "nable-mail-assure", mx: "mx.spamexperts.com", spf: "spf.antispamcloud.com"},
	{id: "forcepoint-email", mx: "cust12345-1.in.mailcontrol.com", spf: "mailcontrol.com"},
	{id: "broadcom-messagelabs", mx: "cluster5.eu.messagelabs.com", spf: "spf.messagelabs.com"},
	{id: "trellix-fireeye-etp", mx: "primary.us.email.fireeyecloud.com", spf: "_spf.fireeyecloud.com"},
	{id: "cloudflare-email-security", mx: "mailstream-east.mxrecord.io"},
	{id: "seppmail-cloud", mx: "example-com.gate.seppmail.cloud", spf: "_spf.de.seppmail.cloud"},
	{id: "asac-comunicaciones", mx: "mx1.asaccomunicaciones.es", spf: "emailservice.cpd.as"},
	{id: "secure-mailgate", mx: "mx1.secure-mailgate.com"},
	{id: "checkpoint-harmony", spf: "spfa.cpmails.com"},
	{id: "microsoft-fope-retired", mx: "mail.messaging.microsoft.com.mail.messaging.microsoft.com"},
	{id: "mailchannels", spf: "relay.mailchannels.net"},
	{id: "sendgrid", mx: "mx.sendgrid.net", spf: "sendgrid.net", selector: "s1", cname: "s1.domainkey.u123.wl123.sendgrid.net"},
	{id: "mailjet", spf: "spf.mailjet.com", selector: "mailjet"},
	{id: "amazon-ses", spf: "amazonses.com"},
	{id: "mailchimp", spf: "servers.mcsv.net", selector: "k1", cname: "dkim.mcsv.net"},
	{id: "h-email-parking", mx: "mail.h-email.net"},
	{id: "above-parking", mx: "park-mx.above.com"},
}

func TestEmbedded(t *testing.T) {
	c := Embedded() // panics if the file does not parse, so a release cannot
	for _, tt := range embeddedCases {
		if tt.mx != "" {
			wantProvider(t, "ForMX("+tt.mx+")", tt.id)(c.ForMX(tt.mx))
		}
		if tt.spf != "" {
			wantProvider(t, "ForSPF("+tt.spf+")", tt.id)(c.ForSPF(tt.spf))
		}
		if tt.selector != "" {
			wantProvider(t, "ForSelector("+tt.selector+", "+tt.cname+")", tt.id)(c.ForSelector(tt.selector, tt.cname))
		}
	}
}

// Every entry has its line above, and every kind of match that it offers is in it.
func TestEmbeddedCasesAreComplete(t *testing.T) {
	for _, p := range Embedded().All() {
		var mx, spf, selector bool
		for _, tt := range embeddedCases {
			if tt.id == p.ID {
				mx, spf, selector = mx || tt.mx != "", spf || tt.spf != "", selector || tt.selector != ""
			}
		}
		recognised := slices.ContainsFunc(p.Selectors, func(s Selector) bool {
			_, ok := Embedded().ForSelector(s.Name, s.CNAMESuffix)
			return ok
		})
		if mx != (len(p.MXSuffixes) > 0) || spf != (len(p.SPFIncludes) > 0) || selector != recognised {
			t.Errorf("%s: its line tests mx %t, spf %t, selector %t; the entry has %d, %d, %t",
				p.ID, mx, spf, selector, len(p.MXSuffixes), len(p.SPFIncludes), recognised)
		}
	}
}

// What the file promises of itself beyond what Parse checks.
func TestEmbeddedEntries(t *testing.T) {
	for _, p := range Embedded().All() {
		if len(p.Source) == 0 {
			t.Errorf("%s has no source", p.ID)
		}
		if p.Kind == Gateway && !p.Retired && p.EnhancedFiltering == "" {
			t.Errorf("%s: a gateway in use needs enhanced_filtering", p.ID)
		}
		for _, list := range [][]string{p.MXSuffixes, p.SPFIncludes} {
			for _, name := range list {
				if i := slices.IndexFunc(list, func(wider string) bool {
					return wider != name && wider[0] == '.' && strings.HasSuffix(name, wider)
				}); i >= 0 {
					t.Errorf("%s: %s says nothing beside %s", p.ID, name, list[i])
				}
			}
		}
	}
}

// wantProvider checks the result of a lookup; no id means that nothing is found.
func wantProvider(t *testing.T, call, id string) func(Provider, bool) {
	t.Helper()
	return func(p Provider, ok bool) {
		t.Helper()
		if p.ID != id || ok != (id != "") {
			t.Errorf("%s = %q, %t; want %q", call, p.ID, ok, id)
		}
	}
}
