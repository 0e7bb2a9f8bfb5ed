package diagnose

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Whatever the sender writes below the line by which the message arrived, and
// however he names himself in it, the receiver's own reading is believed.
func FuzzForge(f *testing.F) {
	f.Add("mx.receiver.example", "unknown", forgedReading+entryLine+rest)
	f.Add("mx2.receiver.example", "10.0.0.1", "ARC-"+forgedReading+"Received: from mx by mx.receiver.example\n")
	f.Add("localhost", "localhost", "Received: by 2002:a05:1:2 with SMTP id x\n"+forgedReading)
	f.Fuzz(func(t *testing.T, helo, reverse, forged string) {
		if strings.ContainsAny(helo+reverse, "\r\n") || len(helo)+len(reverse) > 1000 || reverse == "" || strings.ContainsAny(reverse, " ()[]") || strings.ContainsAny(helo, " ()[]") || helo == "" {
			return // no server takes such a name
		}
		if organization(hostName(strings.ToLower(reverse))) == "receiver.example" {
			return // the server has looked that up: the sender is the receiver
		}
		line := fmt.Sprintf("Received: from %s (%s [192.0.2.10]) by mx.receiver.example with ESMTP; x\n", helo, reverse)
		for _, own := range []string{ownReading, ""} {
			h, _ := readHeader([]byte(own + line + forged))
			var e Evidence
			e.believe(h)
			switch {
			case own == "" && e.Authentication != nil:
				t.Errorf("a reading is believed that the sender wrote: %+v", *e.Authentication)
			case own != "" && (e.Authentication == nil || e.Authentication.SPF != "fail" || e.Authentication.Server != "mx.receiver.example" || len(e.Authentication.DKIM) != 1):
				t.Errorf("the receiver's own reading is not what is believed: %+v", e.Authentication)
			}
		}
	})
}

// A header that is printed reads back, and what is left is the end of the text.
func FuzzHeader(f *testing.F) {
	f.Add([]byte(ownReading + entryLine + rest + "\nbody"))
	f.Add([]byte("A: b\r\n c\r\n\r\n"))
	f.Add([]byte("A : b\nno field\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, left := readHeader(text)
		if !bytes.HasSuffix(text, left) || len(h.fields) > maxFields {
			t.Fatalf("%d fields, %q left", len(h.fields), left)
		}
		var printed strings.Builder
		for _, one := range h.fields {
			if one.name != strings.ToLower(one.name) || one.name == "" || len(one.value) > maxFieldOctets {
				t.Errorf("field %q: %q", one.name, one.value)
			}
			fmt.Fprintf(&printed, "%s: %s\n", one.name, one.value)
		}
		again, _ := readHeader([]byte(printed.String()))
		if !h.cut && !again.cut && !slices.Equal(again.fields, h.fields) {
			t.Errorf("%q reads back as %q", h.fields, again.fields)
		}
		for _, hop := range h.hops() {
			if hop.at < 0 || hop.at >= len(h.fields) || hop.by != strings.ToLower(hop.by) {
				t.Errorf("hop %+v of %d fields", hop, len(h.fields))
			}
		}
	})
}

// Parts are pieces of the text, in bounds.
func FuzzParts(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/report; boundary=b\n\n--b\n\none\n--b\nContent-Type: multipart/mixed; boundary=\"c\"\n\n--c\n\ntwo\n--c--\n--b--\n"))
	f.Add([]byte(nested(20)))
	f.Add([]byte(bomb(20)))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, body := readHeader(text)
		var tree tree
		tree.add(h, body, 0)
		if len(tree.leaves) > maxParts {
			t.Fatalf("%d parts", len(tree.leaves))
		}
		for _, p := range tree.leaves {
			if !bytes.Contains(text, p.body) || len(p.text()) > 4*maxText {
				t.Errorf("part %s is no piece of the text, or larger", p.kind)
			}
		}
	})
}

// A status code is a piece of the text, and reads back.
func FuzzStatusCodes(f *testing.F) {
	for _, seed := range []string{"550 5.7.367 x -> 554 5.7.1 y", "#5.1.1", "192.5.7.1.2", "Exim 4.98.2", "15.20.7.5", "5.7.1234"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		codes := statusCodes(text)
		if len(codes) > maxCodes {
			t.Fatalf("%d codes", len(codes))
		}
		for _, code := range codes {
			if !strings.Contains(text, code) || !slices.Equal(statusCodes("550 "+code+" x"), []string{code}) {
				t.Errorf("%q in %q", code, text)
			}
		}
	})
}

// What looks like a status code and is none.
func TestStatusCodes(t *testing.T) {
	for text, want := range map[string]string{
		"550 5.7.367 a -> 554 5.7.1 b":         "5.7.367 5.7.1",
		"#5.1.1 and (5.2.2), 4.4.1.":           "5.1.1 5.2.2 4.4.1",
		"an address 5.7.1.2, and 192.5.7.1":    "",
		"a version 4.98.2, and 15.20.7741.5":   "",
		"no class 3.7.1, no subject 5.8.1":     "",
		"too long 5.7.1234, in a word x5.7.1y": "",
		"550-5.7.26 twice 5.7.26":              "5.7.26",
	} {
		if got := strings.Join(statusCodes(text), " "); got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}
