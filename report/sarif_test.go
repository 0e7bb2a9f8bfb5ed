package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mailposture/mailposture/policy"
)

// sarifStandard is the JSON Schema of the standard.
var sarifStandard = sync.OnceValues(func() (*jsonschema.Schema, error) {
	data, err := os.ReadFile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("sarif.json")
})

// conformsSARIF holds a log against the standard's schema and against what code
// scanning wants beyond it.
func conformsSARIF(log []byte) error {
	schema, err := sarifStandard()
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(log))
	if err != nil {
		return err
	}
	if err := schema.Validate(doc); err != nil {
		return err
	}
	var file sarifFile
	if err := json.Unmarshal(log, &file); err != nil {
		return err
	}
	return file.codeScanning()
}

// sarifFile is a log as a reader sees it.
type sarifFile struct {
	Schema  string `json:"$schema"`
	Version string
	Runs    []sarifRun
}

type sarifRun struct {
	Results []sarifResult
	sarifTail
}

// codeScanning checks what the schema leaves open and code scanning, DefectDojo
// or GitLab refuse or read wrongly.
func (f sarifFile) codeScanning() error {
	if f.Schema != sarifSchema || f.Version != sarifVersion || len(f.Runs) != 1 {
		return fmt.Errorf("schema %q, version %q, %d runs", f.Schema, f.Version, len(f.Runs))
	}
	run := f.Runs[0]
	if run.Results == nil {
		return errors.New("results is null")
	}
	if run.ColumnKind != "utf16CodeUnits" || !categoryForm.MatchString(run.Automation.ID) {
		return fmt.Errorf("columnKind %q, automationDetails.id %q", run.ColumnKind, run.Automation.ID)
	}
	for i, d := range append(run.Tool.Driver.Rules, run.Tool.Driver.Notifications...) {
		if err := describes(d); err != nil {
			return fmt.Errorf("descriptor %d, %s: %w", i, d.ID, err)
		}
	}
	for i, r := range run.Results {
		if err := run.result(r); err != nil {
			return fmt.Errorf("result %d: %w", i, err)
		}
	}
	if len(run.Invocations) != 1 || run.Invocations[0].Notifications == nil {
		return errors.New("not one invocation, or no list of notifications")
	}
	for i, n := range run.Invocations[0].Notifications {
		kinds := run.Tool.Driver.Notifications
		if n.Descriptor.Index < 0 || n.Descriptor.Index >= len(kinds) || kinds[n.Descriptor.Index].ID != n.Descriptor.ID {
			return fmt.Errorf("notification %d: descriptor %v", i, n.Descriptor)
		}
		if err := plainMessage(n.Message.Text); err != nil {
			return fmt.Errorf("notification %d: %w", i, err)
		}
	}
	return nil
}

var (
	categoryForm = regexp.MustCompile(`^mailposture/[A-Za-z0-9._+,-]+/[0-9]{8}T[0-9]{6}Z$`)
	lineHash     = regexp.MustCompile(`^.+:[0-9]+$`)
)

// describes checks a rule or a kind of notification: code scanning wants all
// four texts of it.
func describes(d sarifDescriptor) error {
	const longest = 1024
	switch {
	case d.ID == "" || d.Name == "":
		return errors.New("no id or no name")
	case d.ShortDescription.Text == "" || d.FullDescription.Text == "" || d.Help.Text == "":
		return errors.New("a description or the help is missing")
	case len([]rune(d.FullDescription.Text)) > longest:
		return errors.New("the full description is too long")
	}
	if p := d.Properties; p != nil {
		if len(p.Tags) == 0 || len(p.Tags) > 10 {
			return fmt.Errorf("%d tags", len(p.Tags))
		}
	}
	return nil
}

// result checks one finding against its run.
func (run sarifRun) result(r sarifResult) error {
	rules := run.Tool.Driver.Rules
	if r.RuleIndex < 0 || r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID {
		return fmt.Errorf("ruleIndex %d is not %q", r.RuleIndex, r.RuleID) // SARIF1009
	}
	if r.Kind != "fail" { // DefectDojo skips the others
		return fmt.Errorf("kind %q", r.Kind)
	}
	if r.Level != rules[r.RuleIndex].Default.Level {
		return fmt.Errorf("level %q is not its rule's", r.Level)
	}
	if len(r.Locations) != 1 { // DefectDojo makes a finding of each
		return fmt.Errorf("%d locations", len(r.Locations))
	}
	if !lineHash.MatchString(r.PartialFingerprints["primaryLocationLineHash"]) {
		return fmt.Errorf("partialFingerprints %v", r.PartialFingerprints)
	}
	if _, ok := r.Fingerprints["mailposture/v1"]; !ok || len(r.Fingerprints) != 1 {
		return fmt.Errorf("fingerprints %v", r.Fingerprints)
	}
	if err := plainMessage(r.Message.Text); err != nil {
		return err
	}
	return run.location(r.Locations[0].Physical)
}

