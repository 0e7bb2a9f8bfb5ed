package report

import (
	"slices"
	"strings"
	"testing"
)

// pathResult is a domain behind a gateway with Microsoft 365 behind it.
func pathResult(change func(*Result)) Result {
	r := Result{
		MX: &MX{Gateway: "mimecast", Hosts: []Host{{Host: "mx.example.net", Provider: "mimecast"}}},
		M365: &M365{
			EOPHost: "example-com.mail.protection.outlook.com",
			Signals: []Signal{{"autodiscover", "strong"}, {"eop-host", "strong"}},
		},
		Mailbox: &Mailbox{Host: "microsoft-365", Confidence: "high", Signals: []Weight{{Signal: "autodiscover", Strength: "strong", Weight: 3, RefutedBy: "a migration"}}},
		DMARC:   &DMARC{Standing: Standing{State: "present"}, Effective: &Effective{This: "reject"}},
	}
	change(&r)
	return r
}

func TestPathLines(t *testing.T) {
	set := func(settings ...Setting) func(*Result) {
		return func(r *Result) { r.M365.Settings = settings }
	}
	for _, c := range []struct {
		name   string
		change func(*Result)
		want   []string // each is in some line
		not    string   // is in none
	}{
		{"nothing is known of the tenant", func(*Result) {}, []string{
			"senders -> mimecast -> microsoft-365 (high confidence)", "unless Enhanced Filtering is on: verify with Get-InboundConnector",
			"open, unless the tenant is set otherwise: example-com.mail.protection.outlook.com takes mail round mimecast; verify with Get-InboundConnector",
			"(Direct Send); verify with Get-OrganizationConfig", "sign: autodiscover (strong, 3), unless it is a migration",
		}, "forges"},
		{"all is closed", set(Setting{"enhanced-filtering", "on", "export", "In"}, Setting{"inbound-lock", "on", "export", "In"}, Setting{"reject-direct-send", "on", "export", ""}), []string{
			"microsoft-365 looks past mimecast: Enhanced Filtering is on (export)", "closed: mail round mimecast is refused (export)", "closed: Direct Send is refused (export)",
		}, "verify"},
		{"all is open", set(Setting{"enhanced-filtering", "off", "declared", ""}, Setting{"inbound-lock", "off", "export", ""}, Setting{"reject-direct-send", "off", "export", ""}), []string{
			"as Enhanced Filtering is off (declared): SPF fails there", "open: example-com.mail.protection.outlook.com takes mail round mimecast (export)", "(Direct Send) (export)",
		}, "verify"},
		{"the export leaves it open", set(Setting{"enhanced-filtering", "", "", "on for A, but not for B"}), []string{"verify with Get-InboundConnector"}, "looks past"},
		{"no host of the tenant", func(r *Result) { r.M365.Signals = r.M365.Signals[:1] }, []string{"unless Enhanced Filtering is on"}, "open"},
		{"no DMARC", func(r *Result) { r.DMARC = &DMARC{Standing: Standing{State: "absent"}} }, []string{"open: receivers do not refuse mail that forges this domain"}, "closed"},
		{"DMARC that is not known", func(r *Result) { r.DMARC = &DMARC{Standing: Standing{State: "unknown"}} }, nil, "forges"},
		{"p=none", func(r *Result) { r.DMARC.Effective.This = "none" }, []string{"forges"}, "closed"},
		{"mailboxes that are not known", func(r *Result) { r.Mailbox = nil }, []string{"senders -> mimecast -> mailboxes not known", "what stands behind sees the address of mimecast instead"}, "Direct Send"},
		{"Google behind it", func(r *Result) { r.Mailbox.Host = "google-workspace" }, []string{"senders -> mimecast -> google-workspace (high confidence)", "what stands behind sees"}, "Direct Send"},
		{"declared", func(r *Result) { r.Mailbox = &Mailbox{Host: "zoho", Declared: true} }, []string{"senders -> mimecast -> zoho (declared)"}, "sign:"},
		{"Microsoft alone", func(r *Result) { r.MX.Gateway, r.MX.Hosts[0].Provider = "", "microsoft-365" }, []string{
			"senders -> microsoft-365", "microsoft-365 sees the sender's own address: SPF, DKIM and DMARC are checked there", "Direct Send",
		}, "round"},
		{"an own host before it", func(r *Result) { r.MX.Gateway, r.MX.Hosts[0].Provider = "", "" }, []string{"senders -> mx.example.net -> microsoft-365"}, "round"},
	} {
		lines := pathLines(pathResult(c.change))
		for _, want := range c.want {
			if !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, want) }) {
				t.Errorf("%s: %q is not in\n%s", c.name, want, strings.Join(lines, "\n"))
			}
		}
		if slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, c.not) }) {
			t.Errorf("%s: %q is in\n%s", c.name, c.not, strings.Join(lines, "\n"))
		}
	}
	for name, change := range map[string]func(*Result){
		"null MX": func(r *Result) { r.MX.Null = true }, "no MX": func(r *Result) { r.MX.Hosts = nil }, "not asked": func(r *Result) { r.MX = nil },
		"nobody known": func(r *Result) { r.MX.Gateway, r.Mailbox = "", nil },
	} {
		if lines := pathLines(pathResult(change)); lines != nil {
			t.Errorf("%s: %q", name, lines)
		}
	}
}
