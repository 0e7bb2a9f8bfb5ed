package mailposture_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/report"
	"github.com/mailposture/mailposture/scanner"
	"github.com/mailposture/mailposture/scanner/zone"
)

var update = flag.Bool("update", false, "write the golden files of testdata/cases anew")

// TestCases runs each folder of testdata/cases: the zone is scanned to
// snapshot.json, that is judged to verdicts.json, and the result is rendered to
// report.txt and the others. Each stage reads what the stage before wrote, so
// that a golden file shows where a change begins. A new folder is a new test;
// its readme says what the case is about.
//
// The domain is example.com. What the zone does not hold does not exist.
func TestCases(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join("testdata", "cases", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			c := caseFolder{t, folder}
			if len(c.read("readme")) < 40 {
				t.Error("the readme says too little")
			}
			c.scan()
			c.judge()
			c.render()
		})
	}
}

type caseFolder struct {
	*testing.T
	path string
}

func (c caseFolder) read(name string) []byte {
	c.Helper()
	text, err := os.ReadFile(filepath.Join(c.path, name))
	if err != nil {
		c.Fatal(err)
	}
	return text
}

// golden holds what a stage made against its file.
func (c caseFolder) golden(name string, got []byte) {
	c.Helper()
	if *update {
		if err := os.WriteFile(filepath.Join(c.path, name), got, 0o644); err != nil {
			c.Fatal(err)
		}
	}
	if want := c.read(name); !bytes.Equal(got, want) {
		c.Errorf("%s differs from what was made:\n%s", name, got)
	}
}

func (c caseFolder) goldenJSON(name string, value any) {
	c.Helper()
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		c.Fatal(err)
	}
	c.golden(name, append(text, '\n'))
}

// options are the case's own, from options.json where there is one.
func (c caseFolder) options() facts.Options {
	c.Helper()
	opt := facts.DefaultOptions()
	text, err := os.ReadFile(filepath.Join(c.path, "options.json"))
	if err == nil {
		err = json.Unmarshal(text, &opt)
	} else if os.IsNotExist(err) {
		err = nil
	}
	if err != nil {
		c.Fatal(err)
	}
	return opt
}

// taken is when every case was scanned.
var taken = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func (c caseFolder) scan() {
	z, err := zone.Parse("zone", bytes.NewReader(c.read("zone")), ".")
	if err != nil {
		c.Fatal(err)
	}
	set, err := zone.NewSet([]*zone.Zone{z}, zone.NXDomain, nil)
	if err != nil {
		c.Fatal(err)
	}
	cfg := scanner.Config{Resolver: set, Options: c.options(), Now: func() time.Time { return taken }}
	snapshot, _, err := scanner.Scan(context.Background(), "example.com", cfg)
	if err != nil {
		c.Fatal(err)
	}
	c.goldenJSON("snapshot.json", snapshot)
}

// verdict is a rule's word as verdicts.json keeps it; what passed or does not
// apply is left out.
type verdict struct {
	Rule     string   `json:"rule"`
	Outcome  string   `json:"outcome"`
	Reason   string   `json:"reason,omitempty"`
	Findings []string `json:"findings,omitempty"`
}

// result judges the saved snapshot.
func (c caseFolder) result() (report.Result, []verdict) {
	var snapshot facts.Snapshot
	if err := json.Unmarshal(c.read("snapshot.json"), &snapshot); err != nil {
		c.Fatal(err)
	}
	f, missing := facts.Build(snapshot.Domain, &snapshot, c.options())
	if len(missing) > 0 {
		c.Errorf("the snapshot lacks %v", missing)
	}
	all := policy.Evaluate(f, policy.Rules())
	kept := []verdict{}
	for _, v := range all {
		if v.Outcome != policy.Fail && v.Outcome != policy.Unsure {
			continue
		}
		k := verdict{Rule: v.Rule.ID + " " + v.Rule.Name, Outcome: string(v.Outcome), Reason: v.Reason}
		for _, finding := range v.Findings {
			k.Findings = append(k.Findings, finding.Message)
		}
		kept = append(kept, k)
	}
	result := report.New("mailposture/test", &snapshot, f, all, nil)
	result.AddRepairs(policy.Mend(f, all))
	return result, kept
}

func (c caseFolder) judge() {
	_, verdicts := c.result()
	c.goldenJSON("verdicts.json", verdicts)
}

func (c caseFolder) render() {
	result, _ := c.result()
	var tally report.Tally
	tally.Add(result)
	run := report.Run{By: "mailposture/test", Started: taken, Rules: report.NewRules(policy.Rules())}
	for _, format := range report.Formats() {
		var out bytes.Buffer
		w := format.New(&out, report.Options{})
		for _, err := range []error{w.Begin(run), w.Domain(result), w.End(tally.Summary(taken))} {
			if err != nil {
				c.Fatal(err)
			}
		}
		if format.Name == "text" || format.Name == "jsonl" { // the others have goldens of their own in report
			c.golden("report"+format.Extensions[0], out.Bytes())
		}
	}
}

// TestReadmeExample holds the library example of the README against the one
// that is compiled and run.
func TestReadmeExample(t *testing.T) {
	example, err := os.ReadFile(filepath.Join("scanner", "example_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, from, ok := strings.Cut(string(example), "func judge(")
	if !ok {
		t.Fatal("the example has no judge")
	}
	body, _, _ := strings.Cut(from, "\n}\n")
	if !strings.Contains(string(readme), "func judge("+body+"\n}\n") {
		t.Error("the README shows another judge than scanner/example_test.go")
	}
}
