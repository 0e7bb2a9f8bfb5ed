package diagnose

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/mailposture/mailposture/facts"
)

// Whatever a text holds, the answer comes in bounded time and memory: a clear
// one, or that nothing can be told. The bounds are some ten times what is
// measured, so that a slow machine passes and a square law does not.
func TestHostileTexts(t *testing.T) {
	most, mb, signedSize := 10*time.Second, 1<<20, 50<<20
	if underRace { // go-msgauth takes 40 s for the 50 MB then: the size is what the other run is for
		most, signedSize = time.Minute, 1<<20
	}
	bounce := string(fixture(t, "relay-pool.eml"))
	signed, key := signedMessage(t, strings.Repeat("a line of text that goes on and on\n", signedSize/35))
	cases := []struct {
		name  string
		text  []byte
		cause Cause // "": any
	}{
		{"empty", nil, UnknownCause},
		{"white space", bytes.Repeat([]byte("\r\n \t"), mb), UnknownCause},
		{"noise", noise(8 * mb), ""},
		{"zero octets", make([]byte, 8*mb), UnknownCause},
		{"a page without text", []byte("<html><body>" + strings.Repeat("<img src=x><br>", 100_000) + "</body></html>"), UnknownCause},
		{"a page whose tag never ends", []byte("<html><a href=\"" + strings.Repeat("x", 8*mb)), UnknownCause},
		{"a page that is a script", []byte("<html><script>550 5.1.1 User unknown</script></html>"), UnknownCause},
		{"ten thousand headers", []byte(strings.Repeat("X-Filler: y\r\n", 10_000) + bounce), ""},
		{"ten thousand headers in the returned message", []byte(strings.Replace(bounce, "Return-Path: a@", strings.Repeat("X-Filler: y\n", 10_000)+"Return-Path: a@", 1)), RelayPool},
		{"ten thousand Received lines", []byte(strings.Repeat("Received: from a.example by b.example\r\n", 10_000) + rest + "\nhello\n"), ""},
		{"ten thousand Authentication-Results", []byte(strings.Repeat("Authentication-Results: a.example; spf=pass; dkim=pass\r\n", 10_000) + entryLine + rest), ""},
		{"one line of eight megabytes", []byte("Subject: " + strings.Repeat("x", 8*mb)), ""},
		{"a header folded into ten thousand lines", []byte("Authentication-Results: a.example;\n" + strings.Repeat(" x\n", 10_000) + entryLine + rest), ""},
		{"brackets", []byte("Authentication-Results: " + strings.Repeat("(", 15_000) + "\n" + entryLine + rest), ""},
		{"a tree of parts", []byte(nested(2000)), ""},
		{"a bomb: parts in parts with one boundary", []byte(bomb(100_000)), ""},
		{"ten thousand recipients", []byte(strings.Replace(bounce, "Final-Recipient:", strings.Repeat("Final-Recipient: rfc822;x@y.example\nAction: failed\nStatus: 5.1.1\n\n", 10_000)+"Final-Recipient:", 1)), ""},
		{"a trace of a hundred thousand rows", []byte("MessageTraceId,RecipientAddress,Status\n" + strings.Repeat("1,b@partner.example,Failed\n", 100_000)), ""},
		{"a trace whose quote never ends", []byte("MessageTraceId,Status,Detail\n1,Failed,\"" + strings.Repeat("550 5.7.1 no \n", mb)), ""},
		{"a log of codes", []byte(strings.Repeat("550 5.7.1 relaying denied\n\n", 200_000)), ""},
		{"an arrow of arrows", []byte("550 5.7.367 x" + strings.Repeat(" -> 550 5.7.1 y", 100_000)), RelayPool},
		{"a message of 50 MB", []byte(signed), NotAFailure},
		{"a file beyond what is read", append([]byte(bounce), make([]byte, MaxSize)...), RelayPool},
	}
	w := newWorld(t, key+sendersZone)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			started := time.Now()
			e := Read(c.text)
			d := Explain(e, nil)
			if c.name == "a message of 50 MB" {
				d = (&world{t: t, set: w.set, fail: w.fail, learned: map[facts.Question]facts.Observation{}}).explain(e)
			}
			took := time.Since(started)
			runtime.ReadMemStats(&after)
			allocated := int(after.TotalAlloc-before.TotalAlloc) / mb
			t.Logf("%v, %d MiB allocated, %s %s", took.Round(time.Millisecond), allocated, d.Kind, d.Cause)
			if took > most {
				t.Errorf("it took %v", took)
			}
			if bound := 96 + 10*len(c.text)/mb; allocated > bound && !underRace {
				t.Errorf("%d MiB were allocated in sum, the bound is %d", allocated, bound)
			}
			if c.cause != "" && d.Cause != c.cause {
				t.Errorf("%s, want %s", d.Cause, c.cause)
			}
			if d.Cause == UnknownCause && (d.Confidence != None || d.Fixer != UnknownFixer || d.Summary == "" || len(d.Remedies) == 0) {
				t.Errorf("it does not say clearly that nothing can be told: %+v", d)
			}
			plainText(t, d)
		})
	}
}

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(r.UintN(256))
	}
	return out
}

