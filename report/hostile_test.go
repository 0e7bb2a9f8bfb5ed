package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Every string of a result may come from a stranger's DNS, or from a file of
// results that a stranger made. New lets only printable ASCII through; no
// writer may rest on that.

// payload is hostile text, and the formats in which it does harm as it stands.
type payload struct {
	what string
	text string
	harm string // names of formats
}

func payloads() []payload {
	all := "csv html json jsonl junit markdown prometheus sarif text"
	return []payload{
		{"clears the screen", "\x1b[2J\x1b[H", all},
		{"sets the terminal's title", "\x1b]0;owned\x07", all},
		{"a C1 CSI", "\u009b31m", all},
		{"DEL", "a\x7fb", all},
		{"NUL", "a\x00b", all},
		{"a lone carriage return", "safe\rEVIL", all},
		{"line breaks that forge a finding", "x\nCRITICAL  forged\n", "csv json jsonl junit markdown prometheus sarif text"},
		{"a line separator", "a\u2028b\u2029c", all},
		{"a bidirectional override", "\u202etxt.exe\u2066", all},
		{"zero-width characters", "pay\u200bpal\u2060\ufeff", all},
		{"invisible tags", "a\U000e0041\U000e0042", all},
		{"variation selectors", "a\ufe0f\U000e0100", all},
		{"invalid UTF-8", "a\xff\xfe\xc3(", all},
		{"a script", "</style></title><script>alert(1)</script>", "html junit markdown"},
		{"an event handler", `"><img src=x onerror=alert(1)>`, "csv html json jsonl junit markdown prometheus sarif"},
		{"an attribute", `x" onmouseover="alert(1)" y="`, "csv json jsonl junit prometheus sarif"},
		{"the end of a CDATA section", "]]><script>1</script>", "html junit markdown sarif"},
		{"a script's address", "javascript:alert(1)", ""},
		{"a remote page", `<a href="https://evil.example/">x</a>`, "csv html json jsonl junit markdown prometheus sarif"},
		{"a base", `<base href="https://evil.example/">`, "csv html json jsonl junit markdown prometheus sarif"},
		{"a template's action", "{{.Domain}}{{`x`}}", ""},
		{"a placeholder", "{0} and {1}", "sarif"},
		{"a link", "[x](http://evil.example)", "markdown sarif"},
		{"a link behind a backslash", `\[x](http://evil.example) \\[y](1)`, "json jsonl markdown prometheus sarif"},
		{"a formula", "=cmd|' /C calc'!A0", "csv"},
		{"a formula behind a semicolon", "x; @SUM(A1)", "csv"},
		{"a JSON break", `","domain":"forged`, "csv json jsonl junit prometheus sarif"},
		{"a fence", "```\n<img>\n```", "csv html json jsonl junit markdown prometheus sarif text"},
		{"a fence on one line", "``` ```` ~~~", ""},
		{"an image", "![x](https://evil.example/x.png)", "markdown sarif"},
		{"addresses", "see https://evil.example, www.evil.example or me@evil.example", "markdown"},
		{"a mention", "cc (@everyone)", "markdown"},
		{"emphasis", "**bold** _it_ ~~gone~~", ""},
		{"a label", `x",severity="none`, "csv json jsonl junit prometheus sarif"},
		{"an entity", "&lt;script&gt; &#64;everyone", "markdown"},
		{"64 KiB", strings.Repeat("A", 64<<10), ""},
		{"much that must be escaped", strings.Repeat("\x1b\xff", 1<<10), all},
	}
}

// closed are the fields whose values choose a branch of a writer. They are
// poisoned too, but also left alone once, so that the branches are taken.
var closed = map[string]bool{"Status": true, "State": true, "Severity": true, "Confidence": true}

