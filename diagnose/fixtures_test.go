package diagnose

import (
	"os"
	"slices"
	"testing"

	"github.com/mailposture/mailposture/record"
)

// Each text in testdata with what has to be read from it, without DNS. The
// comment says what it shows.
func TestFixtures(t *testing.T) {
	cases := []struct {
		file       string
		kind       Kind
		cause      Cause
		confidence Confidence
		fixer      Fixer
		code       string // the first, or ""
		recipient  string
		spf        string // of the reading that is believed
		also       Cause  // has to be among the others, or ""
	}{
		// The relay pool: neither SPF nor DKIM when it came in through the gateway.
		{"relay-pool.eml", NDR, RelayPool, High, SenderAdmin, "5.7.367", "b@partner.example", "softfail", SPFLacksSender},
		// The same, and the gateway broke the signature.
		{"relay-pool-body-hash.eml", NDR, RelayPool, High, SenderAdmin, "5.7.367", "b@partner.example", "softfail", DKIMFailed},
		// The same, and the sender put readings of his own into the message.
		{"relay-pool-forged.eml", NDR, RelayPool, High, SenderAdmin, "5.7.367", "b@partner.example", "softfail", StaleMX},
		// Only the sender's readings are there: none is believed.
		{"forged-only.eml", NDR, RelayPool, Low, SenderAdmin, "5.7.367", "b@partner.example", "", StaleMX},
		// The same code, but SPF passed: not the relay pool.
		{"relay-refused-spf-passed.eml", NDR, StaleMX, Low, RecipientAdmin, "5.7.367", "b@partner.example", "pass", SmartHostNotAuthorised},
		// The notice saved as a page, with the header in it.
		{"notice.html", NDR, RelayPool, High, SenderAdmin, "5.7.367", "b@partner.example", "softfail", StaleMX},
		// The same in the form with sections, whose subject is the sender's and reads like a refusal; and as a table.
		{"notice-sections.txt", NDR, RelayPool, High, SenderAdmin, "5.7.367", "b@partner.example", "softfail", StaleMX},
		{"notice-sections.html", NDR, RelayPool, High, SenderAdmin, "5.7.367", "b@partner.example", "softfail", StaleMX},
		// A trace names the pool; and as UTF-16, as the portal exports it.
		{"trace.csv", Trace, RelayPool, High, SenderAdmin, "5.7.367", "b@partner.example", "", SmartHostNotAuthorised},
		{"trace-utf16.csv", Trace, RelayPool, High, SenderAdmin, "5.7.367", "b@partner.example", "", SmartHostNotAuthorised},
		// A trace names another pool.
		{"trace-other-pool.csv", Trace, StaleMX, Low, RecipientAdmin, "5.7.367", "b@partner.example", "", SmartHostNotAuthorised},
		// Forwarding through a gateway that does not know the sender.
		{"gateway-open-relay.eml", NDR, RelayPool, High, SenderAdmin, "5.7.367", "b@partner.example", "softfail", SmartHostNotAuthorised},
		// The domain moved between tenants; and an unknown recipient, which looks alike.
		{"tenant-move.txt", NDR, StaleMX, Medium, RecipientAdmin, "5.4.1", "b@partner.example", "", DomainNotAccepted},
		{"unknown-recipient.eml", NDR, UnknownRecipient, Medium, SenderUser, "5.4.1", "b@partner.example", "pass", StaleMX},
		{"recipient-not-provisioned.txt", NDR, UnknownRecipient, Medium, SenderUser, "5.1.10", "new.colleague@partner.example", "", StaleMX},
		{"relay-denied-stale-mx.eml", NDR, StaleMX, Medium, RecipientAdmin, "5.7.1", "b@partner.example", "", DomainNotAccepted},
		// Connectors: no certificate, and a tenant that takes mail from its gateway only.
		{"connector-5.7.64.eml", NDR, ConnectorWrong, High, SenderAdmin, "5.7.64", "b@partner.example", "", SenderIPChanged},
		{"connector-partner-only.eml", NDR, ConnectorWrong, Medium, SenderAdmin, "5.7.51", "b@partner.example", "", SenderIPChanged},
		// Smart hosts: that of another domain, and one that is gone.
		{"smart-host-of-another.eml", NDR, OnPremisesSmartHost, Medium, SenderAdmin, "5.4.1", "b@partner.example", "", StaleMX},
		{"smart-host-retired.eml", NDR, OnPremisesSmartHost, High, SenderAdmin, "5.7.1", "b@partner.example", "", ConnectorWrong},
		// Login, port, host.
		{"smart-host-login.eml", NDR, SMTPAuth, Medium, SenderAdmin, "5.7.0", "b@partner.example", "", WrongHostPortOrTLS},
		{"smtp-login-failed.txt", NDR, SMTPAuth, High, SenderAdmin, "5.7.139", "", "", ""},
		{"wrong-port.txt", NDR, WrongHostPortOrTLS, High, SenderAdmin, "", "", "", ""},
		{"wrong-host.txt", NDR, WrongHostPortOrTLS, Medium, SenderAdmin, "", "", "", DNSFailure},
		{"port-25-blocked.eml", NDR, Port25Blocked, Medium, SenderAdmin, "4.4.1", "b@partner.example", "", ConnectionRefused},
		{"other-network.txt", NDR, SenderIPChanged, Medium, SenderAdmin, "5.7.1", "", "", SMTPAuth},
		{"blocklist.eml", NDR, IPBlocklisted, Medium, SenderAdmin, "5.7.1", "b@partner.example", "", TenantReputation},
		// Authentication.
		{"gmail-5.7.26.eml", NDR, UnauthenticatedBulk, Medium, SenderAdmin, "5.7.26", "b@gmail.com", "", SPFLacksSender},
		{"spf-lacks-sender.eml", NDR, SPFLacksSender, Medium, SenderAdmin, "5.7.26", "b@gmail.com", "", RelayPool},
		{"dmarc-5.7.509.eml", NDR, DMARCReject, High, SenderAdmin, "5.7.509", "b@partner.example", "softfail", DKIMFailed},
		{"autoforward-blocked.eml", NDR, AutoforwardBlocked, High, SenderAdmin, "5.7.520", "b@partner.example", "pass", ""},
		{"null-mx.eml", NDR, NullMX, High, SenderUser, "5.1.10", "b@partner.example", "", ""},
		// Another language in another charset that nothing names.
		{"notice-german.txt", NDR, DMARCReject, High, SenderAdmin, "5.7.509", "b@partner.example", "", ""},
		// Bounces without a delivery status part; the first has lines of the sender's below.
		{"notice-qmail.eml", NDR, StaleMX, Medium, RecipientAdmin, "5.7.1", "b@partner.example", "", SmartHostNotAuthorised},
		{"notice-exim.eml", NDR, UnknownRecipient, Medium, SenderUser, "5.1.1", "b@partner.example", "", StaleMX},
		// The one that failed comes before the one that is only late.
		{"two-recipients.eml", NDR, UnknownRecipient, Medium, SenderUser, "5.1.1", "e@partner.example", "", StaleMX},
		// Headers of a message that arrived.
		{"headers-entry.txt", Headers, SPFLacksSender, Low, SenderAdmin, "", "c@forwarder.example", "softfail", DMARCReject},
		{"headers-google.txt", Headers, DMARCReject, Medium, SenderAdmin, "", "b@partner.example", "fail", SPFLacksSender},
		{"headers-passed.txt", Headers, NotAFailure, High, Nobody, "", "b@partner.example", "pass", ""},
	}
	seen := map[string]bool{}
	for _, c := range cases {
		seen[c.file] = true
		t.Run(c.file, func(t *testing.T) {
			e := Read(fixture(t, c.file))
			d := Explain(e, nil)
			if d.Kind != c.kind || d.Cause != c.cause || d.Confidence != c.confidence || d.Fixer != c.fixer {
				t.Errorf("%s %s %s %s, want %s %s %s %s", d.Kind, d.Cause, d.Confidence, d.Fixer, c.kind, c.cause, c.confidence, c.fixer)
			}
			if code := append(d.Codes, "")[0]; code != c.code {
				t.Errorf("codes %q, want %s first", d.Codes, c.code)
			}
			if d.Recipient != c.recipient {
				t.Errorf("recipient %q", d.Recipient)
			}
			spf := ""
			if d.Authentication != nil {
				spf = d.Authentication.SPF
			}
			if spf != c.spf {
				t.Errorf("spf %q, want %q", spf, c.spf)
			}
			if c.also != "" && !slices.Contains(also(d), c.also) {
				t.Errorf("also possible are %q, not %s", also(d), c.also)
			}
			if len(d.Remedies) == 0 || d.Missing != nil || d.Unknown == nil {
				t.Errorf("remedies %q, missing %v, unknown %v", d.Remedies, d.Missing, d.Unknown)
			}
			plainText(t, d)
		})
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !f.IsDir() && !seen[f.Name()] {
			t.Errorf("testdata/%s is not in the table", f.Name())
		}
	}
}

