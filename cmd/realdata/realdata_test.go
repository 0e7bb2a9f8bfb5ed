package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/realdata"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/report"
	"github.com/mailposture/mailposture/scanner"
	"github.com/mailposture/mailposture/scanner/zone"
)

var update = flag.Bool("update", false, "write testdata/real/findings.json anew")

// outcome is what the rules said of one source of real records.
type outcome struct {
	Domains    int            `json:"domains"`
	Incomplete int            `json:"incomplete"`
	Findings   int            `json:"findings"`
	Rules      map[string]int `json:"rules"` // findings by "ID name"
}

func newOutcome() *outcome { return &outcome{Rules: map[string]int{}} }

func (o *outcome) add(s *facts.Snapshot, f *facts.Facts, rules []policy.Rule) {
	result := report.New("", s, f, policy.Evaluate(f, rules), nil)
	o.Domains++
	if result.Status == report.Incomplete {
		o.Incomplete++
	}
	o.Findings += len(result.Findings)
	for _, finding := range result.Findings {
		o.Rules[finding.Rule+" "+finding.Name]++
	}
}

// replay judges snapshots of the parts that they can tell of.
func replay(snapshots []*facts.Snapshot, parts []facts.Part) *outcome {
	o := newOutcome()
	opt := facts.DefaultOptions()
	opt.Parts = parts
	rules := policy.Rules()
	for _, s := range snapshots {
		f, _ := facts.Build(s.Domain, s, opt)
		o.add(s, f, rules)
	}
	return o
}

// zoneSnapshots scans every mail domain of the zones; what is outside stays
// unasked.
func zoneSnapshots(t *testing.T, files []realdata.ZoneFile) []*facts.Snapshot {
	t.Helper()
	var zones []*zone.Zone
	var domains []facts.Domain
	for _, file := range files {
		z, err := zone.Parse(file.Name+".zone", strings.NewReader(file.Text), "")
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, z)
		domains = append(domains, z.MailDomains()...)
	}
	set, err := zone.NewSet(zones, zone.Unasked, nil)
	if err != nil {
		t.Fatal(err)
	}
	var snapshots []*facts.Snapshot
	cfg := scanner.Config{Resolver: set, Options: facts.DefaultOptions()}
	for _, domain := range domains {
		s, _, err := scanner.Scan(context.Background(), domain, cfg)
		if err != nil {
			t.Fatal(err)
		}
		snapshots = append(snapshots, s)
	}
	return snapshots
}

// Every real record goes through, and what the rules say of them changes only
// when somebody means it to: read the difference before -update.
func TestRealData(t *testing.T) {
	folder := filepath.Join("..", "..", "testdata", "real")
	towns, err := realdata.Towns(folder)
	if err != nil {
		t.Fatal(err)
	}
	universities, err := realdata.Universities(folder)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := realdata.MinistryZones(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(towns, universities...) {
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := json.MarshalIndent(map[string]*outcome{
		"towns":        replay(towns, realdata.TownParts()),
		"universities": replay(universities, realdata.UniversityParts()),
		"ministry":     replay(zoneSnapshots(t, zones), nil),
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	golden := filepath.Join(folder, "findings.json")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the findings on real records changed; run with -update and read the difference\n%s", got)
	}
}

// The domains that docs/real-data.md says were checked by hand are those that
// its seed chooses.
func TestSample(t *testing.T) {
	docs, err := os.ReadFile(filepath.Join("..", "..", "docs", "real-data.md"))
	if err != nil {
		t.Fatal(err)
	}
	var chosen bytes.Buffer
	if err := sample(filepath.Join("..", "..", "testdata", "real"), 9989, &chosen); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(chosen.String(), "\n"); n != 20 {
		t.Errorf("%d domains", n)
	}
	for line := range strings.Lines(chosen.String()) {
		_, domain, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if !strings.Contains(string(docs), domain) {
			t.Errorf("%s is not in docs/real-data.md", domain)
		}
	}
}