// nested is a bounce with multiparts in each other.
func nested(depth int) string {
	var b strings.Builder
	b.WriteString(rest + "Content-Type: multipart/report; boundary=b0\n\n")
	for i := range depth {
		fmt.Fprintf(&b, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i, i+1)
	}
	return b.String()
}

// bomb is a bounce with more parts than anybody reads.
func bomb(parts int) string {
	return rest + "Content-Type: multipart/report; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n\n", parts)
}

// A charset that lies, or is none, hides no code.
func TestCharsets(t *testing.T) {
	const words = "Die Nachricht an b@partner.example wurde zurückgewiesen: 550 5.7.520 Access denied, Your organization does not allow external forwarding"
	latin := []byte(strings.ReplaceAll(words, "ü", "\xfc"))
	var wide []byte
	for _, u := range utf16.Encode([]rune(words)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	message := func(charset, encoding string, body []byte) []byte {
		return append([]byte("From: MAILER-DAEMON@x.example\nDate: x\nContent-Type: text/plain; charset="+charset+"\nContent-Transfer-Encoding: "+encoding+"\n\n"), body...)
	}
	base := func(b []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(b)) }
	for name, text := range map[string][]byte{
		"UTF-8 that says Latin-1":             message("iso-8859-1", "8bit", []byte(words)),
		"Latin-1 that says UTF-8":             message("utf-8", "8bit", latin),
		"UTF-8 that says UTF-16":              message("utf-16", "8bit", []byte(words)),
		"UTF-16 that says ASCII":              message("us-ascii", "base64", base(wide)),
		"a charset that does not exist":       message("x-klingon", "8bit", latin),
		"Latin-1 that says a seven-bit one":   message("iso-2022-jp", "8bit", latin),
		"an encoding that lies":               message("utf-8", "base32", []byte(words)),
		"quoted-printable, cut":               message("utf-8", "quoted-printable", []byte(strings.ReplaceAll(words, "ü", "=C3=BC")+" =\n=")),
		"base64 with rubbish behind it":       message("utf-8", "base64", append(base([]byte(words+strings.Repeat(" ", 3))), "\n!!!"...)),
		"a pasted line in UTF-16 with a mark": append([]byte("\xff\xfe"), wide...),
		"and without":                         wide,
		"a pasted line in Latin-1":            latin,
	} {
		if d := Explain(Read(text), nil); d.Cause != AutoforwardBlocked || d.Recipient != "b@partner.example" {
			t.Errorf("%s: %s for %q", name, d.Cause, d.Recipient)
		}
	}
}

// What must never change: reading does not write, and says the same twice.
func FuzzRead(f *testing.F) {
	for _, name := range []string{
		"relay-pool.eml", "relay-pool-forged.eml", "notice.html", "notice-german.txt", "notice-qmail.eml", "trace.csv", "trace-utf16.csv",
		"headers-google.txt", "two-recipients.eml", "gmail-5.7.26.eml", "other-network.txt",
	} {
		f.Add(fixture(f, name))
	}
	signed, _ := signedMessage(f, "hello\n")
	f.Add([]byte(signed))
	f.Fuzz(func(t *testing.T, text []byte) {
		kept := bytes.Clone(text)
		e := Read(text)
		d := Explain(e, nil)
		if !bytes.Equal(kept, text) {
			t.Error("reading changed the text")
		}
		const short = 4 << 10 // reading a long one twice takes the fuzzer too long
		if len(text) <= short && !bytes.Equal(asJSON(t, d), asJSON(t, Explain(Read(text), nil))) {
			t.Error("the same text gives two diagnoses")
		}
		checkDiagnosis(t, e, d)
	})
}

func asJSON(t *testing.T, d Diagnosis) []byte {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// checkDiagnosis holds what is true of every diagnosis.
func checkDiagnosis(t *testing.T, e Evidence, d Diagnosis) {
	t.Helper()
	plainText(t, d)
	info := Known().cause(d.Cause)
	if info.Title == "" || d.Summary == "" || d.Confidence == "" || d.Kind == "" || d.Fixer == "" {
		t.Errorf("something is missing: %+v", d)
	}
	if (d.Cause == UnknownCause) != (d.Confidence == None) {
		t.Errorf("%s with confidence %s", d.Cause, d.Confidence)
	}
	for _, p := range d.Also {
		if p.Cause == d.Cause || p.Decides == "" {
			t.Errorf("also possible: %+v", p)
		}
	}
	for _, code := range d.Codes {
		if statusCode(code) != code {
			t.Errorf("%q is no status code", code)
		}
	}
	const questions = 120 // a recipient, a sender, an author, a forwarder, some keys
	if len(e.Questions) > questions || len(e.Recipients) > 2*maxReplies || len(e.Replies) > maxReplies || len(d.Evidence) > 60 {
		t.Errorf("%d questions, %d recipients, %d replies, %d pieces of evidence", len(e.Questions), len(e.Recipients), len(e.Replies), len(d.Evidence))
	}
	for _, q := range e.Questions {
		if canonical, err := facts.ParseDomain(q.Name); err != nil || string(canonical) != q.Name {
			t.Errorf("it asks for %q", q.Name)
		}
	}
}
