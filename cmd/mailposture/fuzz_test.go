package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
	"github.com/mailposture/mailposture/report"
)

// evalText judges a saved file that comes by standard input.
func evalText(text []byte) called {
	var out, errs bytes.Buffer
	code := run(context.Background(), []string{"eval", "-", "-f", "jsonl"}, stdio{bytes.NewReader(text), &out, &errs})
	return called{code, out.String(), errs.String()}
}

// savedSeeds are files as scan wrote them, and slips in them.
func savedSeeds(f *testing.F) [][]byte {
	f.Helper()
	folder := f.TempDir()
	var whole, results []byte
	for _, c := range []struct {
		path string
		to   *[]byte
		args []string
	}{
		{"saved.jsonl", &whole, []string{"--save"}},
		{"results.jsonl", &results, []string{"-o"}},
	} {
		path := filepath.Join(folder, c.path)
		args := append([]string{"scan", "--zone", ":demo:", "-q", "--relay-ip", "192.0.2.25"}, append(c.args, path)...)
		var sink bytes.Buffer
		run(context.Background(), args, stdio{strings.NewReader(""), &sink, &sink})
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		*c.to = text
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(firstLines(whole, 3)); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	header := string(firstLines(whole, 1))
	snapshot := func(domain, observations string) []byte {
		return []byte(header + fmt.Sprintf(`{"version":1,"domain":%q,"taken":"2026-11-01T00:00:00Z","observations":[%s]}`, domain, observations) + "\n")
	}
	return [][]byte{
		firstLines(whole, 4), firstLines(results, 2), zipped.Bytes(), whole[:len(whole)/2], // cut off
		snapshot("example.com", ""),
		snapshot("Example.com", ""),             // not in canonical form
		snapshot("example.com\u001b[31m", ""),   // a domain that colours the terminal
		snapshot("example.com", `{"name":"b"}`), // no status
		snapshot("example.com", `{"name":"example.com","kind":"TXT","status":"found","data":["\"v=spf1 -all"]}`), // a string that never ends
		snapshot("example.com", `{"name":"example.com","kind":"TXT","status":"found","data":["\"v=spf1 include:example.com -all\""]},{"name":"example.com\u001b","kind":"MX","status":"found","data":["x"]}`),
		snapshot("example.com", `{"name":"example.com","kind":"MX","status":"nodata","data":["10 a."]}`),               // none, and one
		snapshot("example.com", `{"name":"b","kind":"A","status":"nodata"},{"name":"a","kind":"A","status":"nodata"}`), // out of order
		[]byte(`{"schema":"mailposture/snapshots/v1","options":{"relay_ips":["x"]}}`),
		[]byte(`{"schema":"mailposture/snapshots/v9"}`),
		[]byte("{\"schema\": \"mailposture/run/v1\", \"domains\": [{}]}"),
		[]byte("\x1f\x8b\x08"), []byte("null\n[]\n0"), nil,
	}
}

func firstLines(text []byte, n int) []byte {
	return bytes.Join(bytes.SplitAfterN(text, []byte("\n"), n+1)[:n], nil)
}

// FuzzSaved holds what eval must do with any file: it never crashes; what it
// prints is whole, printable and the same each time; a file that it takes for
// snapshots says the same once it was read and written again; and what it
// refuses it names by a line that the file has.
func FuzzSaved(f *testing.F) {
	f.Setenv("XDG_CONFIG_HOME", f.TempDir())
	for _, seed := range savedSeeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := evalText(text)
		if got.code != exitOK && got.code != exitUsage && got.code != exitIncomplete {
			t.Fatalf("exit %d: %s", got.code, got.err)
		}
		printable(t, got.out)
		printable(t, got.err)
		for line := range strings.Lines(got.out) {
			var r report.Result
			if err := json.Unmarshal([]byte(line), &r); err != nil || !strings.HasSuffix(line, "\n") {
				t.Fatalf("%v in %q", err, line)
			}
		}
		if again := evalText(text); again != got {
			t.Fatalf("another outcome the second time:\n%+v\n%+v", got, again)
		}
		namesALine(t, text, got)
		if got.code == exitUsage {
			return
		}
		if again, ok := rewritten(t, text); ok {
			if other := evalText(again); other.out != got.out || other.code != got.code {
				t.Fatalf("written again as\n%s\nit says\n%s\nbut said\n%s", again, other.out, got.out)
			}
		}
	})
}

