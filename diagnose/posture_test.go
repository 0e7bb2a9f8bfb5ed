package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
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

// What DNS says today does not unsay what a server said when it refused: a domain
// that is gone since then did not cause a refusal for DMARC, nor undo a delivery.
func TestTodayUnsaysNothing(t *testing.T) {
	const gone, null = "", "partner.example. MX 0 .\n"
	const delivered = "MessageTraceId,SenderAddress,RecipientAddress,Status\n1,a@sender.example,b@partner.example,Delivered\n"
	for name, c := range map[string]struct {
		text, zone string
		cause      Cause
	}{
		"refused for DMARC, and the domain is gone":  {string(fixture(t, "dmarc-5.7.509.eml")), gone, DMARCReject},
		"refused for DMARC, and a null MX":           {string(fixture(t, "dmarc-5.7.509.eml")), null, DMARCReject},
		"the login was refused, before any of it":    {"530 5.7.0 Authentication required to send to <b@partner.example>", gone, SMTPAuth},
		"delivered, and the domain is gone":          {delivered, gone, NotAFailure},
		"the control: a refusal to relay":            {string(fixture(t, "relay-denied-stale-mx.eml")), gone, DomainDoesNotExist},
		"the control: words that nobody knows":       {"550 5.0.0 <b@partner.example>: no", gone, DomainDoesNotExist},
		"the control: a refusal that says no reason": {"550 5.7.1 <b@partner.example>: refused", null, NullMX},
	} {
		d := newWorld(t, sendersZone+c.zone).explain(Read([]byte(c.text)))
		if d.Cause != c.cause {
			t.Errorf("%s: %s (%s), want %s", name, d.Cause, d.Confidence, c.cause)
		}
		if !evidenceWith(d, "DNS has no domain partner.example") && !evidenceWith(d, "publishes a null MX") {
			t.Errorf("%s: it is not even mentioned: %q", name, d.Evidence)
		}
	}
}

// Whose host refused tells a smart host from a stale MX.
func TestWhoseHostRefused(t *testing.T) {
	const zone = sendersZone + "partner.example. MX 10 mx.partner.example.\nmx.partner.example. A 192.0.2.25\n"
	for name, c := range map[string]struct {
		host  string
		cause Cause
		also  Cause
	}{
		"an MX of the recipient's domain": {"mx.partner.example", StaleMX, DomainNotAccepted},
		"the same, as Gmail writes it":    {"mx.partner.example. (192.0.2.25, the server for the domain\n partner.example.)", StaleMX, DomainNotAccepted},
		"another host of the recipient's": {"old.partner.example", StaleMX, DomainNotAccepted},
		"a host of the sender's":          {"relay.sender.example", SmartHostNotAuthorised, StaleMX},
		"a host of neither":               {"smtp.isp.example", SmartHostNotAuthorised, StaleMX},
	} {
		bounce := strings.ReplaceAll(string(fixture(t, "relay-denied-stale-mx.eml")), "Remote-MTA: dns; mx.partner.example", "Remote-MTA: dns; "+c.host)
		if !strings.Contains(bounce, c.host) {
			t.Fatal("the fixture has no such field")
		}
		e := Read([]byte(bounce))
		if word, _, _ := strings.Cut(c.host, " "); len(e.Replies) == 0 || e.Replies[0].Host != strings.TrimSuffix(word, ".") {
			t.Errorf("%s: replies %+v", name, e.Replies)
		}
		d := newWorld(t, zone).explain(e)
		if d.Cause != c.cause || !slices.Contains(also(d), c.also) {
			t.Errorf("%s: %s (%s), also %q, want %s and %s: %q", name, d.Cause, d.Confidence, also(d), c.cause, c.also, d.Evidence)
		}
	}
}