// poison sets every string under v, and says how many. A kind of field that
// it does not know is an error: clean would not know it either.
func poison(t *testing.T, v reflect.Value, text string, spare bool) int {
	t.Helper()
	n := 0
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return 1
	case reflect.Pointer:
		if !v.IsNil() {
			n += poison(t, v.Elem(), text, spare)
		}
	case reflect.Slice:
		for i := range v.Len() {
			n += poison(t, v.Index(i), text, spare)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if v.Type() == reflect.TypeFor[time.Time]() || spare && closed[field.Name] {
				continue
			}
			n += poison(t, v.Field(i), text, spare)
		}
	case reflect.Bool, reflect.Int:
	default:
		t.Fatalf("a result holds a %s: teach clean and this test", v.Kind())
	}
	return n
}

func poisoned(t *testing.T, text string, spare bool) []Result {
	t.Helper()
	results := sampleResults()
	if len(text) > 1<<10 {
		results = results[:1]
	}
	if n := poison(t, reflect.ValueOf(&results).Elem(), text, spare); n < 100 {
		t.Fatalf("only %d strings were reached", n)
	}
	return results
}

func TestHostileResults(t *testing.T) {
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			for _, p := range payloads() {
				check := func(spare bool, o Options, most int) {
					results := poisoned(t, p.text, spare)
					results = results[:min(most, len(results))]
					out := render(t, f, o, sampleRun(), results)
					if err := harmless(f.Name, out, len(results)); err != nil {
						t.Errorf("%s: %v", p.what, err)
					}
				}
				// A run of one is laid out differently, and colour adds what
				// must not hide a stranger's sequence.
				check(true, Options{Color: true, WithHelp: true}, 1)
				if len(p.text) < 1<<15 {
					check(true, Options{}, 6)
					check(false, Options{}, 6)
				}
			}
		})
	}
}

// TestHostileRuns poisons what comes with the run. Rules are ours, but not so
// the names of lists.
func TestHostileRuns(t *testing.T) {
	for _, f := range Formats() {
		for _, p := range payloads() {
			if strings.Contains(p.text, "https://") || len(p.text) > 1<<15 {
				continue // a rule may link where it wants, and is short
			}
			run := sampleRun()
			run.WhatIf = []string{"example.com TXT v=spf1 -all"}
			poison(t, reflect.ValueOf(&run).Elem(), p.text, true)
			for i, r := range sampleRules() {
				run.Rules[i].ID = r.ID // so that it is found
			}
			results := sampleResults()
			out := render(t, f, Options{}, run, results)
			if err := harmless(f.Name, out, len(results)); err != nil {
				t.Errorf("%s: %s: %v", f.Name, p.what, err)
			}
		}
	}
}

// TestHarmlessConvicts is the control: a writer that lets a message through as
// it stands is convicted of every payload that does harm in its format.
func TestHarmlessConvicts(t *testing.T) {
	const marker = "THE-MESSAGE"
	for _, f := range Formats() {
		run, results := sampleRun(), sampleResults()[:1]
		switch f.Name {
		case "csv": // has no messages
			results[0].SPF.Record = marker
		case "prometheus": // has no domains
			run.Lists[0].Path = marker
		default:
			results[0].Findings[0].Message = marker
		}
		out := render(t, f, Options{}, run, results)
		if err := harmless(f.Name, out, 1); err != nil {
			t.Fatalf("%s: the marker alone: %v", f.Name, err)
		}
		for _, p := range payloads() {
			unsafe := strings.ReplaceAll(out, marker, p.text)
			err := harmless(f.Name, unsafe, 1)
			if strings.Contains(p.harm, f.Name) && err == nil {
				t.Errorf("%s: a writer that does not escape %s is not convicted", f.Name, p.what)
			}
		}
	}
}

