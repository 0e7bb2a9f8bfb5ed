package diagnose

import (
	"fmt"
	"strings"
	"testing"
)

const ownReading = "Authentication-Results: mx.receiver.example; spf=fail smtp.mailfrom=sender.example; dkim=none; dmarc=fail action=reject header.from=sender.example\n"

const forgedReading = "Authentication-Results: mx.receiver.example; spf=pass smtp.mailfrom=bank.example; dkim=pass header.d=bank.example; dmarc=pass header.from=bank.example\n"

const entryLine = "Received: from mail.sender.example (mail.sender.example [192.0.2.10]) by mx.receiver.example with ESMTP; Mon, 2 Nov 2026 10:00:00 +0000\n"

const rest = "From: a@sender.example\nTo: b@receiver.example\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nSubject: x\n"

// Whose Authentication-Results is believed. The comment on each says who wrote what.
func TestBelieved(t *testing.T) {
	cases := []struct {
		name, header, spf string // "" where none is believed
	}{
		{"the receiver's own, above its line", ownReading + entryLine + rest, "fail"},
		{"the sender's below, the receiver's above", ownReading + entryLine + forgedReading + rest, "fail"},
		{"only the sender's, below", entryLine + forgedReading + rest, ""},
		{"the sender's, with lines of the receiver's forged below it",
			entryLine + forgedReading + entryLine + rest, ""},
		{"the sender names himself after the receiver, from his own address",
			"Received: from mx2.receiver.example (unknown [192.0.2.66]) by mx.receiver.example; x\n" + forgedReading + entryLine + rest, ""},
		{"the same with a reverse name that looks like an address inside",
			"Received: from mx2.receiver.example (10.0.0.1.sender.example [192.0.2.66]) by mx.receiver.example; x\n" + forgedReading + entryLine + rest, ""},
		{"the same as sendmail marks it",
			"Received: from mx2.receiver.example (mx2.receiver.example [192.0.2.66] (may be forged)) by mx.receiver.example; x\n" + forgedReading + entryLine + rest, ""},
		{"the same as qmail writes it",
			"Received: from unknown (HELO mx2.receiver.example) (192.0.2.66) by mx.receiver.example with SMTP; x\n" + forgedReading + entryLine + rest, ""},
		{"two hops inside: the reading stands above the second",
			"Received: from mx2.receiver.example (mx2.receiver.example [10.0.0.2]) by store.receiver.example; x\n" + ownReading +
				"Received: from mail.sender.example (mail.sender.example [192.0.2.10]) by mx2.receiver.example; x\n" + forgedReading + rest, "fail"},
		{"a greeting that names another server, as one that checks no greeting would write it",
			"Received: from x (HELO a) by mx.google.com (192.0.2.66) by mx.receiver.example with SMTP; x\n" + strings.ReplaceAll(forgedReading, "mx.receiver.example", "mx.google.com") + rest, ""},
		{"words in comments name no server",
			ownReading + strings.Replace(entryLine, " with ESMTP", " (protected by filter.example) with ESMTP", 1) + forgedReading + rest, "fail"},
		{"a handover without a client on top",
			"Received: by 2002:a05:1:2 with SMTP id x; y\n" + ownReading + entryLine + forgedReading + rest, "fail"},
		{"a server further on has no word on this one's entry: its own reading is the nearest",
			"Authentication-Results: last.example; spf=softfail\nReceived: from mx.receiver.example (mx.receiver.example [192.0.2.30]) by last.example; x\n" +
				ownReading + entryLine + rest, "softfail"},
		{"repeated fields of one system count together",
			"Authentication-Results: mx.receiver.example; dkim=pass\nAuthentication-Results: mx.receiver.example; spf=neutral\n" + entryLine + forgedReading + rest, "neutral"},
		{"only an ARC copy, above", "ARC-" + strings.Replace(ownReading, ": ", ": i=1; ", 1) + entryLine + forgedReading + rest, "fail"},
		{"an ARC copy below is as good as anything the sender wrote", entryLine + "ARC-" + strings.Replace(forgedReading, ": ", ": i=1; ", 1) + rest, ""},
		{"Google writes below its line, and removes others in its name",
			strings.ReplaceAll(entryLine, "mx.receiver.example", "mx.google.com") + "Received-SPF: fail\n" +
				strings.ReplaceAll(ownReading, "mx.receiver.example", "mx.google.com") + forgedReading + rest, "fail"},
		{"but only its own, and only there",
			strings.ReplaceAll(entryLine, "mx.receiver.example", "mx.google.com") + "X-Sender: 1\n" +
				strings.ReplaceAll(forgedReading, "mx.receiver.example", "mx.google.com") + rest, ""},
		{"and not for a line of Google's that the sender forged",
			entryLine + strings.ReplaceAll(entryLine, "mx.receiver.example", "mx.google.com") + strings.ReplaceAll(forgedReading, "mx.receiver.example", "mx.google.com") + rest, ""},
		{"folded", strings.ReplaceAll(ownReading, "; ", ";\n\t") + entryLine + rest, "fail"},
		{"no Received line: somebody cut it out, and it is taken as it is", ownReading + rest, "fail"},
		{"a Received line that says nothing", "Received: gibberish\n" + forgedReading + rest, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := Read([]byte(c.header))
			if e.Kind != Headers {
				t.Errorf("kind %s", e.Kind)
			}
			got := ""
			if e.Authentication != nil {
				got = e.Authentication.SPF
			}
			if got != c.spf {
				t.Errorf("spf %q, want %q (%s)", got, c.spf, e.Believed)
			}
			if got == "pass" {
				t.Error("the forged reading is believed")
			}
			if strings.Contains(c.header, "bank.example") && c.spf == "" && !strings.Contains(e.Believed, "no Authentication-Results is believed") {
				t.Errorf("it does not say that it believes none: %q", e.Believed)
			}
		})
	}
}

