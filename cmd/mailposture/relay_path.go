package main

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/relay"
	"github.com/mailposture/mailposture/scanner"
)

// relayPath is the domains and hosts of one path.
type relayPath struct {
	from, to, forward facts.Domain // forward is "" when nothing is forwarded
	host              netip.Addr
	gateway           []netip.Addr
}

// path reads the flags that name the path.
func (f *relayFlags) path() (relayPath, error) {
	var p relayPath
	var err error
	if f.from == "" || f.to == "" {
		return p, usage("mailposture relay --from a@sender.example --to b@ours.example --forward c@else.example", "--from and --to are needed")
	}
	for _, one := range []struct {
		flag, text string
		domain     *facts.Domain
	}{{"from", f.from, &p.from}, {"to", f.to, &p.to}, {"forward", f.forward, &p.forward}} {
		if one.text == "" {
			continue
		}
		if *one.domain, err = facts.ParseDomain(one.text); err != nil {
			return p, usage("give an address, such as user@example.com", "--%s: %s", one.flag, err)
		}
	}
	if f.ip != "" {
		if p.host, err = parseIP("ip", f.ip); err != nil {
			return p, err
		}
	}
	for _, text := range f.gatewayIPs {
		ip, err := parseIP("gateway-ip", text)
		if err != nil {
			return p, err
		}
		p.gateway = append(p.gateway, ip)
	}
	for _, selector := range f.selectors {
		if _, err := facts.ParseDomain(selector + "._domainkey.example.com"); err != nil {
			return p, usage("give the name before ._domainkey, such as selector1", "--selector %q is not a selector", selector)
		}
	}
	return p, nil
}

func parseIP(flag, text string) (netip.Addr, error) {
	ip, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil || ip.Zone() != "" {
		return ip, usage("give one address, such as 192.0.2.9 or 2001:db8::9", "--%s %q is not an IP address", flag, text)
	}
	return ip.Unmap(), nil
}

// study finds out about one domain. SPF is checked for the hosts.
type study func(ctx context.Context, domain facts.Domain, hosts []netip.Addr) (*facts.Facts, error)

// read studies the domains, the sender's last: which hosts its SPF is checked
// for depends on the recipient's.
func (p relayPath) read(ctx context.Context, study study) (relay.Reading, error) {
	d := relay.Domains{Host: p.host, Gateway: p.gateway}
	var err error
	if d.To, err = study(ctx, p.to, nil); err != nil {
		return relay.Reading{}, err
	}
	if p.forward != "" {
		if d.Forward, err = study(ctx, p.forward, nil); err != nil {
			return relay.Reading{}, err
		}
	}
	hosts := p.gateway
	if len(hosts) == 0 {
		hosts = relay.GatewayAddresses(d.To)
	}
	if p.host.IsValid() {
		hosts = append(slices.Clone(hosts), p.host)
	}
	if d.From, err = study(ctx, p.from, hosts); err != nil {
		return relay.Reading{}, err
	}
	return relay.Read(d), nil
}

// open makes the study that the flags ask for, and what ends it.
func (f *relayFlags) open(c *cobra.Command, p relayPath, io stdio) (study, func(), error) {
	options := facts.DefaultOptions()
	options.Declared = f.declared
	for _, selector := range f.selectors {
		options.Selectors = append(options.Selectors, strings.ToLower(selector))
	}
	if len(f.snapshots) > 0 {
		saved, err := savedStudy(c, f.snapshots, []facts.Domain{p.from, p.to, p.forward}, options, io)
		return saved, func() {}, err
	}
	var trace func(scanner.TraceEvent)
	if f.verbose {
		trace = tracer(io.err)
	}
	answers, err := f.source.open(trace)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, domain facts.Domain, hosts []netip.Addr) (*facts.Facts, error) {
		opt := options
		opt.RelayIPs = hosts
		_, found, err := scanner.Scan(ctx, domain, scanner.Config{Resolver: answers.resolver, Options: opt})
		if err != nil {
			return nil, &exitError{exitInterrupted, "interrupted", ""}
		}
		return found, nil
	}, answers.close, nil
}