// harmless says what is wrong with an output of a run of so many results.
func harmless(format, out string, results int) error {
	if err := visibleOnly(format, out); err != nil {
		return err
	}
	switch format {
	case "csv":
		return harmlessCSV(out, results)
	case "html":
		return harmlessHTML(out)
	case "json":
		var run struct{ Domains []Result }
		if err := json.Unmarshal([]byte(out), &run); err != nil {
			return err
		}
		if len(run.Domains) != results || strings.Contains(out, `"domain":"forged`) {
			return fmt.Errorf("%d domains, want %d, or one is forged", len(run.Domains), results)
		}
	case "jsonl":
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if len(lines) != results || strings.Contains(out, `"domain":"forged`) {
			return fmt.Errorf("%d lines, want %d, or one is forged", len(lines), results)
		}
		for _, line := range lines {
			var r Result
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				return err
			}
		}
	case "junit":
		return harmlessJUnit(out, results)
	case "markdown":
		return harmlessMarkdown(out, results)
	case "prometheus":
		return harmlessPrometheus(out)
	case "sarif":
		return conformsSARIF([]byte(out))
	case "text":
		for _, line := range strings.Split(out, "\n") {
			if strings.HasPrefix(line, "CRITICAL  forged") || strings.HasPrefix(line, "<img>") {
				return fmt.Errorf("a line is forged: %q", line)
			}
		}
	default:
		return fmt.Errorf("nobody has said what harm %s can do", format)
	}
	return nil
}

var ourSGR = regexp.MustCompile("\x1b\\[(?:0|1|2|31|1;31|1;37;41|32|33|36)m")

// visibleOnly holds for every format: nothing in it can act on a terminal.
func visibleOnly(format, out string) error {
	if !utf8.ValidString(out) {
		return fmt.Errorf("not UTF-8")
	}
	if format == "text" {
		out = ourSGR.ReplaceAllString(out, "")
	}
	for i, r := range out {
		if r != '\n' && !visible(r) {
			return fmt.Errorf("%U at %d, after %q", r, i, out[max(i-40, 0):i])
		}
	}
	return nil
}

// What a page of ours is made of. style, radio buttons and the shadow root
// stand once each and hold nothing from outside.
var (
	ourElements = words(`html head meta title style body a header h1 h2 h3 h4 p b nav main template slot section div fieldset
		legend label input details summary article figure figcaption mark del ins ul ol li dl dt dd table caption thead tbody tr th td
		code pre strong em span svg rect`)
	ourAttributes = words(`lang charset http-equiv content name class href id type checked open shadowrootmode slot aria-labelledby aria-label
		aria-hidden scope rel viewbox preserveaspectratio width height x`)
	ourHrefs = words(`https://learn.example/dmarc/enforce https://learn.example/m365/connectors https://learn.example/m365/gateway
		https://learn.example/spf/limits`)
)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// harmlessHTML holds a page against what a page of ours is made of.
func harmlessHTML(page string) error {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return err
	}
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			return fmt.Errorf("a comment: %q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !ourElements[n.Data] {
			return fmt.Errorf("a <%s>", n.Data)
		}
		if n.Data == "style" && n.FirstChild.Data != htmlStyle {
			return fmt.Errorf("a style that is not ours")
		}
		for _, a := range n.Attr {
			if key := strings.ToLower(a.Key); !ourAttributes[key] {
				return fmt.Errorf("an attribute %s of <%s>", a.Key, n.Data)
			}
			if a.Key == "href" && !strings.HasPrefix(a.Val, "#") && !ourHrefs[a.Val] && !strings.HasPrefix(a.Val, "https://www.rfc-editor.org/rfc/rfc") {
				return fmt.Errorf("a link to %q", a.Val)
			}
		}
	}
	return nil
}

// TestJSONKeepsText checks that escaping loses nothing.
func TestJSONKeepsText(t *testing.T) {
	for _, p := range payloads() {
		r := blank("example.com", 1)
		r.Reason = p.text
		f, _ := FormatByName("jsonl")
		var got Result
		if err := json.Unmarshal([]byte(render(t, f, Options{}, sampleRun(), []Result{r})), &got); err != nil {
			t.Fatal(err)
		}
		if want := string(bytes.ToValidUTF8([]byte(p.text), []byte("\ufffd"))); !utf8.ValidString(p.text) {
			continue // encoding/json has a replacement of its own for each byte
		} else if got.Reason != want {
			t.Errorf("%s: %q became %q", p.what, want, got.Reason)
		}
	}
}