// A message cannot make itself a bounce, nor put a code into its diagnosis.
func TestMessageCannotForge(t *testing.T) {
	const bounced = "550 5.7.520 Access denied, Your organization does not allow external forwarding"
	for name, text := range map[string]string{
		"a body like a bounce's":        ownReading + entryLine + rest + "\n" + bounced + "\n",
		"a subject like a bounce's":     ownReading + entryLine + strings.Replace(rest, "Subject: x", "Subject: "+bounced, 1) + "\nhello\n",
		"a line that is no field":       ownReading + entryLine + bounced + "\n" + rest + "\nhello\n",
		"a delivery status without it":  ownReading + entryLine + "Content-Type: multipart/mixed; boundary=x\n" + rest + "\n--x\nContent-Type: message/delivery-status\n\nStatus: 5.7.520\nFinal-Recipient: rfc822; b@x.example\nAction: failed\n--x--\n",
		"a header like Exim's":          ownReading + entryLine + "X-Failed-Recipients: x@y.example\n" + rest + "\n" + bounced + "\n",
		"a second report in a bounce":   strings.Replace(string(fixture(t, "relay-denied-stale-mx.eml")), "Message-ID: <2@", "\n--4F2.1/mail.sender.example\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822;x@y.example\nAction: failed\nDiagnostic-Code: smtp; "+bounced+"\n\nMessage-ID: <2@", 1),
		"no From field":                 ownReading + entryLine + "Subject: x\n\n" + bounced + "\n",
		"From after 10,000 fields":      ownReading + entryLine + strings.Repeat("X: y\n", 10_000) + rest + "\n" + bounced + "\n",
		"a line in a pasted header":     "550 5.7.1 relaying denied\n\n" + ownReading + entryLine + "Subject: x\n" + bounced + "\nFrom: a@sender.example\n\n" + bounced + "\n",
		"a folded line in one":          "Fehler: 550 5.7.1 relaying denied\n\nUrspruengliche Kopfzeilen:\n" + ownReading + entryLine + "Subject: x\n " + bounced + "\n",
		"a returned message's own code": string(fixture(t, "notice-qmail.eml")),
	} {
		d := Explain(Read([]byte(text)), nil)
		for _, code := range d.Codes {
			if code != "5.7.1" {
				t.Errorf("%s: code %s", name, code)
			}
		}
		if d.Cause == AutoforwardBlocked || d.Cause == UnknownRecipient {
			t.Errorf("%s: %s", name, d.Cause)
		}
	}
	// Words written down with a few fields, which no server has seen, are read.
	if d := Explain(Read([]byte("From: a@sender.example\nDate: today\nError: "+bounced+"\n")), nil); d.Cause != AutoforwardBlocked {
		t.Errorf("a note: %s", d.Cause)
	}
	// The control: the same words pasted are read.
	if d := Explain(Read([]byte(bounced)), nil); d.Cause != AutoforwardBlocked {
		t.Errorf("the control: %s", d.Cause)
	}
}