// A header without a reading that is believed: the address that the receiving
// system saw, and today's SPF, still say something.
func TestHeaderWithoutReading(t *testing.T) {
	const below = "Authentication-Results: mx.receiver.example; spf=pass\n" // the sender may have written it
	line := strings.Replace(entryLine, "192.0.2.10", "192.0.2.66", 1)
	d := newWorld(t, sendersZone).explain(Read([]byte(line + below + rest)))
	if d.Cause != SPFLacksSender || d.Confidence != Low || !evidenceWith(d, "SPF of sender.example gives softfail for 192.0.2.66 today") || evidenceWith(d, "too") {
		t.Errorf("%s %s: %q", d.Cause, d.Confidence, d.Evidence)
	}
	if d := newWorld(t, sendersZone).explain(Read([]byte(entryLine + below + rest))); d.Cause != UnknownCause {
		t.Errorf("the control, an address that SPF lists: %s", d.Cause)
	}
	if d := newWorld(t, sendersZone).explain(Read([]byte(line + below + rest))); !evidenceWith(d, "give that field alone") {
		t.Errorf("it does not say what to do about one's own filter: %q", d.Evidence)
	}
	if d := Explain(Read([]byte(line+strings.Replace(below, "mx.receiver", "mx.stranger", 1)+rest)), nil); evidenceWith(d, "give that field alone") {
		t.Error("the control, another system's field: the advice would have it believed")
	}
}

// SPF that passed is no cause, even if the record is gone today.
func TestPassedIsNoCause(t *testing.T) {
	passed := "Authentication-Results: mx.receiver.example; spf=pass smtp.mailfrom=norecord.example; dkim=none; dmarc=pass header.from=norecord.example\n" + entryLine + rest
	d := newWorld(t, sendersZone+"norecord.example. MX 10 mx.norecord.example.\n").explain(Read([]byte(passed)))
	if d.Cause != NotAFailure || slices.Contains(also(d), SPFLacksSender) || !evidenceWith(d, "has no SPF record today") {
		t.Errorf("%s, also %q: %q", d.Cause, also(d), d.Evidence)
	}
}

// Microsoft's filter verdict counts: a message that passed everything and was
// junked did not just arrive.
func TestSpamVerdict(t *testing.T) {
	const passed = "Authentication-Results: spf=pass (sender IP is 192.0.2.10) smtp.mailfrom=sender.example; dkim=pass header.d=sender.example;dmarc=pass action=none header.from=sender.example;compauth=pass reason=100\n" +
		"X-Forefront-Antispam-Report: CIP:192.0.2.10;CTRY:DE;SCL:5;IPV:NLI;SFV:SPM;CAT:SPM;DIR:INB;\n"
	if d := Explain(Read([]byte(passed+rest)), nil); d.Cause != ContentOrRule || !evidenceWith(d, "SFV:SPM") {
		t.Errorf("%s: %q", d.Cause, d.Evidence)
	}
	if d := Explain(Read([]byte(strings.Replace(passed, "SFV:SPM", "SFV:NSPM", 1)+rest)), nil); d.Cause != NotAFailure {
		t.Errorf("the control: %s", d.Cause)
	}
}