// plainText checks that nothing in a diagnosis can drive a terminal.
func plainText(t testing.TB, d Diagnosis) {
	t.Helper()
	texts := append([]string{d.Recipient, d.Summary}, d.Evidence...)
	texts = append(append(append(texts, d.Codes...), d.Remedies...), d.Unknown...)
	for _, m := range d.Meanings {
		texts = append(texts, m.Code, m.Text, m.Means)
	}
	for _, p := range d.Also {
		texts = append(texts, p.Decides)
	}
	if a := d.Authentication; a != nil {
		texts = append(append(append(texts, a.DKIM...), a.DKIMReason...), a.SPF, a.DMARC, a.Action, a.CompAuth, a.Reason, a.ClientIP, a.Server, a.MailFrom, a.From, a.ARC)
	}
	for _, text := range texts {
		if text != record.Printable(text) {
			t.Errorf("not printable: %q", text)
		}
	}
}

// What an administrator of relays meets has a cause with steps: each of these is
// the cause of one of the texts above.
func TestRelayDeniedIsCovered(t *testing.T) {
	for file, cause := range map[string]Cause{
		"smtp-login-failed.txt": SMTPAuth, "wrong-port.txt": WrongHostPortOrTLS, "wrong-host.txt": WrongHostPortOrTLS,
		"port-25-blocked.eml": Port25Blocked, "connector-5.7.64.eml": ConnectorWrong, "spf-lacks-sender.eml": SPFLacksSender,
		"recipient-not-provisioned.txt": UnknownRecipient, "smart-host-of-another.eml": OnPremisesSmartHost,
		"smart-host-retired.eml": OnPremisesSmartHost, "connector-partner-only.eml": ConnectorWrong, "blocklist.eml": IPBlocklisted,
		"other-network.txt": SenderIPChanged, "gateway-open-relay.eml": RelayPool, "tenant-move.txt": StaleMX,
	} {
		d := Explain(Read(fixture(t, file)), nil)
		if d.Cause != cause || len(d.Remedies) < 3 {
			t.Errorf("%s: %s with %d steps", file, d.Cause, len(d.Remedies))
		}
	}
}
