package report

import (
	"cmp"
	"io"
	"slices"
	"strings"
)

// Formats lists every format, by name. Help, completion and the tests on
// hostile text find a new one here.
func Formats() []Format {
	return []Format{
		{
			Name: "csv", Extensions: []string{".csv"},
			Help: "a row for each domain, for a spreadsheet",
			New:  func(w io.Writer, _ Options) Writer { return newCSV(w) },
		},
		{
			Name: "html", Extensions: []string{".html", ".htm"}, Repairs: true,
			Help: "one self-contained page for people",
			New:  func(w io.Writer, _ Options) Writer { return newHTML(w) },
		},
		{
			Name: "json", Extensions: []string{".json"}, Repairs: true,
			Help: "one document: run, domains, rules, summary",
			New:  func(w io.Writer, _ Options) Writer { return newJSON(w) },
		},
		{
			Name: "jsonl", Extensions: []string{".jsonl", ".ndjson"}, Repairs: true,
			Help: "one object a line for each domain",
			New:  func(w io.Writer, o Options) Writer { return newJSONL(w, o) },
		},
		{
			Name: "junit", Extensions: []string{".xml"},
			Help: "JUnit, for CI: a suite for each domain, a case for each rule",
			New:  func(w io.Writer, _ Options) Writer { return newJUnit(w) },
		},
		{
			Name: "markdown", Extensions: []string{".md", ".markdown"},
			Help: "GitHub's Markdown, for an issue or a wiki",
			New:  func(w io.Writer, _ Options) Writer { return newMarkdown(w) },
		},
		{
			Name: "prometheus", Extensions: []string{".prom"},
			Help: "counts, for the node exporter's textfile collector",
			New:  func(w io.Writer, _ Options) Writer { return newPrometheus(w) },
		},
		{
			Name: "sarif", Extensions: []string{".sarif", ".sarif.json"},
			Help: "SARIF 2.1.0, for code scanning",
			New:  func(w io.Writer, _ Options) Writer { return newSARIF(w) },
		},
		{
			Name: "text", Extensions: []string{".txt"}, Repairs: true,
			Help: "for a terminal",
			New:  func(w io.Writer, o Options) Writer { return newText(w, o) },
		},
	}
}

// FormatByName finds what -f names. Case does not matter.
func FormatByName(name string) (Format, bool) {
	for _, f := range Formats() {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return Format{}, false
}

// FormatByPath finds the format that a path's extension stands for; the
// longest extension that fits decides. Case does not matter.
func FormatByPath(path string) (Format, bool) {
	type candidate struct {
		extension string
		format    Format
	}
	var found []candidate
	for _, f := range Formats() {
		for _, extension := range f.Extensions {
			if strings.HasSuffix(strings.ToLower(path), extension) {
				found = append(found, candidate{extension, f})
			}
		}
	}
	if len(found) == 0 {
		return Format{}, false
	}
	return slices.MaxFunc(found, func(a, b candidate) int {
		return cmp.Compare(len(a.extension), len(b.extension))
	}).format, true
}
