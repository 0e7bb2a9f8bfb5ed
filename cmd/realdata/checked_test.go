package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/realdata"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/scanner"
	"github.com/mailposture/mailposture/scanner/zone"
)

// draw writes a sample of findings to check by hand; see docs/real-data.md.
var draw = flag.String("draw", "", "write a sample of findings to this file, for a check by hand")

// The sample: at most so many findings of a rule, and in all.
const (
	sampleSeed = "2026-11-21"
	perRule    = 20
	inAll      = 200
)

// made is a finding on a real domain.
type made struct{ rule, source, domain, key, message string }

func (m made) line() string { return strings.Join([]string{m.rule, m.source, m.domain, m.key}, "\t") }

// madeOn lists what the rules find in all the data.
func madeOn(t *testing.T, folder string) []made {
	t.Helper()
	var list []made
	judge := func(source string, f *facts.Facts) {
		for _, v := range policy.Evaluate(f, policy.Rules()) {
			for _, finding := range v.Findings {
				list = append(list, made{v.Rule.ID, source, string(f.Domain), finding.Key, finding.Message})
			}
		}
	}
	replayed := func(source string, parts []facts.Part, read func(string) ([]*facts.Snapshot, error)) {
		snapshots, err := read(folder)
		if err != nil {
			t.Fatal(err)
		}
		opt := facts.DefaultOptions()
		opt.Parts = parts
		for _, s := range snapshots {
			f, _ := facts.Build(s.Domain, s, opt)
			judge(source, f)
		}
	}
	replayed("towns", realdata.TownParts(), realdata.Towns)
	replayed("universities", realdata.UniversityParts(), realdata.Universities)
	for _, f := range ministryFacts(t, folder) {
		judge("ministry", f)
	}
	return list
}

// ministryFacts scans the zones of the ministry.
func ministryFacts(t *testing.T, folder string) []*facts.Facts {
	t.Helper()
	files, err := realdata.MinistryZones(folder)
	if err != nil {
		t.Fatal(err)
	}
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
	var list []*facts.Facts
	for _, domain := range domains {
		_, f, err := scanner.Scan(context.Background(), domain, scanner.Config{Resolver: set, Options: facts.DefaultOptions()})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, f)
	}
	return list
}

// drawn is the sample: one finding of each rule in turn, in an order that the
// seed gives.
func drawn(all []made) []made {
	byRule := make(map[string][]made)
	for _, m := range all {
		byRule[m.rule] = append(byRule[m.rule], m)
	}
	rank := func(m made) []byte {
		sum := sha256.Sum256([]byte(sampleSeed + "\t" + m.line()))
		return sum[:]
	}
	rules := slices.Sorted(maps.Keys(byRule))
	for _, id := range rules {
		slices.SortFunc(byRule[id], func(a, b made) int { return bytes.Compare(rank(a), rank(b)) })
	}
	var sample []made
	for turn := range perRule {
		for _, id := range rules {
			if turn < len(byRule[id]) && len(sample) < inAll {
				sample = append(sample, byRule[id][turn])
			}
		}
	}
	slices.SortFunc(sample, func(a, b made) int { return strings.Compare(a.line(), b.line()) })
	return sample
}

// TestCheckedFindings checks that every finding that was checked by hand, and
// stands, is still made.
func TestCheckedFindings(t *testing.T) {
	folder := filepath.Join("..", "..", "testdata", "real")
	all := madeOn(t, folder)
	if *draw != "" {
		var b strings.Builder
		for _, m := range drawn(all) {
			fmt.Fprintf(&b, "%s\t%s\n", m.line(), m.message)
		}
		if err := os.WriteFile(*draw, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	still := make(map[string]bool)
	for _, m := range all {
		still[m.line()] = true
	}
	text, err := os.ReadFile(filepath.Join(folder, "checked.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\n"); strings.HasPrefix(line, "#") {
			continue
		}
		checked++
		if !still[line] {
			t.Errorf("checked by hand, and no longer found: %s", strings.ReplaceAll(line, "\t", " "))
		}
	}
	if checked != inAll {
		t.Errorf("%d findings were checked, of %d", checked, inAll)
	}
}
