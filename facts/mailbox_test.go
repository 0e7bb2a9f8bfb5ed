package facts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
)

const (
	proofpointMX = "example.com. MX 10 mxa-00000001.gslb.pphosted.com.\n"
	autodiscover = "autodiscover.example.com. CNAME autodiscover.outlook.com.\n"
	edKey        = `TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="` + "\n"
	oldSelector  = "selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.\nselector1-example-com._domainkey.example.onmicrosoft.com. " + edKey
	newSelector  = "selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.k-v1.dkim.mail.microsoft.\nselector1-example-com._domainkey.example.k-v1.dkim.mail.microsoft. " + edKey
	spfMicrosoft = `example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"` + "\n"
	spfGoogle    = `example.com. TXT "v=spf1 include:_spf.google.com -all"` + "\n"
	googleKey    = "google._domainkey.example.com. " + edKey
	eopHost      = "example-com.mail.protection.outlook.com. A 192.0.2.80\n"
	acs          = `example.com. TXT "ms-domain-verification=0a1b2c3d"` + "\n"
)

// mailboxWords is "microsoft-365 high 6 [autodiscover eop-host] against [...] present".
func mailboxWords(f *facts.Facts) string {
	words := fmt.Sprintf("%s %s %v", f.Mailbox.Host, f.Mailbox.Confidence, f.Mailbox.Evidence)
	for _, s := range f.Mailbox.Against {
		words += " but " + s.Name
	}
	return strings.TrimSpace(words + fmt.Sprintf(" %d/%d %s", f.M365.Score, f.Google.Score, f.M365.State))
}

