package report

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
)

// harmlessCSV reads a table as a spreadsheet does.
func harmlessCSV(text string, results int) error {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll() // as many cells in each row
	if err != nil {
		return err
	}
	if len(rows) != results+1 {
		return fmt.Errorf("%d rows, want %d and one of names", len(rows), results)
	}
	for _, row := range rows {
		for _, cell := range row {
			// Where the list separator is a semicolon, cells begin behind each.
			for _, part := range strings.Split(cell, ";") {
				part = strings.TrimLeft(part, " ")
				if part != "" && strings.ContainsRune("=+-@\uff1d\uff0b\uff0d\uff20", []rune(part)[0]) {
					return fmt.Errorf("a formula: %q", part)
				}
			}
		}
	}
	return nil
}

func TestCSVCell(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		"example.com":                     "example.com",
		"v=spf1 mx -all":                  "v=spf1 mx -all", // no formula: a v is in front
		"=1+1":                            "'=1+1",
		"  =1+1":                          "  '=1+1",
		"-all":                            "'-all",
		"@SUM(A1)":                        "'@SUM(A1)",
		"\uff1d1":                         "'\uff1d1",
		`a "b"`:                           `"a ""b"""`,
		"v=DMARC1; p=none":                `"v=DMARC1; p=none"`,
		"a; =cmd|' /C calc'!A0;b":         `"a; '=cmd|' /C calc'!A0;b"`,
		"a,b":                             `"a,b"`,
		"mailto:a@b.example,mailto:c@d.e": `"mailto:a@b.example,mailto:c@d.e"`,
	} {
		if got := csvCell(in); got != want {
			t.Errorf("csvCell(%q) = %s, want %s", in, got, want)
		}
	}
}

func FuzzCSVCell(f *testing.F) {
	for _, p := range payloads() {
		f.Add(p.text[:min(len(p.text), 1<<10)])
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = printable(s)
		row := csvCell(s) + "," + csvCell(s) + "\n"
		if err := harmlessCSV(row, 0); err != nil {
			t.Fatalf("%q became %s: %v", s, row, err)
		}
		back, err := csv.NewReader(strings.NewReader(row)).Read()
		if err != nil || strings.ReplaceAll(back[0], "'", "") != strings.ReplaceAll(s, "'", "") {
			t.Fatalf("%q became %q: %v", s, back, err)
		}
	})
}
