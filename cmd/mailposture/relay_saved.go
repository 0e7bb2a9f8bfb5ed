package main

import (
	"context"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/report"
)

// savedStudy answers from saved snapshots, and keeps those of the wanted
// domains only. Of a domain that was saved twice, the last counts.
func savedStudy(c *cobra.Command, paths []string, wanted []facts.Domain, options facts.Options, io stdio) (study, error) {
	for _, path := range paths {
		if err := readable("saved file", path); err != nil {
			return nil, err
		}
	}
	type saved struct {
		snapshot facts.Snapshot
		options  facts.Options
	}
	known := map[facts.Domain]saved{}
	reader := &evaluation{session: &session{io: io, flags: &judgeFlags{quiet: true}}, command: c, defaults: options}
	for one := range reader.items(paths) {
		if one.err != nil {
			return nil, one.err
		}
		if one.schema == report.ResultSchema {
			continue // a result holds no answers
		}
		s := saved{options: one.options}
		if err := json.Unmarshal(one.text, &s.snapshot); err != nil {
			return nil, one.bad("not a snapshot: %s", err)
		}
		if err := s.snapshot.Check(); err != nil {
			return nil, one.bad("%s", err)
		}
		if slices.Contains(wanted, s.snapshot.Domain) {
			known[s.snapshot.Domain] = s
		}
	}
	return func(_ context.Context, domain facts.Domain, hosts []netip.Addr) (*facts.Facts, error) {
		s, ok := known[domain]
		if !ok {
			return nil, usage("save it first: mailposture scan "+string(domain)+" --save FILE", "no snapshot of %s in %s", domain, strings.Join(paths, ", "))
		}
		opt := s.options
		opt.RelayIPs = hosts
		opt.Selectors = append(opt.Selectors, options.Selectors...)
		found, _ := facts.Build(domain, &s.snapshot, opt)
		return found, nil
	}, nil
}