func TestMailbox(t *testing.T) {
	for _, c := range []struct{ name, zone, want string }{
		{"nothing behind", proofpointMX, "[] 0/0 unseen"},
		{"a verification text alone", proofpointMX + `example.com. TXT "MS=ms12345678"`, "microsoft-365 low [ms-txt] 1/0 unseen"},
		{"an include alone", proofpointMX + spfMicrosoft, "microsoft-365 low [spf-include] 2/0 unseen"},
		{"the include, for another service", proofpointMX + spfMicrosoft + acs, "[] 0/0 unseen"},
		{"autodiscover alone", proofpointMX + autodiscover, "microsoft-365 medium [autodiscover] 3/0 present"},
		{"the older form of a selector", proofpointMX + oldSelector, "microsoft-365 medium [dkim-cname] 3/0 present"},
		{"the newer form", proofpointMX + newSelector, "microsoft-365 medium [dkim-cname] 3/0 present"},
		{"the host of the tenant", proofpointMX + eopHost, "microsoft-365 medium [eop-host] 3/0 present"},
		{"two strong traces", proofpointMX + autodiscover + eopHost, "microsoft-365 high [autodiscover eop-host] 6/0 present"},
		{"autodiscover elsewhere", proofpointMX + oldSelector + "autodiscover.example.com. CNAME mail.example.net.\n", "microsoft-365 low [dkim-cname] but autodiscover-elsewhere 2/0 unseen"},
		{"autodiscover at an own host, which may be a redirector", proofpointMX + oldSelector + "autodiscover.example.com. CNAME mail.example.com.\n", "microsoft-365 medium [dkim-cname] 3/0 present"},
		{"autodiscover of a reseller", proofpointMX + oldSelector + "autodiscover.example.com. CNAME autodiscover.secureserver.net.\n", "microsoft-365 medium [dkim-cname] 3/0 present"},
		{"autodiscover of the gateway", proofpointMX + oldSelector + "autodiscover.example.com. CNAME autodiscover.hornetsecurity.com.\n", "microsoft-365 medium [dkim-cname] 3/0 present"},
		{"another name of Microsoft's", proofpointMX + oldSelector + "autodiscover.example.com. CNAME outlook.office.com.\n", "microsoft-365 medium [dkim-cname] 3/0 present"},
		{"Google's include alone", proofpointMX + spfGoogle, "google-workspace low [spf-include] 0/2 unseen"},
		{"Google's key alone", proofpointMX + googleKey, "google-workspace medium [dkim-key] 0/3 unseen"},
		{"Google's key and include", proofpointMX + googleKey + spfGoogle, "google-workspace high [dkim-key spf-include] 0/5 unseen"},
		{"both, Google's the stronger", proofpointMX + googleKey + spfGoogle + autodiscover, "google-workspace medium [dkim-key spf-include] but autodiscover 3/5 unseen"},
		{"both, Microsoft's the stronger", proofpointMX + googleKey + spfMicrosoft + autodiscover, "microsoft-365 medium [autodiscover spf-include] but dkim-key 5/3 present"},
		{"Google's MX", "example.com. MX 1 smtp.google.com.\n" + autodiscover, "google-workspace high [mx] 0/10 unseen"},
		{"Microsoft's MX", "example.com. MX 0 example-com.mail.protection.outlook.com.\n" + eopHost, "microsoft-365 high [mx] 13/0 present"},
		{"the German cloud, which has ended", "example.com. MX 0 example-com.mail.protection.outlook.de.\n", "microsoft-365 low [mx-retired] 1/0 unseen"},
	} {
		if got := mailboxWords(buildZone(t, c.zone)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// A mailbox host is as sure as its entry in the catalogue.
func TestMailboxConfidence(t *testing.T) {
	for _, confidence := range []string{"high", "medium", "low"} {
		opt := facts.DefaultOptions()
		var err error
		opt.Providers, err = provider.Embedded().Extend("site.yaml", []byte("providers:\n- {id: site, name: Site, kind: mailbox-host, mx: [.site.example], confidence: "+confidence+"}\n"))
		if err != nil {
			t.Fatal(err)
		}
		f := newWorld(t, "example.com. MX 10 mx.site.example.\n").build("example.com", opt)
		if got := string(f.Mailbox.Confidence); f.Mailbox.Host != "site" || got != confidence {
			t.Errorf("%s: %s %s", confidence, f.Mailbox.Host, got)
		}
	}
}

// Whatever is not known, the verdict on Microsoft 365 goes from known to unknown at
// most: more answers, or Google's being the stronger, could change it.
func TestMailboxDoubt(t *testing.T) {
	for _, c := range []struct {
		zone, broken string
		want         facts.State
	}{
		{proofpointMX + autodiscover, "CNAME autodiscover.example.com", facts.Unknown},
		{proofpointMX + oldSelector, "CNAME autodiscover.example.com", facts.Unknown}, // it could lead elsewhere
		{proofpointMX + oldSelector + eopHost, "CNAME autodiscover.example.com", facts.Present},
		{proofpointMX + spfGoogle + autodiscover, "TXT google._domainkey.example.com", facts.Unknown},
		{proofpointMX + spfMicrosoft + autodiscover, "TXT google._domainkey.example.com", facts.Present},
		{proofpointMX, "A example-com.mail.protection.outlook.com", facts.Unknown},
	} {
		w := newWorld(t, c.zone+"x._domainkey.example.com. TXT \"x\"\n")
		kind, name, _ := strings.Cut(c.broken, " ")
		w.fail[facts.Question{Name: name, Kind: kind}] = "timeout"
		if got := w.build("example.com", facts.DefaultOptions()).M365.Standing; got.State != c.want {
			t.Errorf("%q without %s: %+v, want %s", c.zone, c.broken, got, c.want)
		}
	}
}

// Each kind of trace says what would refute it.
func TestSignalKinds(t *testing.T) {
	seen := make(map[string]bool)
	for _, k := range facts.SignalKinds() {
		if k.Refuted == "" || k.Strength == "" || (k.Weight == 0) != (k.Strength == "none") || seen[k.Service+k.Name] {
			t.Errorf("%+v", k)
		}
		seen[k.Service+k.Name] = true
	}
}

func TestEOPLabelOf(t *testing.T) {
	for host, want := range map[string]string{
		"example-com.mail.protection.outlook.com": "example-com", "example-com.q-v1.mx.microsoft": "example-com",
		"example-com.mail.eo.outlook.com": "example-com",
		"mail.protection.outlook.com":     "", "a.b.mail.protection.outlook.com": "", "example-com.mx.microsoft": "",
		"example-com.mail.protection.outlook.com.example.com": "", "example-com.q-v1.mx.microsoft.com": "", ".mail.protection.outlook.com": "",
	} {
		if got, ok := facts.EOPLabelOf(host); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", host, got, ok)
		}
	}
}
