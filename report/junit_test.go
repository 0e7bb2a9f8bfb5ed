package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/policy"
)

// harmlessJUnit holds a report against what a report of ours is made of.
func harmlessJUnit(text string, results int) error {
	known := map[string][]string{
		"testsuites": {"name"}, "testsuite": {"name", "tests", "failures", "errors", "skipped", "timestamp"},
		"testcase": {"classname", "name"}, "failure": {"message", "type"}, "error": {"message", "type"}, "skipped": nil, "system-out": nil,
	}
	d := xml.NewDecoder(strings.NewReader(text))
	for suites := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && suites == results {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%d suites of %d: %w", suites, results, err)
		}
		switch token := token.(type) {
		case xml.Comment:
			return fmt.Errorf("a comment: %q", token)
		case xml.CharData:
			if strings.Contains(string(token), "\nCRITICAL  forged") {
				return fmt.Errorf("a line is forged: %q", token)
			}
		case xml.StartElement:
			attributes, ok := known[token.Name.Local]
			if !ok {
				return fmt.Errorf("a <%s>", token.Name.Local)
			}
			if token.Name.Local == "testsuite" {
				suites++
			}
			for _, a := range token.Attr {
				if !slices.Contains(attributes, a.Name.Local) || strings.Contains(a.Value, "\n") {
					return fmt.Errorf("<%s %s=%q>", token.Name.Local, a.Name.Local, a.Value)
				}
			}
		}
	}
}

// readSuites reads a report back.
func readSuites(t *testing.T, run Run, results ...Result) []junitSuite {
	t.Helper()
	f, _ := FormatByName("junit")
	var report struct {
		Suites []junitSuite `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(render(t, f, Options{}, run, results)), &report); err != nil {
		t.Fatal(err)
	}
	return report.Suites
}

// TestJUnitPasses: a rule passes when it was run, the result does not name it,
// and the result says that so many passed.
func TestJUnitPasses(t *testing.T) {
	r := blank("example.com", 1)
	r.Findings = []Finding{
		find(r.Domain, "SPF005", "a", "one", r.Domain, "TXT", "x", ""), find(r.Domain, "SPF005", "b", "two", r.Domain, "TXT", "x", ""),
		find(r.Domain, "SPF009", "", "context", r.Domain, "TXT", "x", ""), find(r.Domain, "M365002", "", "a question?", r.Domain, "TXT", "x", ""),
	}
	r.Unknown = []UnknownRule{{Rule: "DKIM002", Reason: "timeout"}}
	r.NotApplicable = []string{"SPF001"}
	r.Counts = Counts{High: 2, Info: 1, Medium: 1, Pass: 2, Unknown: 1, NotApplicable: 1}
	want := junitSuite{Tests: 7, Failures: 1, Errors: 1, Skipped: 1}
	check := func(what string, r Result) {
		t.Helper()
		got := readSuites(t, sampleRun(), r)[0]
		if got.Tests != want.Tests || got.Failures != want.Failures || got.Errors != want.Errors || got.Skipped != want.Skipped {
			t.Errorf("%s: %+v", what, got)
		}
	}
	check("all of it", r)
	first := readSuites(t, sampleRun(), r)[0].Cases[0]
	if first.Failure.Message != "one (and 1 more)" || first.Failure.Type != string(policy.High) || !strings.Contains(first.Failure.Text, "two") {
		t.Errorf("two findings of one rule: %+v", first.Failure)
	}
	// A rule whose finding is not shown has not passed.
	r.Findings = r.Findings[2:]
	want.Tests, want.Failures = 4, 0
	check("a finding that is not shown", r)
	// Nor is a domain whole when a part is unknown that no rule rests on.
	bare := blank("example.com", 1)
	bare.MX, bare.Status = &MX{Standing: Standing{State: "unknown", Reason: "MX example.com: timeout"}}, Incomplete
	want = junitSuite{Tests: 1, Errors: 1}
	check("a part", bare)
}
