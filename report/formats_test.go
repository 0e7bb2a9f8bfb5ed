package report

import (
	"io"
	"slices"
	"strings"
	"testing"
)

func TestFormatsAreSortedAndWhole(t *testing.T) {
	var names []string
	extensions := map[string]string{}
	for _, f := range Formats() {
		names = append(names, f.Name)
		if f.Help == "" || f.New == nil || len(f.Extensions) == 0 {
			t.Errorf("%s: lacks Help, New or Extensions", f.Name)
		}
		if f.New(io.Discard, Options{}) == nil {
			t.Errorf("%s: New makes nothing", f.Name)
		}
		for _, e := range f.Extensions {
			if other, taken := extensions[e]; taken || !strings.HasPrefix(e, ".") || e != strings.ToLower(e) {
				t.Errorf("%s: extension %q is taken by %q, or not .lower", f.Name, e, other)
			}
			extensions[e] = f.Name
		}
		got, ok := FormatByName(strings.ToUpper(f.Name))
		if !ok || got.Name != f.Name {
			t.Errorf("FormatByName(%q) = %q, %v", strings.ToUpper(f.Name), got.Name, ok)
		}
	}
	if want := []string{"csv", "html", "json", "jsonl", "junit", "markdown", "prometheus", "sarif", "text"}; !slices.Equal(names, want) {
		t.Errorf("formats %v, want %v", names, want)
	}
	if _, ok := FormatByName("pdf"); ok {
		t.Error("a format that does not exist was found by name")
	}
}

func TestFormatByPath(t *testing.T) {
	for path, want := range map[string]string{
		"report.html":           "html",
		"REPORT.HTM":            "html",  // case
		"a.b/c.json":            "json",  // a dot in a folder
		"out.jsonl":             "jsonl", // not .json
		"out.ndjson":            "jsonl",
		"out.sarif":             "sarif",
		"out.sarif.json":        "sarif", // the longer extension decides
		"notes.txt":             "text",
		"a.xml":                 "junit",
		"a.prom":                "prometheus",
		"a.csv":                 "csv",
		"README.md":             "markdown",
		"report":                "", // no extension
		"report.pdf":            "",
		"html":                  "", // a name, not an extension
		"":                      "",
		"out.html/":             "",
		"résumé\x00.txt":        "text",
		strings.Repeat(".", 64): "",
	} {
		f, ok := FormatByPath(path)
		if f.Name != want || ok != (want != "") {
			t.Errorf("FormatByPath(%q) = %q, %v, want %q", path, f.Name, ok, want)
		}
	}
}
