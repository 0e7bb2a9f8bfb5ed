package report

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite testdata/golden")

func TestGolden(t *testing.T) {
	none := []Result{}
	for _, c := range []struct {
		file    string // <format>/<case>.<extension>
		options Options
		results []Result
	}{
		{"csv/many.csv", Options{}, sampleResults()},
		{"csv/none.csv", Options{}, none},
		{"html/many.html", Options{}, sampleResults()},
		{"html/none.html", Options{}, none},
		{"html/one.html", Options{}, sampleResults()[:1]},
		{"json/many.json", Options{}, sampleResults()},
		{"json/none.json", Options{}, none},
		{"jsonl/many.jsonl", Options{}, sampleResults()},
		{"jsonl/help.jsonl", Options{WithHelp: true}, sampleResults()[:1]},
		{"junit/many.xml", Options{}, sampleResults()},
		{"junit/none.xml", Options{}, none},
		{"markdown/many.md", Options{}, sampleResults()},
		{"markdown/none.md", Options{}, none},
		{"prometheus/many.prom", Options{}, sampleResults()},
		{"prometheus/none.prom", Options{}, none},
		{"sarif/many.sarif", Options{}, sampleResults()},
		{"sarif/none.sarif", Options{}, none},
		{"text/many.txt", Options{}, sampleResults()},
		{"text/none.txt", Options{}, none},
		{"text/one.txt", Options{}, sampleResults()[:1]},
		{"text/one-clean.txt", Options{}, sampleResults()[1:2]},
		{"text/one-incomplete.txt", Options{}, sampleResults()[2:3]},
		{"text/one-rejected.txt", Options{}, sampleResults()[4:5]},
		{"text/color-wide.txt", Options{Color: true, Width: 120}, sampleResults()},
		{"text/narrow.txt", Options{Width: 10}, sampleResults()[:1]},
	} {
		t.Run(c.file, func(t *testing.T) {
			format, ok := FormatByName(filepath.Dir(c.file))
			if !ok {
				t.Fatal("no such format")
			}
			got := render(t, format, c.options, sampleRun(), c.results)
			path := filepath.Join("testdata", "golden", filepath.FromSlash(c.file))
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v; -update writes it", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s\n-update accepts it", diff)
			}
		})
	}
}

// TestSameBytes renders twice, and from results that share memory with those
// rendered before: a writer that changes what it is given shows up.
func TestSameBytes(t *testing.T) {
	results := sampleResults()
	for _, f := range Formats() {
		for _, o := range []Options{{}, {Color: true, Width: 100, WithHelp: true}} {
			first := render(t, f, o, sampleRun(), results)
			if second := render(t, f, o, sampleRun(), results); first != second {
				t.Errorf("%s: the second time differs", f.Name)
			}
		}
	}
	if diff := cmp.Diff(sampleResults(), results); diff != "" {
		t.Errorf("a writer changed its results (-want +got):\n%s", diff)
	}
}
