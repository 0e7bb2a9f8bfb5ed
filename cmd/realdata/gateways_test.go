package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/realdata"
)

// behind counts what the towns behind a gateway, or all towns, show of where
// their mailboxes are.
type behind struct {
	Domains   int                      `json:"domains"`
	Microsoft map[facts.Confidence]int `json:"microsoft_365,omitempty"` // by confidence
	Google    map[facts.Confidence]int `json:"google_workspace,omitempty"`
	Others    int                      `json:"others,omitempty"`
	Unknown   int                      `json:"unknown,omitempty"`
}

func (b *behind) add(m facts.Mailbox) {
	count := func(in *map[facts.Confidence]int) {
		if *in == nil {
			*in = make(map[facts.Confidence]int)
		}
		(*in)[m.Confidence]++
	}
	b.Domains++
	switch {
	case m.Host == "":
		b.Unknown++
	case facts.IsMicrosoft365(m.Host):
		count(&b.Microsoft)
	case m.Host == "google-workspace":
		count(&b.Google)
	default:
		b.Others++
	}
}

// standings is who stands in front of the towns, and what is behind.
type standings struct {
	NoMX        int                `json:"no_mx"`
	Recognised  int                `json:"mx_recognised"` // one host at least is a provider's
	Nobodys     int                `json:"mx_nobodys"`    // none is: their own, or of somebody unknown
	NoGateway   *behind            `json:"no_gateway"`
	AllGateways *behind            `json:"all_gateways"`
	Gateways    map[string]*behind `json:"gateways"`
}

func stand(snapshots []*facts.Snapshot) *standings {
	opt := facts.DefaultOptions()
	opt.Parts = realdata.TownParts()
	s := &standings{NoGateway: &behind{}, AllGateways: &behind{}, Gateways: make(map[string]*behind)}
	for _, snapshot := range snapshots {
		f, _ := facts.Build(snapshot.Domain, snapshot, opt)
		s.countMX(f)
		if f.MX.Gateway == "" {
			s.NoGateway.add(f.Mailbox)
			continue
		}
		if s.Gateways[f.MX.Gateway] == nil {
			s.Gateways[f.MX.Gateway] = &behind{}
		}
		s.Gateways[f.MX.Gateway].add(f.Mailbox)
		s.AllGateways.add(f.Mailbox)
	}
	return s
}

func (s *standings) countMX(f *facts.Facts) {
	recognised := false
	for _, h := range f.MX.Hosts {
		recognised = recognised || h.Provider != ""
	}
	switch {
	case len(f.MX.Hosts) == 0:
		s.NoMX++
	case recognised:
		s.Recognised++
	default:
		s.Nobodys++
	}
}

// What docs/real-data.md says of gateways and the mailboxes behind them changes
// only when somebody means it to.
func TestGateways(t *testing.T) {
	folder := filepath.Join("..", "..", "testdata", "real")
	towns, err := realdata.Towns(folder)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(stand(towns), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	golden := filepath.Join(folder, "gateways.json")
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
		t.Errorf("who stands in front of the real towns changed; run with -update, read the difference, and see docs/real-data.md\n%s", got)
	}
}