// location checks that a place is one in a file below the root of the sources.
func (run sarifRun) location(p sarifPhysical) error {
	uri := p.Artifact.URI
	u, err := url.Parse(uri)
	switch {
	case err != nil:
		return err
	case uri == "" || u.IsAbs() || u.Host != "" || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("uri %q is no relative path", uri) // "scheme did not match checkout"
	case strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path+"/", "../"):
		return fmt.Errorf("uri %q leads out of the sources", uri)
	case p.Artifact.URIBaseID != "%SRCROOT%":
		return fmt.Errorf("uriBaseId %q", p.Artifact.URIBaseID)
	}
	i := p.Artifact.Index
	if i == nil || *i < 0 || *i >= len(run.Artifacts) || run.Artifacts[*i].Location.URI != uri {
		return fmt.Errorf("the artifact's index is not of %q", uri)
	}
	r := p.Region
	if r.StartLine < 1 || r.EndLine < r.StartLine || r.StartColumn < 1 || r.EndColumn <= r.StartColumn {
		return fmt.Errorf("region %+v", r)
	}
	return nil
}

// plainMessage checks that a message means only itself: one line, no
// placeholder, no link. SARIF 2.1.0, section 3.11.
func plainMessage(text string) error {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\n', '\r':
			return fmt.Errorf("a line break in %.80q", text)
		case '\\':
			if i+1 < len(text) && strings.IndexByte(`\[]`, text[i+1]) >= 0 {
				i++ // an escape
			}
		case '[', ']':
			return fmt.Errorf("a link in %.80q", text[max(i-20, 0):])
		case '{', '}':
			if i+1 >= len(text) || text[i+1] != c {
				return fmt.Errorf("a placeholder in %.80q", text[max(i-20, 0):])
			}
			i++
		}
	}
	return nil
}

func sarifOf(t *testing.T, run Run, results []Result) (string, sarifRun) {
	t.Helper()
	format, _ := FormatByName("sarif")
	log := render(t, format, Options{}, run, results)
	if err := conformsSARIF([]byte(log)); err != nil {
		t.Fatal(err)
	}
	var file sarifFile
	if err := json.Unmarshal([]byte(log), &file); err != nil {
		t.Fatal(err)
	}
	return log, file.Runs[0]
}

// TestSARIFConvicts is the control: each line makes a log that some reader
// refuses or reads wrongly.
func TestSARIFConvicts(t *testing.T) {
	log, _ := sarifOf(t, sampleRun(), sampleResults()[:1])
	for _, c := range []struct{ what, old, new string }{
		{"results is null", `"results":[` + "\n", `"results":null,"x":[` + "\n"},
		{"a level of our own", `"level":"error"`, `"level":"critical"`},
		{"not a failure", `"kind":"fail"`, `"kind":"open"`},
		{"no location", `"locations":[{`, `"locations":[],"x":[{`},
		{"two locations", `"locations":[`, `"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a"}}},`},
		{"logical location only", `"physicalLocation":`, `"x":`},
		{"empty uri", `"uri":"lists/domains.txt"`, `"uri":""`},
		{"remote uri", `"uri":"lists/domains.txt"`, `"uri":"https://example.com"`},
		{"dns uri", `"uri":"lists/domains.txt"`, `"uri":"dns://example.com"`},
		{"absolute path", `"uri":"lists/domains.txt"`, `"uri":"/lists/domains.txt"`},
		{"path that leads out", `"uri":"lists/domains.txt"`, `"uri":"../domains.txt"`},
		{"region without its end line", `"endLine":1,`, ``},
		{"region without its end column", `"endColumn":13,`, ``},
		{"no fingerprint of the line", `"primaryLocationLineHash"`, `"x"`},
		{"a key that DefectDojo dies of", `"mailposture/v1"`, `"mailposture/finding"`},
		{"ruleIndex of another rule", `"ruleIndex":3`, `"ruleIndex":2`},
		{"ruleIndex out of range", `"ruleIndex":3`, `"ruleIndex":99`},
		{"a rule without full description", `"fullDescription":`, `"x":`},
		{"a placeholder", `stop at 10.`, `stop at {0}.`},
		{"a link", `stop at 10.`, `stop at [10](http://example.com).`},
		{"no category", `"automationDetails":{"id":"mailposture/`, `"automationDetails":{"id":"`},
	} {
		if !strings.Contains(log, c.old) {
			t.Errorf("%s: nothing to replace: %s", c.what, c.old)
		}
		if err := conformsSARIF([]byte(strings.ReplaceAll(log, c.old, c.new))); err == nil {
			t.Errorf("not convicted: %s", c.what)
		}
	}
}

