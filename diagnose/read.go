package diagnose

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// MaxSize is how much of a text Read looks at, in octets. What is beyond it is
// left out, and a note says so; signatures are then not verified.
const MaxSize = 64 << 20

// Read finds what a text holds that bears on a failure. It never fails: from
// what it cannot read, nothing can be told. Time and memory are bounded by a
// small multiple of MaxSize.
func Read(data []byte) Evidence {
	e := Evidence{Kind: Other}
	if len(data) > MaxSize {
		data = data[:MaxSize]
		e.note("only the first 64 MiB are looked at")
	}
	e.read(data)
	e.tidy()
	e.Questions = Explain(e, nothingKnown{}).Missing
	return e
}

// nothingKnown has no answers yet, but would take them.
type nothingKnown struct{}

// Get finds nothing.
func (nothingKnown) Get(facts.Question) (facts.Observation, bool) { return facts.Observation{}, false }

func (e *Evidence) read(data []byte) {
	if rows := traceRows(data); rows != nil {
		e.trace(rows)
		return
	}
	if h, body, ok := asMessage(data); ok {
		e.mail(h, body, data)
		return
	}
	text := toUTF8(data, "")
	if len(data) > maxText {
		e.note("only the first 256 KiB of a text are looked at")
	}
	if looksLikeHTML(text) {
		text = htmlText(text)
	}
	e.notice(text)
	switch {
	case len(e.Replies) > 0:
		e.Kind = NDR
	case e.Authentication != nil || e.Believed != "" || e.ClientIP.IsValid():
		e.Kind = Headers
	}
}

// asMessage reads a header that makes a text a message: one that a server has
// marked, or one with From and something else that mail programs write.
// RFC 5322, section 3.6.
func asMessage(data []byte) (header, []byte, bool) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	data = bytes.TrimLeft(data, "\r\n")
	if bytes.HasPrefix(data, []byte("From ")) { // the line between the messages of an mbox
		_, data = cutLine(data)
	}
	h, body := readHeader(data)
	const mostBroken = 50
	for n := 0; h.broken && len(h.fields) > 0 && n < mostBroken; n++ {
		// A line that is no field does not end a header for a server either.
		_, rest := cutLine(body)
		var more header
		more, body = readHeader(rest)
		h.fields = append(h.fields, more.fields[:min(len(more.fields), maxFields-len(h.fields))]...)
		h.broken, h.cut = more.broken, h.cut || more.cut
	}
	// Received alone is enough: a sender can leave out From, to have the body
	// read as a text that somebody pasted.
	mail := h.has("date") || h.has("message-id") || h.has("mime-version") || h.has("x-failed-recipients")
	return h, body, h.has("received") || h.has("from") && mail || len(h.fields) == maxFields
}

// mail reads a message: a bounce, or one that is looked at itself.
func (e *Evidence) mail(h header, body, whole []byte) {
	kind, params := parameters(h.get("content-type"))
	if kind == "multipart/report" || fromDaemon(h) {
		var t tree
		t.add(h, body, 0)
		if t.cut {
			e.note("more or deeper parts than are looked at")
		}
		if kind != "multipart/report" || params["report-type"] == "" || strings.EqualFold(params["report-type"], "delivery-status") {
			e.bounce(h, t.leaves)
			return
		}
	}
	if !h.has("received") && len(bytes.TrimSpace(body[:min(len(body), maxText)])) == 0 {
		// No server has seen this: somebody wrote down a few lines. A message that
		// came by mail cannot pass for it.
		e.notice(toUTF8(whole, ""))
		if len(e.Replies) > 0 {
			e.Kind = NDR
			return
		}
	}
	e.Kind = Headers
	if len(bytes.TrimSpace(body[:min(len(body), maxText)])) > 0 {
		e.Kind = Message
		e.signed(h, whole)
	}
	e.original(h)
}

var daemon = regexp.MustCompile(`(?i)\b(?:mailer-?daemon|mail-?daemon|postmaster|microsoftexchange[0-9a-f]+)@`)

// fromDaemon reports whether a mail system wrote the message.
func fromDaemon(h header) bool { return daemon.MatchString(lastAngle(h.get("from"))) }

// named finds the sender's domain in the words of a refusal.
var named = regexp.MustCompile(`(?i)(?:sending domain|mail from domain|email from|spf|on behalf of|from domain|domain of)\s+\[?(?:[^\s@\]]+@)?([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)`)

// tidy makes the domains that matter of what was found, and drops what is none.
func (e *Evidence) tidy() {
	if e.Sender == "" && e.From == "" && len(e.Replies) > 0 {
		if m := named.FindStringSubmatch(e.Replies[0].Text); m != nil {
			e.From = domainOf(m[1])
		}
	}
	recipient := ""
	if len(e.Recipients) > 0 {
		recipient = domainOf(e.Recipients[0])
	}
	for _, name := range []string{e.Sender, e.From, e.Forwarder, recipient} {
		// Names of mail systems' own, as in a login, are no domains of anybody's mail.
		if d, err := facts.ParseDomain(name); err == nil && name != "" {
			e.Domains = appendNew(e.Domains, d)
		}
	}
	for i, r := range e.Recipients {
		e.Recipients[i] = record.Text(r)
	}
}