// printable fails for text that is no UTF-8, or does something to a terminal.
func printable(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("not UTF-8: %q", text)
	}
	for i, c := range text {
		if c != '\n' && unicode.IsControl(c) {
			t.Fatalf("%U in %q", c, text[max(0, i-40):i+4])
		}
	}
}

// namesALine checks the line number of an error.
func namesALine(t *testing.T, text []byte, got called) {
	t.Helper()
	_, rest, ok := strings.Cut("\n"+got.err, "\nmailposture: -:")
	if strings.HasPrefix(rest, " judged by") {
		_, rest, ok = strings.Cut(rest, "\nmailposture: -:")
	}
	if got.code != exitUsage || !ok || bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		return
	}
	line := 0
	if _, err := fmt.Sscanf(rest, "%d:", &line); err != nil || line < 0 || line > bytes.Count(text, []byte("\n"))+1 {
		t.Fatalf("no such line: %s", got.err)
	}
}

// rewritten reads a file's snapshots and writes them as scan does; false for a
// file of other things.
func rewritten(t *testing.T, text []byte) ([]byte, bool) {
	t.Helper()
	e := &evaluation{
		session: &session{io: stdio{in: bytes.NewReader(text)}, flags: &judgeFlags{quiet: true}},
		command: newEval(stdio{}), defaults: facts.DefaultOptions(),
	}
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	for one := range e.items([]string{"-"}) {
		var snapshot facts.Snapshot
		if one.err != nil || one.isResult() || json.Unmarshal(one.text, &snapshot) != nil {
			return nil, false
		}
		if err := to.Encode(facts.SnapshotsHeader{Schema: facts.SnapshotsSchema, Options: one.options}); err != nil {
			t.Fatal(err)
		}
		if err := to.Encode(snapshot); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes(), true
}

// A line that is longer than what is read of it counts if its domain ends
// before, and is rejected otherwise; it never is silence, and never the end.
func TestLongLines(t *testing.T) {
	filler := strings.Repeat("x", maxLine)
	for _, c := range []struct{ line, want string }{
		{"example.com," + filler, "example.com"},
		{"example.com # " + filler, "example.com"},
		{filler + ".example.com", "rejected " + filler[:32] + "..."},
		{strings.Repeat(" ", maxLine) + "example.com", "rejected ..."},
		{"# " + filler, ""},
	} {
		var got string
		readList("-", strings.NewReader(c.line+"\nexample.org\n"), func(in input) bool {
			if in.from.Line == 2 && in.domain != "example.org" {
				t.Errorf("the line behind it is %+v", in)
			}
			if in.from.Line == 1 && in.reason != "" {
				got = "rejected " + in.from.Text
			} else if in.from.Line == 1 {
				got = string(in.domain)
			}
			return true
		})
		if got != c.want {
			t.Errorf("%.40s...: %s, want %s", c.line, got, c.want)
		}
	}
}

// FuzzList holds what any list must give: for each line at most one input, in
// order, that is either a domain or rejected with a reason, and shown safely.
func FuzzList(f *testing.F) {
	for _, seed := range []string{
		"example.com\n", "# all\nExample.COM. # ours\n", "\xef\xbb\xbfexample.com", "example.com,1,2\r\n\"example.org\";x\n", "https://example.com/x\tb",
		"a b\n\x1b[31m.test\nb\xfccher.example\n", "\"example.com\n", strings.Repeat("a", maxLine+1) + "\nexample.com",
		"example.com," + strings.Repeat("x", maxLine) + "\nexample.org\n", // a long line with a short first column
		strings.Repeat(" ", maxLine) + "example.com",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		last := 0
		readList("-", strings.NewReader(list), func(in input) bool {
			if in.err != nil {
				t.Fatal(in.err)
			}
			if in.from.Line <= last || in.from.Line > strings.Count(list, "\n")+1 {
				t.Fatalf("line %d after %d of %q", in.from.Line, last, list)
			}
			last = in.from.Line
			printable(t, in.from.Text+record.Printable(in.reason))
			again, err := facts.ParseDomain(string(in.domain))
			if (in.reason == "") == (in.domain == "") || in.domain != "" && (err != nil || again != in.domain) {
				t.Fatalf("%q: domain %q, reason %q", in.from.Text, in.domain, in.reason)
			}
			return true
		})
	})
}
