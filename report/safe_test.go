package report

import (
	"encoding/json"
	"net/url"
	"path"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		`v=spf1 \x1b -all`:          `v=spf1 \x1b -all`, // has passed here before
		"\x1b[2J":                   `\x1b[2J`,
		"a\nb\tc\r":                 `a\x0ab\x09c\x0d`,
		"\x7f":                      `\x7f`,
		"\u0085\u009b":              `\xc2\x85\xc2\x9b`, // C1
		"\u202e\u2066":              `\xe2\x80\xae\xe2\x81\xa6`,
		"\u200b\ufeff":              `\xe2\x80\x8b\xef\xbb\xbf`,
		"\u00a0":                    `\xc2\xa0`,     // a space that is none
		"\u3164":                    `\xe3\x85\xa4`, // a letter that nobody sees
		"\xff\xc3(":                 `\xff\xc3(`,
		"\U000e0041":                `\xf3\xa0\x81\x81`,
		"\ufffd":                    "\ufffd", // someone's replacement, and visible
		"münchen.example 邮件 — §4.7": "münchen.example 邮件 — §4.7",
	} {
		if got := printable(in); got != want {
			t.Errorf("printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	for _, p := range payloads() {
		f.Add(p.text[:min(len(p.text), 1<<10)])
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := printable(s)
		if !utf8.ValidString(got) {
			t.Fatalf("not UTF-8: %q", got)
		}
		for _, r := range got {
			if !visible(r) {
				t.Fatalf("%U is left in %q", r, got)
			}
		}
		if again := printable(got); again != got {
			t.Fatalf("%q became %q", got, again)
		}
	})
}

func FuzzEscapeJSON(f *testing.F) {
	for _, p := range payloads() {
		f.Add(p.text[:min(len(p.text), 1<<10)])
	}
	f.Fuzz(func(t *testing.T, s string) {
		encoded, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		escaped := escapeJSON(nil, encoded)
		for _, r := range string(escaped) {
			if !visible(r) {
				t.Fatalf("%U is left in %q", r, escaped)
			}
		}
		var want, got string
		if err := json.Unmarshal(encoded, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(escaped, &got); err != nil || got != want {
			t.Fatalf("%q became %q (%v)", want, got, err)
		}
	})
}

func FuzzSARIFText(f *testing.F) {
	for _, p := range payloads() {
		f.Add(p.text[:min(len(p.text), 1<<10)])
	}
	f.Add(`\\[x\]{{{`)
	f.Fuzz(func(t *testing.T, s string) {
		if err := plainMessage(sarifText(s)); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzURIPath(f *testing.F) {
	for _, s := range []string{"a/b.txt", "/etc/x", "../../x", "..", ".", "", "a:b", "C:\\x", "a//b/../..", "%2e%2e/x", "\xff\x00", "-", "//evil/x", ".../x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := uriPath(s)
		u, err := url.Parse(got)
		if err != nil || u.IsAbs() || u.Host != "" || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q: %q is no relative path: %v", s, got, err)
		}
		if strings.HasPrefix(u.Path, "/") || u.Path == ".." || strings.HasPrefix(u.Path, "../") {
			t.Fatalf("%q: %q leads out", s, got)
		}
		// Nothing is lost but the way up.
		if clean := path.Clean(s); !strings.HasSuffix(clean, u.Path) {
			t.Fatalf("%q became %q", clean, u.Path)
		}
	})
}

// TestClean checks that every string is cleaned and the original left alone.
func TestClean(t *testing.T) {
	dirty := sampleResults()
	poison(t, reflect.ValueOf(&dirty).Elem(), "a\x1bb", false)
	before := sampleResults()
	poison(t, reflect.ValueOf(&before).Elem(), "a\x1bb", false)
	want := sampleResults()
	poison(t, reflect.ValueOf(&want).Elem(), `a\x1bb`, false)

	if diff := cmp.Diff(want, clean(dirty)); diff != "" {
		t.Errorf("cleaned (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, dirty); diff != "" {
		t.Errorf("the original was changed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(sampleResults(), clean(sampleResults())); diff != "" {
		t.Errorf("clean text was changed (-want +got):\n%s", diff)
	}
}
