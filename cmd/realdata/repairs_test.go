package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/realdata"
	"github.com/mailposture/mailposture/policy"
)

// mended counts the repairs of one source: for each rule the domains in which it
// found something, and those in which its repair was offered.
type mended struct {
	Domains int                `json:"domains"` // with at least one repair
	Rules   map[string]*offers `json:"rules"`
}

type offers struct {
	Found   int `json:"found"`
	Offered int `json:"offered"`
}

func (m *mended) of(r *policy.Rule) *offers {
	id := r.ID + " " + r.Name
	if m.Rules[id] == nil {
		m.Rules[id] = &offers{}
	}
	return m.Rules[id]
}

// Every repair that is offered over the real records is made by hand, and the
// domain judged again: its rule passes, and nothing got worse.
func TestRepairsOfRealData(t *testing.T) {
	folder := filepath.Join("..", "..", "testdata", "real")
	sources, err := realSnapshots(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]*mended)
	for name, source := range sources {
		m := &mended{Rules: make(map[string]*offers)}
		counts[name] = m
		opt := facts.DefaultOptions()
		opt.Parts = source.parts
		rules := policy.Rules()
		for _, s := range source.snapshots {
			before, _ := facts.Build(s.Domain, s, opt)
			verdicts := policy.Evaluate(before, rules)
			repairs := policy.Mend(before, verdicts)
			for _, v := range verdicts {
				if v.Outcome == policy.Fail && v.Rule.Repair != nil {
					m.of(v.Rule).Found++
				}
			}
			if len(repairs) == 0 {
				continue
			}
			m.Domains++
			made, err := withRepairs(s, repairs)
			if err != nil {
				t.Errorf("%s: %v", s.Domain, err)
				continue
			}
			after, _ := facts.Build(s.Domain, made, opt)
			for _, fault := range worse(verdicts, policy.Evaluate(after, rules), repairs) {
				t.Errorf("%s: %s: %+v", s.Domain, fault, repairs)
			}
			for _, r := range mendedRules(repairs) {
				m.of(r).Offered++
			}
		}
	}
	got, err := json.MarshalIndent(counts, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	golden := filepath.Join(folder, "repairs.json")
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
		t.Errorf("the repairs of real records changed; run with -update and read the difference\n%s", got)
	}
}

// source is snapshots, and the parts that they can tell of.
type source struct {
	snapshots []*facts.Snapshot
	parts     []facts.Part
}

func realSnapshots(t *testing.T, folder string) (map[string]source, error) {
	t.Helper()
	towns, err := realdata.Towns(folder)
	if err != nil {
		return nil, err
	}
	universities, err := realdata.Universities(folder)
	if err != nil {
		return nil, err
	}
	zones, err := realdata.MinistryZones(folder)
	if err != nil {
		return nil, err
	}
	return map[string]source{
		"towns":        {towns, realdata.TownParts()},
		"universities": {universities, realdata.UniversityParts()},
		"ministry":     {zoneSnapshots(t, zones), nil},
	}, nil
}

func mendedRules(repairs []policy.Repair) []*policy.Rule {
	var rules []*policy.Rule
	for _, r := range repairs {
		for _, rule := range r.Rules {
			if !slices.Contains(rules, rule) {
				rules = append(rules, rule)
			}
		}
	}
	return rules
}

// withRepairs is a snapshot in which the changes were made, record by record.
func withRepairs(s *facts.Snapshot, repairs []policy.Repair) (*facts.Snapshot, error) {
	made := *s
	made.Observations = slices.Clone(s.Observations)
	for _, r := range repairs {
		i := slices.IndexFunc(made.Observations, func(o facts.Observation) bool { return o.Question == r.Question })
		if i < 0 {
			return nil, fmt.Errorf("%s is to be changed, and was never asked", r.Question)
		}
		o := made.Observations[i]
		if len(o.Chain) > 0 || o.Status == facts.Failed {
			return nil, fmt.Errorf("%s is to be changed, and is an alias or not known", r.Question)
		}
		o.Data = slices.Clone(o.Data)
		for _, old := range r.Old {
			at := slices.Index(o.Data, old)
			if at < 0 {
				return nil, fmt.Errorf("%s has no record %s", r.Question, old)
			}
			o.Data = slices.Delete(o.Data, at, at+1)
		}
		o.Data = append(o.Data, r.New...)
		slices.Sort(o.Data)
		o.Status = facts.Found
		if len(o.Data) == 0 {
			o.Status = facts.NoData
		}
		made.Observations[i] = o
	}
	return &made, made.Check()
}

// worse lists what the repairs broke, or did not mend.
func worse(before, after []policy.Verdict, repairs []policy.Repair) []string {
	var faults []string
	rules := mendedRules(repairs)
	for i, was := range before {
		is := after[i]
		switch {
		case slices.ContainsFunc(rules, func(r *policy.Rule) bool { return r.ID == is.Rule.ID }):
			if is.Outcome != policy.Pass {
				faults = append(faults, is.Rule.ID+" was to pass, and is "+string(is.Outcome))
			}
		case was.Outcome != policy.Unsure && is.Outcome == policy.Unsure:
			faults = append(faults, is.Rule.ID+" is no longer known")
		case was.Outcome != policy.Fail && is.Outcome == policy.Fail && is.Rule.Severity.Rank() <= policy.High.Rank():
			faults = append(faults, is.Rule.ID+" fails now")
		}
	}
	return faults
}

// TestWorseConvicts is the control: repairs spoilt by hand must be convicted.
func TestWorseConvicts(t *testing.T) {
	published := func(kind, data string) facts.Observation {
		return facts.Observation{Question: facts.Question{Name: "example.com", Kind: kind}, Status: facts.Found, Data: []string{data}}
	}
	s := facts.NewSnapshot("example.com", time.Time{}, []facts.Observation{
		published(facts.KindMX, "10 mx.example.com."), published(facts.KindTXT, `"v=spf1 ip4:192.0.2.1 ?all"`),
	})
	opt := facts.DefaultOptions()
	opt.Parts = []facts.Part{facts.PartMX, facts.PartSPF}
	judge := func(s *facts.Snapshot) (*facts.Facts, []policy.Verdict) {
		f, _ := facts.Build(s.Domain, s, opt)
		return f, policy.Evaluate(f, policy.Rules())
	}
	f, before := judge(s)
	repairs := policy.Mend(f, before)
	if len(repairs) != 1 {
		t.Fatalf("got %+v", repairs)
	}
	for _, c := range []struct {
		come string
		good bool
	}{
		{repairs[0].New[0], true},
		{`"v=spf1 ip4:192.0.2.1 ? all"`, false},
		{`"v=spf1 ip4:192.0.2.256 ~all"`, false},
		{`"v=spf1 ip4:192.0.2.1 ?all "`, false},
	} {
		repairs[0].New = []string{c.come}
		made, err := withRepairs(s, repairs)
		if err != nil {
			t.Fatal(err)
		}
		_, after := judge(made)
		if faults := worse(before, after, repairs); (len(faults) == 0) != c.good {
			t.Errorf("%s: %q", c.come, faults)
		}
	}
	repairs[0].Old = []string{`"never there"`}
	if _, err := withRepairs(s, repairs); err == nil {
		t.Error("a record that is not there was changed")
	}
}