func TestSARIFLocations(t *testing.T) {
	place := func(list string, line int, text string) Result {
		r := blank("example.com", 0)
		r.Input = &Input{List: list, Line: line, Text: text}
		r.Findings = []Finding{find("example.com", "SPF001", "", "no record", "example.com", "TXT", "", "")}
		return r
	}
	nowhere := place("", 0, "")
	nowhere.Input = nil
	for _, c := range []struct {
		what    string
		result  Result
		uri     string
		line    int
		columns int // behind the end
	}{
		{"a list", place("domains.txt", 7, "example.com"), "domains.txt", 7, 12},
		{"the text decides the columns", place("domains.txt", 7, "http://Example.com/"), "domains.txt", 7, 20},
		{"a character above U+FFFF is two units", place("d.txt", 1, "a\U0001F4E7b"), "d.txt", 1, 5},
		{"no text: the domain", place("d.txt", 1, ""), "d.txt", 1, 12},
		{"spaces and colons", place("my lists/a:b.txt", 1, "x"), "my%20lists/a%3Ab.txt", 1, 2},
		{"a question mark is no query", place("a?b#c.txt", 1, "x"), "a%3Fb%23c.txt", 1, 2},
		{"a percent sign", place("100%.txt", 1, "x"), "100%25.txt", 1, 2},
		{"an absolute path", place("/etc/domains.txt", 1, "x"), "etc/domains.txt", 1, 2},
		{"a path that leads out", place("../../d.txt", 1, "x"), "d.txt", 1, 2},
		{"a path that leads out behind a folder", place("a/../../d.txt", 1, "x"), "d.txt", 1, 2},
		{"a path that looks remote", place("https://example.com/d.txt", 1, "x"), "https%3A/example.com/d.txt", 1, 2},
		{"only a way up", place("..", 1, "x"), noList, 1, 2},
		{"stdin", place("-", 3, "x"), noList, 3, 2},
		{"an argument", place("", 0, "example.com"), noList, 1, 12},
		{"no input at all", nowhere, noList, 1, 12},
	} {
		_, run := sarifOf(t, sampleRun(), []Result{c.result})
		got := run.Results[0].Locations[0].Physical
		if got.Artifact.URI != c.uri || got.Region.StartLine != c.line || got.Region.EndLine != c.line ||
			got.Region.StartColumn != 1 || got.Region.EndColumn != c.columns {
			t.Errorf("%s: %s %+v", c.what, got.Artifact.URI, got.Region)
		}
		if n := len(utf16.Encode([]rune(got.Region.Snippet.Text))); n+1 != got.Region.EndColumn {
			t.Errorf("%s: the snippet has %d units, the region ends at %d", c.what, n, got.Region.EndColumn)
		}
	}
	// Arguments have lines of their own, in order, whatever lists come between.
	_, run := sarifOf(t, sampleRun(), []Result{place("", 0, "a"), place("d.txt", 9, "b"), place("", 0, "c")})
	for i, want := range []int{1, 9, 2} {
		if got := run.Results[i].Locations[0].Physical.Region.StartLine; got != want {
			t.Errorf("result %d is on line %d, want %d", i, got, want)
		}
	}
}

func TestSARIFRules(t *testing.T) {
	_, run := sarifOf(t, sampleRun(), sampleResults())
	want := map[string]sarifProperties{
		"MX005":    {SecuritySeverity: "9.5", Precision: "very-high", ProblemSeverity: "error"},
		"SPF005":   {SecuritySeverity: "8.0", Precision: "very-high", ProblemSeverity: "error"},
		"M365002":  {SecuritySeverity: "5.5", Precision: "low", ProblemSeverity: "warning"},
		"DKIM002":  {SecuritySeverity: "2.0", Precision: "very-high", ProblemSeverity: "recommendation"},
		"SPF009":   {SecuritySeverity: "", Precision: "very-high", ProblemSeverity: "recommendation"}, // info has none
		"DMARC003": {SecuritySeverity: "5.5", Precision: "very-high", ProblemSeverity: "warning"},
	}
	for _, d := range run.Tool.Driver.Rules {
		w, ok := want[d.ID]
		if !ok {
			continue
		}
		got := *d.Properties
		got.Tags = nil
		if got.SecuritySeverity != w.SecuritySeverity || got.Precision != w.Precision || got.ProblemSeverity != w.ProblemSeverity {
			t.Errorf("%s: %+v, want %+v", d.ID, got, w)
		}
	}
	if d := run.Tool.Driver.Rules[5]; d.Name != "SpfTooManyLookups" || d.HelpURI != "https://learn.example/spf/limits" {
		t.Errorf("%s: name %q, helpUri %q", d.ID, d.Name, d.HelpURI)
	}
	if v := run.Tool.Driver.SemanticVersion; v != "0.1.0" {
		t.Errorf("semanticVersion %q", v)
	}
}

