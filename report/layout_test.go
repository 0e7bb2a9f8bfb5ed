package report

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestMarkdown(t *testing.T) {
	text := func(s string) []inline { return []inline{{Text: s}} }
	for _, c := range []struct {
		what, in string
		want     []block
	}{
		{"nothing", "", nil},
		{"lines of one paragraph", "a\nb", []block{{Kind: paragraph, Spans: text("a b")}}},
		{"two paragraphs", "a\n\n\nb", []block{{Kind: paragraph, Spans: text("a")}, {Kind: paragraph, Spans: text("b")}}},
		{"code", "use `p=none` now", []block{{Kind: paragraph, Spans: []inline{{Text: "use "}, {Text: "p=none", Code: true}, {Text: " now"}}}}},
		{"marks in code are text", "`**a** [b](https://c)`", []block{{Kind: paragraph, Spans: []inline{{Text: "**a** [b](https://c)", Code: true}}}}},
		{"two ticks", "``a`b``", []block{{Kind: paragraph, Spans: []inline{{Text: "a`b", Code: true}}}}},
		{"a tick that is not closed", "it`s", []block{{Kind: paragraph, Spans: []inline{{Text: "it`"}, {Text: "s"}}}}},
		{"strong and emphasis", "**a** *b*", []block{{Kind: paragraph, Spans: []inline{{Text: "a", Strong: true}, {Text: " "}, {Text: "b", Em: true}}}}},
		{"a star that is no mark", "*.example.com and *.example.org", []block{{Kind: paragraph, Spans: text("*.example.com and *.example.org")}}},
		{"underscores are text", "_dmarc and _domainkey_", []block{{Kind: paragraph, Spans: text("_dmarc and _domainkey_")}}},
		{"a link", "see [x](https://a.example/b).", []block{{Kind: paragraph, Spans: []inline{{Text: "see "}, {Text: "x", URL: "https://a.example/b"}, {Text: "."}}}}},
		{"a bare link", "<https://a.example>", []block{{Kind: paragraph, Spans: []inline{{Text: "https://a.example", URL: "https://a.example"}}}}},
		{"a link that is not https", "[x](javascript:alert)", []block{{Kind: paragraph, Spans: text("[x](javascript:alert)")}}},
		{"a list", "- a\n  b\n* c\n1. d", []block{
			{Kind: listItem, Mark: "-", Spans: text("a b")}, {Kind: listItem, Mark: "-", Spans: text("c")}, {Kind: listItem, Mark: "1.", Spans: text("d")}}},
		{"a heading", "# a\nb", []block{{Kind: paragraph, Spans: []inline{{Text: "a", Strong: true}}}, {Kind: paragraph, Spans: text("b")}}},
		{"a fence", "a\n```dns\n  x  y\n\nz\n```\nb", []block{
			{Kind: paragraph, Spans: text("a")}, {Kind: codeBlock, Lines: []string{"  x  y", "", "z"}}, {Kind: paragraph, Spans: text("b")}}},
		{"a fence that is not closed", "```\nx", []block{{Kind: codeBlock, Lines: []string{"x"}}}},
		{"indented code", "a\n\n    x\n    y\n\nb", []block{
			{Kind: paragraph, Spans: text("a")}, {Kind: codeBlock, Lines: []string{"x", "y"}}, {Kind: paragraph, Spans: text("b")}}},
		{"controls", "a\x1bb", []block{{Kind: paragraph, Spans: text(`a\x1bb`)}}},
	} {
		if diff := cmp.Diff(c.want, parseMarkdown(c.in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, r := range sampleRules() {
		f.Add(r.Why + "\n\n" + r.Fix)
	}
	f.Add("```\n**a `b [c](https://d) *e")
	f.Fuzz(func(t *testing.T, s string) {
		for _, b := range parseMarkdown(s) {
			for _, line := range b.Lines {
				if printable(line) != line {
					t.Fatalf("code is not printable: %q", line)
				}
			}
			for _, span := range b.Spans {
				if printable(span.Text) != span.Text || span.Text == "" {
					t.Fatalf("text is not printable, or empty: %q", span.Text)
				}
				if span.URL != "" && !strings.HasPrefix(span.URL, "https://") {
					t.Fatalf("a link to %q", span.URL)
				}
			}
		}
	})
}

func TestRefURL(t *testing.T) {
	for ref, want := range map[string]string{
		"RFC 7208, section 4.6.4":           "https://www.rfc-editor.org/rfc/rfc7208.html#section-4.6.4",
		"RFC 9989, sections 4.7 and 4.10.1": "https://www.rfc-editor.org/rfc/rfc9989.html#section-4.7",
		"RFC 9989, appendix A.1":            "https://www.rfc-editor.org/rfc/rfc9989.html#appendix-A.1",
		"RFC 7505":                          "https://www.rfc-editor.org/rfc/rfc7505.html",
		"https://a.example/b":               "https://a.example/b",
		"Vendor, https://a.example/b.":      "https://a.example/b", // the stop ends the sentence
		"(https://a.example/b)":             "https://a.example/b",
		"http://a.example/":                 "", // not https
		"javascript:alert(1)":               "",
		"M3AAWG best practices":             "",
		"":                                  "",
	} {
		if got := refURL(ref); got != want {
			t.Errorf("refURL(%q) = %q, want %q", ref, got, want)
		}
	}
}

func TestEvidenceExcerpt(t *testing.T) {
	const spf = "v=spf1 include:a.example include:b.example include:c.example -all"
	key := "v=DKIM1; k=rsa; p=" + strings.Repeat("A", 300)
	for _, c := range []struct {
		what           string
		text           string
		offset, length int
		room           int
		want           excerpt
	}{
		{"all of it fits", "v=spf1 -all", 7, 4, 80, excerpt{"v=spf1 ", "-all", ""}},
		{"terms on both sides", spf, 25, 17, 61, excerpt{"... include:a.example ", "include:b.example", " include:c.example ..."}},
		{"at the start", spf, 0, 6, 30, excerpt{"", "v=spf1", " include:a.example ..."}},
		{"at the end", spf, 61, 4, 34, excerpt{"... include:c.example ", "-all", ""}},
		{"one long term", key, 9, 5, 40, excerpt{"v=DKIM1; ", "k=rsa", "; p=AAAAAAAAAAAAAAAAAA..."}},
		{"a span longer than the line", key, 18, 300, 40, excerpt{"...", strings.Repeat("A", 32) + "...", ""}},
		{"the shorter side first", spf, 25, 17, 50, excerpt{"v=spf1 include:a.example ", "include:b.example", " ..."}},
		{"a mark on everything marks nothing", spf, 0, 65, 30, excerpt{"", "", "v=spf1 include:a.example ..."}},
		{"no span", spf, 0, 0, 30, excerpt{"", "", "v=spf1 include:a.example ..."}},
		{"offset behind the end", "abc", 9, 2, 80, excerpt{"abc", "", ""}},
		{"offset before the start", "abc", -5, 2, 80, excerpt{"", "ab", "c"}},
		{"length beyond the end", "abc", 1, 99, 80, excerpt{"a", "bc", ""}},
		{"negative length", "abc", 1, -1, 80, excerpt{"a", "", "bc"}},
		{"characters, not bytes", "äöü", 1, 1, 80, excerpt{"ä", "ö", "ü"}},
	} {
		got := evidenceExcerpt(Evidence{Text: c.text, Offset: c.offset, Length: c.length}, c.room)
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.what, got, c.want)
		}
	}
}

func FuzzEvidenceExcerpt(f *testing.F) {
	f.Add("v=spf1 include:a.example -all", 7, 17, 20)
	f.Add(strings.Repeat("x", 100)+" y", 50, 3, 30)
	f.Add("0000000000000000000 ", 7, 12, -28) // no room at all
	f.Fuzz(func(t *testing.T, text string, offset, length, room int) {
		text = printable(text) // as clean leaves it
		x := evidenceExcerpt(Evidence{Text: text, Offset: offset, Length: length}, room)
		if whole := x.Before + x.Marked + x.After; utf8.RuneCountInString(text) <= room && whole != text {
			t.Fatalf("%q became %q", text, whole)
		} else if n := utf8.RuneCountInString(whole); n > max(room, 0)+3*(len(ellipsis)+1) {
			t.Fatalf("%d characters for %d", n, room)
		}
		if !strings.Contains(text, strings.TrimSuffix(x.Marked, ellipsis)) {
			t.Fatalf("%q is not in %q", x.Marked, text)
		}
	})
}

// TestTextWidth checks that lines keep to the page, but for what cannot be
// broken and what a person copies.
func TestTextWidth(t *testing.T) {
	f, _ := FormatByName("text")
	for _, width := range []int{60, 80, 120} {
		for i, line := range strings.Split(render(t, f, Options{Width: width}, sampleRun(), sampleResults()[:1]), "\n") {
			unbreakable := strings.Contains(line, "https://") || strings.Contains(line, "| - ") || strings.Contains(line, "| + ") ||
				strings.Contains(line, "TXT \"") || !strings.Contains(strings.TrimSpace(line), " ")
			if n := utf8.RuneCountInString(line); n > width && !unbreakable {
				t.Errorf("width %d, line %d has %d: %s", width, i+1, n, line)
			}
		}
	}
}

func TestBars(t *testing.T) {
	for _, counts := range [][]int{{0, 0}, {1, 0}, {0, 5}, {1, 1, 1}, {999_999, 1, 1}, {3, 5, 7, 0, 11}, {1, 1_000_000, 1, 1, 1}} {
		var list []count
		for i, n := range counts {
			list = append(list, count{n, fmt.Sprint(i)})
		}
		x := 0
		for i, b := range bars(list) {
			if b.X != x || (b.Width > 0) != (counts[i] > 0) {
				t.Errorf("%v: bar %d is %+v, want it at %d", counts, i, b, x)
			}
			x += b.Width
		}
		if total := counts[0] + counts[1]; total > 0 && x != 1000 {
			t.Errorf("%v: the bar is %d wide", counts, x)
		}
	}
}

func TestPlural(t *testing.T) {
	for want, got := range map[string]string{
		"1 key": plural(1, "key"), "2 keys": plural(2, "key"), "0 keys": plural(0, "key"),
		"2 queries": plural(2, "query"), "12,345 domains": plural(12345, "domain"),
		"1,234,567 domains": plural(1234567, "domain"), "999 domains": plural(999, "domain"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