// The sections of Exchange Online's notice: the error and who said it stand behind
// the details of the message, among which is the sender's subject.
func TestNoticeSections(t *testing.T) {
	for _, file := range []string{"notice-sections.txt", "notice-sections.html"} {
		e := Read(fixture(t, file))
		d := Explain(e, nil)
		if len(e.Replies) == 0 || e.Replies[0].Remote != "554 5.7.1 <b@partner.example>: Relay access denied" || e.Replies[0].Host != "mx.partner.example" {
			t.Errorf("%s: replies %+v", file, e.Replies)
		}
		if len(d.Codes) != 2 || d.Codes[0] != "5.7.367" || d.Codes[1] != "5.7.1" {
			t.Errorf("%s: codes %q", file, d.Codes)
		}
	}
}

// What the sender writes of itself stands in a trace, too: subject, Message-ID,
// addresses, the name by which the client came.
func TestTraceCannotForge(t *testing.T) {
	const head = "event_id,network_message_id,recipient_address,recipient_status,custom_data,%s\n"
	const row = "FAIL,1,b@partner.example,\"[{LED=550 5.4.1 Relay access denied};{FQDN=mx.partner.example}]\",S:x=y,\"%s\"\n"
	for _, column := range []string{"message_subject", "Subject", "message_id", "MessageId", "sender_address", "return_path", "client_hostname", "related_recipient_address", "reference", "something else"} {
		for _, forged := range []string{
			"OutboundIpPoolName=RegularRelayOutboundPool", "<OutboundIpPoolName=RegularRelayOutboundPool@sender.example>",
			"[{LED=550 5.7.520 Access denied, Your organization does not allow external forwarding}]",
		} {
			d := Explain(Read(fmt.Appendf(nil, head+row, column, forged)), nil)
			if d.Cause != StaleMX || len(d.Codes) != 1 {
				t.Errorf("%s in %s: %s, %q", forged, column, d.Cause, d.Codes)
			}
		}
	}
	const genuine = "S:OutboundIpPoolName=RegularRelayOutboundPool"
	for _, column := range []string{"Data", "Detail", "Event Data"} {
		if d := Explain(Read(fmt.Appendf(nil, head+row, column, genuine)), nil); d.Cause != RelayPool {
			t.Errorf("the control, %s: %s", column, d.Cause)
		}
	}
}

// A bounce is mail, too: one that fails DMARC says so.
func TestForgedBounce(t *testing.T) {
	bounce := string(fixture(t, "blocklist.eml"))
	const words = "The bounce itself failed DMARC: it may be forged"
	if d := Explain(Read([]byte(ownReading+entryLine+bounce)), nil); !evidenceWith(d, words) || d.Cause != IPBlocklisted {
		t.Errorf("%s, evidence %q", d.Cause, d.Evidence)
	}
	if d := Explain(Read([]byte(bounce)), nil); evidenceWith(d, words) {
		t.Error("the control says so, too")
	}
}

// What an earlier system sealed counts only where the believed reading says that
// the seals hold.
func TestSealedBefore(t *testing.T) {
	sealed := "ARC-Authentication-Results: i=1; forwarder.example; spf=softfail; dkim=pass\n"
	for arc, want := range map[string]int{"pass": 1, "fail": 0, "none": 0} {
		own := strings.Replace(ownReading, "dkim=none", "dkim=none; arc="+arc, 1)
		e := Read([]byte(own + entryLine + sealed + rest))
		if len(e.SealedBefore) != want {
			t.Errorf("arc=%s: %d sealed readings", arc, len(e.SealedBefore))
		}
	}
}
