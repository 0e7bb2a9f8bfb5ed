package diagnose

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

// sendersZone has the sender and a forwarder behind a gateway.
const sendersZone = `
sender.example. MX 10 mail.sender.example.
mail.sender.example. A 192.0.2.10
sender.example. TXT "v=spf1 ip4:192.0.2.10 ~all"
_dmarc.sender.example. TXT "v=DMARC1; p=reject"
forwarder.example. MX 10 mxa-00000001.gslb.pphosted.com.
mxa-00000001.gslb.pphosted.com. A 203.0.113.20
autodiscover.forwarder.example. CNAME autodiscover.outlook.com.
autodiscover.outlook.com. A 192.0.2.200
forwarder-example.mail.protection.outlook.com. A 192.0.2.201
gmail.com. MX 5 gmail-smtp-in.l.google.com.
gmail-smtp-in.l.google.com. A 192.0.2.202
`

// DNS decides between causes that look alike, and bears out or weakens others.
func TestPostureDecides(t *testing.T) {
	const served = "partner.example. MX 10 mx.partner.example.\nmx.partner.example. A 192.0.2.25\n"
	cases := []struct {
		name, file, zone string
		cause            Cause
		confidence       Confidence
		evidence         string
	}{
		{"relay pool, borne out", "relay-pool.eml", served, RelayPool, High, "SPF of sender.example gives softfail for 203.0.113.20 today, too"},
		{"relay pool, the forwarder is behind a gateway", "relay-pool.eml", served, RelayPool, High, "forwarder.example receives through Proofpoint"},
		{"5.7.367 by the recipient's own MX, SPF passed", "relay-refused-spf-passed.eml", served, StaleMX, Medium, "is where mail for partner.example goes"},
		{"5.7.367 by a host that is no MX, another pool", "trace-other-pool.csv", "partner.example. MX 10 other.partner.example.\nother.partner.example. A 192.0.2.26\n", StaleMX, Low, "MX of partner.example today: other.partner.example"},
		{"5.4.1: the MX is at a service that is gone", "tenant-move.txt", "partner.example. MX 10 partner-example.mail.protection.outlook.de.\npartner-example.mail.protection.outlook.de. A 192.0.2.27\n", StaleMX, High, "belongs to a service that is gone"},
		{"5.4.1: the MX host is no more", "tenant-move.txt", "partner.example. MX 10 partner-example.mail.protection.outlook.com.\n", StaleMX, High, "has no address"},
		{"5.4.1 at Microsoft, and the MX leads elsewhere", "unknown-recipient.eml", served, StaleMX, Medium, "the mail went where it does not belong any more"},
		{"5.4.1 at Microsoft, and the MX leads there", "unknown-recipient.eml", "partner.example. MX 10 partner-example.mail.protection.outlook.com.\npartner-example.mail.protection.outlook.com. A 192.0.2.28\n", UnknownRecipient, Medium, "MX of partner.example today"},
		{"the domain is gone", "relay-denied-stale-mx.eml", "", DomainDoesNotExist, High, "DNS has no domain partner.example"},
		{"the domain takes no mail", "relay-denied-stale-mx.eml", "partner.example. MX 0 .\n", NullMX, High, "publishes a null MX"},
		{"the DMARC policy is there", "dmarc-5.7.509.eml", served, DMARCReject, High, "sender.example publishes a DMARC policy of reject"},
		{"SPF fails today, too", "spf-lacks-sender.eml", "sender.example. TXT \"v=spf1 -all\"\n", SPFLacksSender, High, "SPF of sender.example gives fail for 192.0.2.10 today, too"},
		{"the smart host is the recipient's MX after all", "smart-host-of-another.eml", "partner.example. MX 10 oldname-example.mail.protection.outlook.com.\noldname-example.mail.protection.outlook.com. A 192.0.2.29\n", StaleMX, High, "carries the name of another domain"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			zone := sendersZone + c.zone
			if strings.HasPrefix(c.zone, "sender.example. TXT") {
				zone = strings.Replace(sendersZone, "sender.example. TXT \"v=spf1 ip4:192.0.2.10 ~all\"\n", c.zone, 1)
			}
			d := newWorld(t, zone).explain(Read(fixture(t, c.file)))
			if d.Cause != c.cause || d.Confidence != c.confidence {
				t.Errorf("%s %s, want %s %s", d.Cause, d.Confidence, c.cause, c.confidence)
			}
			if !evidenceWith(d, c.evidence) {
				t.Errorf("evidence %q does not say %q", d.Evidence, c.evidence)
			}
			if len(d.Unknown) > 0 {
				t.Errorf("unknown: %q", d.Unknown)
			}
		})
	}
}

// A question that fails is named, and says nothing: the diagnosis is the one
// without DNS. The control is the answer that changes it.
func TestFailureSaysNothing(t *testing.T) {
	e := Read(fixture(t, "relay-denied-stale-mx.eml"))
	mx := facts.Question{Name: "partner.example", Kind: facts.KindMX}
	w := newWorld(t, sendersZone)
	w.fail[mx] = "SERVFAIL"
	w.fail[facts.Question{Name: "partner.example", Kind: facts.KindTXT}] = "SERVFAIL"
	got, without := w.explain(e), Explain(e, nil)
	if got.Cause != without.Cause || got.Confidence != without.Confidence {
		t.Errorf("a failure changed %s %s to %s %s", without.Cause, without.Confidence, got.Cause, got.Confidence)
	}
	if !slices.Contains(got.Unknown, "MX partner.example: SERVFAIL") {
		t.Errorf("unknown: %q", got.Unknown)
	}
	if d := newWorld(t, sendersZone).explain(e); d.Cause != DomainDoesNotExist {
		t.Errorf("the control: %s", d.Cause)
	}
}

// Each question of each text in turn fails: no diagnosis says more than it knows.
func TestAnyQuestionFails(t *testing.T) {
	for _, file := range []string{"relay-pool.eml", "gmail-5.7.26.eml", "dmarc-5.7.509.eml"} {
		e := Read(fixture(t, file))
		honest := newWorld(t, sendersZone+"partner.example. MX 10 mx.partner.example.\nmx.partner.example. A 192.0.2.25\n")
		want := honest.explain(e)
		for q := range honest.learned {
			w := newWorld(t, sendersZone+"partner.example. MX 10 mx.partner.example.\nmx.partner.example. A 192.0.2.25\n")
			w.fail[q] = "timeout"
			if d := w.explain(e); d.Cause != want.Cause {
				t.Errorf("%s: %s fails, and the cause is %s", file, q, d.Cause)
			}
		}
		if len(honest.learned) < 4 {
			t.Errorf("%s: only %d questions", file, len(honest.learned))
		}
	}
}

func TestReverse(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.25":  "25.2.0.192.in-addr.arpa",
		"2001:db8::1": "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	} {
		if got := reverse(netip.MustParseAddr(ip)); got != want {
			t.Errorf("%s: %s", ip, got)
		}
	}
}