// An on-premises server's own notice has no Return-Path: the From field then says
// whose connector it is.
func TestOwnHostWithoutReturnPath(t *testing.T) {
	const notice = "Generating server: EX01.corp.local\n\nb@partner.example\n" +
		"Remote Server at %s (192.0.2.203) returned '550 5.7.64 TenantAttribution; Relay Access Denied SMTP'\n\n" +
		"Original message headers:\n\nReceived: from EX01.corp.local (10.0.0.5) by EX01.corp.local (10.0.0.5) with Microsoft SMTP Server; x\nFrom: a@sender.example\nTo: b@partner.example\n"
	d := Explain(Read(fmt.Appendf(nil, notice, "sender-example.mail.protection.outlook.com")), nil)
	if d.Cause != ConnectorWrong || d.Confidence != High || !evidenceWith(d, "Exchange Online host of the sender's own domain") {
		t.Errorf("%s %s: %q", d.Cause, d.Confidence, d.Evidence)
	}
	if d.Meanings[0].Text != "550 5.7.64 TenantAttribution; Relay Access Denied SMTP" {
		t.Errorf("what was said is %q", d.Meanings[0].Text)
	}
	d = Explain(Read(fmt.Appendf(nil, notice, "stranger-example.mail.protection.outlook.com")), nil)
	if d.Confidence == High || evidenceWith(d, "sender's own domain") {
		t.Errorf("the control, another tenant's host: %s %s, %q", d.Cause, d.Confidence, d.Evidence)
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

// That SPF does not list a gateway of the recipient's is no fault of the sender's,
// and that it still does not is no news.
func TestGatewayIsNoSender(t *testing.T) {
	const header = "Authentication-Results: spf=softfail (sender IP is 203.0.113.20) smtp.mailfrom=sender.example; dkim=fail (body hash did not verify) header.d=sender.example;dmarc=fail action=oreject header.from=sender.example\n" +
		"Received: from %s (203.0.113.20) by DB5EUR02FT017.mail.protection.outlook.com (10.13.58.1) with Microsoft SMTP Server; x\n" + rest
	place := func(host string) int {
		d := newWorld(t, sendersZone).explain(Read(fmt.Appendf(nil, header, host)))
		return slices.Index(also(d), SPFLacksSender)
	}
	if through, straight := place("mx0a-00000001.pphosted.com"), place("mail.sender.example"); through <= straight {
		t.Errorf("through a gateway SPF is the %d. among the others, without one the %d.", through, straight)
	}
}

// Each sign for or against the relay pool shows in the evidence, and moves the
// cause or how sure it is.
func TestSignsOfTheRelayPool(t *testing.T) {
	bounce := string(fixture(t, "relay-pool.eml"))
	const reading = "Authentication-Results: spf=softfail"
	pooled := func(text string, zone string) (Diagnosis, int) {
		c := &inquiry{evidence: Read([]byte(text)), providers: provider.Embedded(), weights: make(map[Cause]int)}
		if zone != "" {
			w := newWorld(t, zone)
			w.explain(c.evidence)
			c.answers = w
		}
		c.refusals()
		c.pools()
		c.reading()
		c.onPremises()
		c.posture()
		weight := c.weights[RelayPool]
		c.conclude()
		return c.d, weight
	}
	const served = sendersZone + "partner.example. MX 10 mx.partner.example.\nmx.partner.example. A 192.0.2.25\n"
	_, plain := pooled(bounce, "")
	_, looked := pooled(bounce, strings.ReplaceAll(served, "forwarder.example. MX 10 mxa-00000001.gslb.pphosted.com.", "forwarder.example. MX 10 mx.forwarder.example."))
	for name, c := range map[string]struct {
		text, zone, evidence string
		than, sign           int // the weight without the sign, and which way it goes
	}{
		"an envelope that was rewritten": {strings.Replace(bounce, "Return-Path: a@sender.example", "Return-Path: c+SRS=aaaaa=BB=sender.example=a@forwarder.example", 1), "", "rewritten (SRS)", plain, -1},
		"Enhanced Filtering was at work": {strings.Replace(bounce, reading, "X-MS-Exchange-ExternalOriginalInternetSender: ip=[192.0.2.10];domain=mail.sender.example\n"+reading, 1), "", "Enhanced Filtering was at work", plain, -1},
		"DKIM passed":                    {strings.ReplaceAll(bounce, "dkim=none", "dkim=pass"), "", "by the older article not", plain, -1},
		"a client of the named network":  {strings.ReplaceAll(bounce, "203.0.113.20", "40.95.1.2"), "", "a network that Microsoft once named for the relay pool", plain, 1},
		"a gateway before the forwarder": {bounce, served, "receives through Proofpoint", looked, 1},
	} {
		if c.text == bounce && c.zone == "" {
			t.Fatalf("%s: the bounce has no such field", name)
		}
		d, weight := pooled(c.text, c.zone)
		if !evidenceWith(d, c.evidence) {
			t.Errorf("%s: evidence %q", name, d.Evidence)
		}
		if (weight-c.than)*c.sign <= 0 {
			t.Errorf("%s: the relay pool weighs %d, without it %d", name, weight, c.than)
		}
		if name == "an envelope that was rewritten" && d.Confidence != Low {
			t.Error("mail from the relay pool is not rewritten: this is not sure")
		}
	}
}
