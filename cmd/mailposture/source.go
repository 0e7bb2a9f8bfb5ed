package main

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner"
	"github.com/mailposture/mailposture/scanner/zone"
)

// demoName is what --zone calls the built-in zone.
const demoName = ":demo:"

// The demo is a zone of domains, each with something to see, and the world
// around them.
//
//go:embed demo.zone demo_world.zone
var demo embed.FS

// sourceFlags say who answers the questions.
type sourceFlags struct {
	zones     []string
	origin    string
	outside   string
	resolvers []string
	rateLimit float64
	timeout   time.Duration
	retries   int
}

func (f *sourceFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVar(&f.zones, "zone", nil, "answer from an RFC 1035 zone file, or "+demoName+"; repeatable")
	flags.StringVar(&f.origin, "origin", "", "the apex of zone files without an SOA")
	flags.StringVar(&f.outside, "outside", "unasked", "names outside the zone files: unasked, resolve or nxdomain")
	flags.StringArrayVarP(&f.resolvers, "resolver", "r", nil, "ask this resolver (192.0.2.53, 127.0.0.1:5353, [::1]:53); repeatable (default the system's)")
	flags.Float64Var(&f.rateLimit, "rate-limit", 0, "queries a second to each resolver; negative is none (default 500, none on loopback)")
	flags.DurationVar(&f.timeout, "timeout", scanner.DefaultTryTimeout, "how long one try waits")
	flags.IntVar(&f.retries, "retries", scanner.DefaultRetries, "tries after the first")
	complete(c, "outside", []string{"unasked", "resolve", "nxdomain"})
}

// source answers questions, and may know domains worth scanning.
type source struct {
	resolver scanner.Resolver
	domains  []facts.Domain
	dns      *scanner.DNS // nil when no resolver is asked
}

// close lets go of the network.
func (s source) close() {
	if s.dns != nil {
		_ = s.dns.Close() // nothing is left to lose
	}
}

// open makes the source that the flags describe.
func (f *sourceFlags) open(trace func(scanner.TraceEvent)) (source, error) {
	if err := oneOf("outside", f.outside, "unasked", "resolve", "nxdomain"); err != nil {
		return source{}, err
	}
	if len(f.zones) == 0 {
		return f.dns(trace)
	}
	var live source
	if zone.Outside(f.outside) == zone.Resolve {
		var err error
		if live, err = f.dns(trace); err != nil {
			return source{}, err
		}
	}
	var zones []*zone.Zone
	var domains []facts.Domain
	for _, path := range f.zones {
		z, err := f.zone(path)
		if err != nil {
			return source{}, err
		}
		zones = append(zones, z)
		domains = append(domains, z.MailDomains()...)
		if path == demoName {
			world, err := f.parse("demo_world.zone", demo.Open)
			if err != nil {
				return source{}, err
			}
			zones = append(zones, world)
		}
	}
	set, err := zone.NewSet(zones, zone.Outside(f.outside), live.resolver)
	if err != nil {
		return source{}, usage("", "%s", err)
	}
	slices.Sort(domains)
	return source{resolver: set, domains: slices.Compact(domains), dns: live.dns}, nil
}

// mostDomains is how many domains can be under way without one of them running
// out of time for want of its share of --rate-limit.
func (f *sourceFlags) mostDomains() int {
	if f.rateLimit <= 0 {
		return math.MaxInt // the default rate is far above what the domains at once need
	}
	perDomain := facts.DefaultQuestions / scanner.DefaultTimeout.Seconds()
	return max(1, int(f.rateLimit/perDomain))
}

// zone reads one zone file, or the built-in one.
func (f *sourceFlags) zone(path string) (*zone.Zone, error) {
	if path == demoName {
		return f.parse("demo.zone", demo.Open)
	}
	return f.parse(path, func(path string) (fs.File, error) { return os.Open(path) })
}

func (f *sourceFlags) parse(path string, open func(string) (fs.File, error)) (*zone.Zone, error) {
	file, err := open(path)
	if err != nil {
		return nil, usage("give --zone an existing file, or "+demoName, "cannot read the zone file %s: %s", path, cause(err))
	}
	defer file.Close()
	z, err := zone.Parse(path, file, f.origin)
	if err != nil {
		return nil, usage("", "%s", err)
	}
	return z, nil
}

// dns makes the resolver that asks real servers, with a cache.
func (f *sourceFlags) dns(trace func(scanner.TraceEvent)) (source, error) {
	var servers []netip.AddrPort
	for _, text := range f.resolvers {
		server, err := scanner.ParseServer(text)
		if err != nil {
			return source{}, usage("give an address with or without a port: 192.0.2.53, 127.0.0.1:5353, [::1]:53", "--resolver: %s", err)
		}
		servers = append(servers, server)
	}
	if len(servers) == 0 {
		var err error
		if servers, err = scanner.SystemServers(); err != nil {
			return source{}, usage("name one with --resolver", "no resolver: %s", err)
		}
	}
	switch {
	case f.timeout <= 0:
		return source{}, usage("", "--timeout %s: it must be above zero", f.timeout)
	case f.retries < 0:
		return source{}, usage("", "--retries %d: it must not be negative", f.retries)
	}
	retries := f.retries
	if retries == 0 {
		retries = -1 // the zero value would mean the default
	}
	dns, err := scanner.NewDNS(scanner.DNSConfig{
		Servers: servers, Timeout: f.timeout, Retries: retries, RateLimit: f.rateLimit, Trace: trace,
	})
	if err != nil {
		return source{}, usage("", "%s", err)
	}
	return source{resolver: scanner.NewCache(dns, scanner.CacheConfig{}), dns: dns}, nil
}

// tracer prints each exchange with -v; without it, there is none.
func (s *session) tracer() func(scanner.TraceEvent) {
	if !s.flags.verbose {
		return nil
	}
	return tracer(s.io.err)
}

func tracer(w io.Writer) func(scanner.TraceEvent) {
	var mu sync.Mutex
	return func(e scanner.TraceEvent) {
		mu.Lock()
		defer mu.Unlock()
		outcome := string(e.Status)
		if e.Cause != "" {
			outcome += ", " + e.Cause
		}
		fmt.Fprintf(w, "%s: %s (%s %s, try %d, %s)\n", e.Question, outcome, e.Proto, e.Server, e.Try, e.RTT.Round(time.Microsecond))
	}
}
