package mailposture_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/report"
	"github.com/mailposture/mailposture/scanner"
	"github.com/mailposture/mailposture/scanner/zone"
)

var update = flag.Bool("update", false, "write the golden files of testdata/cases, and the docs page made of them, anew")

// TestCases runs each folder of testdata/cases: the zone is scanned to
// snapshot.json, that is judged to verdicts.json, and the result is rendered to
// report.txt and the others. Each stage reads what the stage before wrote, so
// that a golden file shows where a change begins. A new folder is a new test;
// its readme says what the case is about, and its expect.txt what must come
// out: goldens can be written anew, that file is written by hand.
//
// The domains are those that expect.txt names. What the zone does not hold does
// not exist; a file answers says what is answered otherwise.
func TestCases(t *testing.T) {
	for _, c := range caseFolders(t) {
		t.Run(c.name(), func(t *testing.T) {
			c := caseFolder{t, c.path}
			if len(c.read("readme")) < 40 {
				t.Error("the readme says too little")
			}
			c.scan()
			c.judge()
			c.render()
			judged := c.judged()
			for _, e := range c.expectations() {
				if got := e.unmet(judged); got != "" {
					t.Errorf("expect.txt:%d: %s: %s", e.line, e, got)
				}
			}
		})
	}
}

type caseFolder struct {
	testing.TB
	path string
}

func caseFolders(t testing.TB) []caseFolder {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "cases", "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	folders := make([]caseFolder, len(paths))
	for i, path := range paths {
		folders[i] = caseFolder{t, path}
	}
	return folders
}

func (c caseFolder) name() string { return filepath.Base(c.path) }

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

// goldenJSON is golden for values, one after the other.
func goldenJSON[T any](c caseFolder, name string, values ...T) {
	c.Helper()
	var out bytes.Buffer
	for _, value := range values {
		text, err := json.MarshalIndent(value, "", "  ")
		if err != nil {
			c.Fatal(err)
		}
		out.Write(append(text, '\n'))
	}
	c.golden(name, out.Bytes())
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
	c.Helper()
	goldenJSON(c, "snapshot.json", c.scanOver(c.world())...)
}

// scanOver scans the case's domains, all in one run, as answered by a resolver.
func (c caseFolder) scanOver(r scanner.Resolver) []*facts.Snapshot {
	c.Helper()
	var snapshots []*facts.Snapshot
	keep := func(s *facts.Snapshot, _ *facts.Facts) *facts.Snapshot { return s }
	cfg := scanner.Config{Resolver: r, Options: c.options(), Now: func() time.Time { return taken }}
	for s, err := range scanner.ScanAll(context.Background(), slices.Values(c.domains()), cfg, keep) {
		if err != nil {
			c.Fatal(err)
		}
		snapshots = append(snapshots, s)
	}
	return snapshots
}

// world answers from the case's zone, but for what the file answers says.
func (c caseFolder) world() scanner.Resolver {
	c.Helper()
	list, err := os.ReadFile(filepath.Join(c.path, "answers"))
	if err != nil && !os.IsNotExist(err) {
		c.Fatal(err)
	}
	return instead{zoneSet(c, string(c.read("zone"))), string(list)}
}

// zoneSet answers from a zone, outside which nothing exists.
func zoneSet(t testing.TB, text string) *zone.Set {
	t.Helper()
	z, err := zone.Parse("zone", strings.NewReader(text), ".")
	if err != nil {
		t.Fatal(err)
	}
	set, err := zone.NewSet([]*zone.Zone{z}, zone.NXDomain, nil)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// instead gives other answers than the zone's: of a list with "TYPE NAME ANSWER"
// a line, where the answer is NXDOMAIN or the cause of a failure. The type may
// be *, and a name may begin with "*.", for all below it.
type instead struct {
	scanner.Resolver
	list string
}

func (r instead) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	obs, err := r.Resolver.Lookup(ctx, qs)
	for i, o := range obs {
		for line := range strings.Lines(r.list) {
			kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			name, answer, _ := strings.Cut(rest, " ")
			below, all := strings.CutPrefix(name, "*")
			switch {
			case kind != o.Kind && kind != "*" || name != o.Name && (!all || !strings.HasSuffix(o.Name, below)):
			case answer == "NXDOMAIN":
				obs[i] = facts.Observation{Question: o.Question, Status: facts.NXDomain}
			default:
				obs[i] = facts.Observation{Question: o.Question, Status: facts.Failed, Cause: answer}
			}
		}
	}
	return obs, err
}

// verdict is a rule's word as verdicts.json keeps it; what passed or does not
// apply is left out.
type verdict struct {
	Domain   string   `json:"domain,omitempty"` // where the case has several
	Rule     string   `json:"rule"`
	Outcome  string   `json:"outcome"`
	Reason   string   `json:"reason,omitempty"`
	Findings []string `json:"findings,omitempty"`
}

// judgement is one domain of a case, from snapshot to result.
type judgement struct {
	snapshot *facts.Snapshot
	verdicts []policy.Verdict
	result   report.Result
}

// judged judges the saved snapshots.
func (c caseFolder) judged() []judgement {
	c.Helper()
	var snapshots []*facts.Snapshot
	saved := json.NewDecoder(bytes.NewReader(c.read("snapshot.json")))
	for saved.More() {
		s := new(facts.Snapshot)
		if err := saved.Decode(s); err != nil {
			c.Fatal(err)
		}
		snapshots = append(snapshots, s)
	}
	return c.judgeAll(snapshots)
}

func (c caseFolder) judgeAll(snapshots []*facts.Snapshot) []judgement {
	c.Helper()
	judged := make([]judgement, len(snapshots))
	for i, s := range snapshots {
		f, missing := facts.Build(s.Domain, s, c.options())
		if len(missing) > 0 {
			c.Errorf("the snapshot of %s lacks %v", s.Domain, missing)
		}
		verdicts := policy.Evaluate(f, policy.Rules())
		result := report.New("mailposture/test", s, f, verdicts, nil)
		result.AddRepairs(policy.Mend(f, verdicts))
		judged[i] = judgement{s, verdicts, result}
	}
	return judged
}

func (c caseFolder) judge() {
	c.Helper()
	judged := c.judged()
	kept := []verdict{}
	for _, j := range judged {
		for _, v := range j.verdicts {
			if v.Outcome != policy.Fail && v.Outcome != policy.Unsure {
				continue
			}
			k := verdict{Rule: v.Rule.ID + " " + v.Rule.Name, Outcome: string(v.Outcome), Reason: v.Reason}
			if len(judged) > 1 {
				k.Domain = string(j.snapshot.Domain)
			}
			for _, finding := range v.Findings {
				k.Findings = append(k.Findings, finding.Message)
			}
			kept = append(kept, k)
		}
	}
	goldenJSON(c, "verdicts.json", kept)
}

func (c caseFolder) render() {
	c.Helper()
	run := report.Run{By: "mailposture/test", Started: taken, Rules: report.NewRules(policy.Rules())}
	for _, format := range report.Formats() {
		var out bytes.Buffer
		var tally report.Tally
		w := format.New(&out, report.Options{})
		err := w.Begin(run)
		for _, j := range c.judged() {
			tally.Add(j.result)
			err = errors.Join(err, w.Domain(j.result))
		}
		if err := errors.Join(err, w.End(tally.Summary(taken))); err != nil {
			c.Fatal(err)
		}
		// Other formats have goldens of their own in report, and a case of
		// several domains is about verdicts.
		if format.Name == "text" || format.Name == "jsonl" && len(c.domains()) == 1 {
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