// TestSARIFForeignRule renders results of a version that had other rules.
func TestSARIFForeignRule(t *testing.T) {
	run := sampleRun()
	run.Rules = run.Rules[:1]
	run.By = "mailposture/devel"
	_, got := sarifOf(t, run, sampleResults())
	if n := len(got.Tool.Driver.Rules); n != 7 {
		t.Errorf("%d rules, want the one of the run and six that fired", n)
	}
	if d := got.Tool.Driver; d.SemanticVersion != "" || d.Version != "devel" {
		t.Errorf("version %q, semanticVersion %q", d.Version, d.SemanticVersion)
	}
}

func TestSARIFNotifications(t *testing.T) {
	_, run := sarifOf(t, sampleRun(), sampleResults())
	invocation := run.Invocations[0]
	if invocation.Successful || invocation.Start != "2026-11-02T03:04:05.000Z" || invocation.End != "2026-11-02T03:04:17.000Z" {
		t.Errorf("invocation %+v", invocation)
	}
	var texts []string
	for _, n := range invocation.Notifications {
		texts = append(texts, n.Descriptor.ID+" "+n.Message.Text)
	}
	want := []string{
		"RUN001 slow.example: not wholly judged: A mx.slow.example: timeout; leaves open the addresses of mx.slow.example; and 2 more reasons.",
		`RUN002 http://\[::1\]/ not a domain: not a domain: an IP address is not a domain.`,
	}
	if strings.Join(texts, "\n") != strings.Join(want, "\n") {
		t.Errorf("notifications %q", texts)
	}

	// What is left open is never a finding, and only so much is kept of it.
	silent := slow()
	silent.Findings = nil
	many := make([]Result, maxNotifications+5)
	for i := range many {
		many[i] = silent
	}
	_, run = sarifOf(t, sampleRun(), many)
	list := run.Invocations[0].Notifications
	if len(run.Results) != 0 || len(list) != maxNotifications+1 {
		t.Fatalf("%d results, %d notifications", len(run.Results), len(list))
	}
	if text := list[maxNotifications].Message.Text; !strings.HasPrefix(text, "5 more domains ") {
		t.Errorf("the last notification says %q", text)
	}

	_, run = sarifOf(t, sampleRun(), sampleResults()[:2])
	if !run.Invocations[0].Successful || len(run.Invocations[0].Notifications) != 0 {
		t.Errorf("a complete run: %+v", run.Invocations[0])
	}
}

func TestSARIFCategory(t *testing.T) {
	for _, c := range []struct {
		lists []List
		want  string
	}{
		{nil, "targets"},
		{[]List{{"-"}}, "targets"},
		{[]List{{"a/domains.txt"}}, "domains.txt"},
		{[]List{{"-"}, {"domains.txt"}}, "domains.txt"},
		{[]List{{"a.txt"}, {"b.txt"}, {"c.txt"}}, "a.txt+2"},
		{[]List{{"a b/ü {0}.txt"}}, "-.-0-.txt"}, // no slash, space or brace
	} {
		run := sampleRun()
		run.Lists = c.lists
		_, got := sarifOf(t, run, nil)
		want := "mailposture/" + c.want + "/20261102T030405Z"
		if c.want == "-.-0-.txt" {
			want = "mailposture/" + categoryName(c.lists[0].Path) + "/20261102T030405Z"
		}
		if got.Automation.ID != want {
			t.Errorf("%v: %q, want %q", c.lists, got.Automation.ID, want)
		}
	}
}

func TestSARIFText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":            "plain",
		"exists:%{i}._spf": "exists:%{{i}}._spf",
		"[x](http://y)":    `\[x\](http://y)`,
		`\[x](1)`:          `\\\[x\](1)`, // the backslash is not to undo the escape
		`\\[`:              `\\\\\[`,
		`a\x5cb`:           `a\x5cb`, // no bracket near: as it stands
		"a\nb":             `a\x0ab`,
	} {
		if got := sarifText(in); got != want {
			t.Errorf("sarifText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSARIFSeverities(t *testing.T) {
	before := 101.0
	for _, s := range append(policy.Severities(), "") {
		rank := sarifRank(s)
		if rank > before || rank < 0 || rank > 100 {
			t.Errorf("%q ranks %v, above the one before", s, rank)
		}
		before = rank
		if sarifLevel(s) == "" || problemSeverity(s) == "" {
			t.Errorf("%q has no level", s)
		}
	}
}
