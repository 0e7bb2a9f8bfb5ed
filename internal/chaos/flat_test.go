package chaos

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"iter"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner"
)

// flatFor is how long TestFlat scans. For an hour: go test ./internal/chaos -run 'Flat$' -flat 1h -timeout 2h
var flatFor = flag.Duration("flat", 10*time.Second, "how long TestFlat scans")

// expedition is a scan that goes on and on, in a process of its own.
type expedition struct {
	Servers []netip.AddrPort
	Domains []string // from the first again after the last
	For     time.Duration
	Leaks   bool // for the control
}

// sample is what a process has in use.
type sample struct {
	Heap       uint64 // octets, after a collection
	Goroutines int
	Files      int // descriptors; on Linux only
}

// log is what an expedition brings home.
type log struct {
	Samples  []sample // at regular times, but for the beginning
	Scanned  int      // domains
	Complete int      // of them, those of which all is known
	Left     string   // goroutines that are there after the end
	Files    int      // descriptors that are there after the end, and were not before
}

const (
	flatSamples = 90 // in three thirds
	flatWarmup  = 10 // before them
)

// playWeather runs two servers in bad weather, for a world of so many domains.
// One of them is away for a while again and again.
func playWeather(orders *json.Decoder, say *json.Encoder) error {
	var domains int
	if err := orders.Decode(&domains); err != nil {
		return err
	}
	const every, away = 3 * time.Second, 400 * time.Millisecond
	var outages []Outage
	for n := range 2000 {
		outages = append(outages, Outage{From: time.Second + time.Duration(n)*every, For: away})
	}
	world := World(20261122, domains)
	var e expedition
	for i, name := range []string{"first", mortal} {
		cfg := Config{
			Name: name, Addr: ip4(127, 0, 54, 1+i), Seed: 2, Truth: world.Truth, Journal: NewJournal(1),
			Faults: Faults{Mix: weather(), Loss: Loss{Query: 0.2, Answer: 0.2}},
		}
		if name == mortal {
			cfg.Outages = outages
		}
		s, err := Start(cfg)
		if err != nil {
			return err
		}
		defer s.Close()
		e.Servers = append(e.Servers, s.Addr())
	}
	e.Domains = world.Domains
	if err := say.Encode(e); err != nil {
		return err
	}
	untilEnd(orders)
	return nil
}

// playScan goes on an expedition.
func playScan(orders *json.Decoder, say *json.Encoder) error {
	var e expedition
	if err := orders.Decode(&e); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { untilEnd(orders); cancel() }()
	warm, err := net.Dial("udp", e.Servers[0].String()) // opens what the runtime needs for itself
	if err != nil {
		return err
	}
	warm.Close()
	before, files := goleak.IgnoreCurrent(), descriptors()
	l, err := e.run(ctx)
	if err != nil {
		return err
	}
	l.Files = descriptors() - files
	if err := goleak.Find(before); err != nil {
		l.Left = err.Error()
	}
	return say.Encode(l)
}

// run scans until the time is over, and takes samples meanwhile.
func (e expedition) run(ctx context.Context) (*log, error) {
	transport, err := scanner.NewDNS(scanner.DNSConfig{Servers: e.Servers, Timeout: 80 * time.Millisecond, Retries: tries - 1})
	if err != nil {
		return nil, err
	}
	defer func() { _ = transport.Close() }()
	var below scanner.Resolver = transport
	if e.Leaks {
		below = &leaky{Resolver: transport}
	}
	// What may be kept is soon there: in ten seconds neither cache nor memo would
	// reach the bounds that they have otherwise.
	cache := scanner.NewCache(below, scanner.CacheConfig{Octets: 512 << 10})
	cfg := scanner.Config{Resolver: cache, Options: facts.DefaultOptions(), Concurrency: 40}
	cfg.Options.Memo = facts.NewMemo(16 << 10)
	l := &log{}
	sampled, over := make(chan struct{}), make(chan struct{})
	go func() { defer close(sampled); l.watch(e.For, over) }()
	defer func() { close(over); <-sampled }()
	for complete, err := range scanner.ScanAll(ctx, e.endless(sampled), cfg, isComplete) {
		if err != nil {
			return nil, err
		}
		l.Scanned++
		if complete {
			l.Complete++
		}
	}
	return l, nil
}

// endless are the domains again and again.
func (e expedition) endless(over <-chan struct{}) iter.Seq[facts.Domain] {
	return func(yield func(facts.Domain) bool) {
		for n := 0; ; n++ {
			select {
			case <-over:
				return
			default:
			}
			if !yield(facts.Domain(e.Domains[n%len(e.Domains)])) {
				return
			}
		}
	}
}

func isComplete(s *facts.Snapshot, _ *facts.Facts) bool {
	return !slices.ContainsFunc(s.Observations, func(o facts.Observation) bool { return o.Status == facts.Failed })
}

// watch takes the samples, and returns after the last.
func (l *log) watch(whole time.Duration, over <-chan struct{}) {
	clock := time.NewTicker(whole / (flatWarmup + flatSamples))
	defer clock.Stop()
	for n := range flatWarmup + flatSamples {
		select {
		case <-clock.C:
		case <-over:
			return
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if n >= flatWarmup {
			l.Samples = append(l.Samples, sample{m.HeapAlloc, runtime.NumGoroutine(), descriptors()})
		}
	}
}

// descriptors counts what this process has open; on Linux only.
func descriptors() int {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(files)
}

// measure is one figure of a sample, and how much of it may come and go.
type measure struct {
	name  string
	of    func(sample) float64
	spare float64
}

func measures() []measure {
	return []measure{
		{"octets of heap", func(s sample) float64 { return float64(s.Heap) }, 1 << 20},
		// 40 domains at once hold 50 to 150: one for each question whose first try was
		// not enough.
		{"goroutines", func(s sample) float64 { return float64(s.Goroutines) }, 60},
		{"descriptors", func(s sample) float64 { return float64(s.Files) }, 10},
	}
}

// thirds are the medians of the first and of the last third of the samples.
func (m measure) thirds(samples []sample) (float64, float64) {
	third := len(samples) / 3
	return median(samples[:third], m.of), median(samples[len(samples)-third:], m.of)
}

// growth names what grows by more than a quarter.
func growth(samples []sample) []string {
	var found []string
	for _, m := range measures() {
		if first, last := m.thirds(samples); last > first*1.25+m.spare {
			found = append(found, fmt.Sprintf("%s: %.0f, and %.0f in the end", m.name, first, last))
		}
	}
	return found
}

func median(samples []sample, of func(sample) float64) float64 {
	var all []float64
	for _, s := range samples {
		all = append(all, of(s))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// leaky forgets nothing, for the control.
type leaky struct {
	scanner.Resolver
	mu    sync.Mutex
	kept  [][]byte
	files []*os.File
}

func (l *leaky) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, make([]byte, 2<<10))
	if n := len(l.kept); n%10 == 0 {
		go func() { select {} }()
	}
	if n := len(l.kept); n%20 == 0 && len(l.files) < 500 {
		if file, err := os.Open(os.DevNull); err == nil {
			l.files = append(l.files, file)
		}
	}
	l.mu.Unlock()
	defer l.mu.Lock()
	return l.Resolver.Lookup(ctx, qs)
}

// flat goes on an expedition of that length, and on a leaky one as the control.
func flat(t *testing.T, length time.Duration) {
	var where expedition
	another(t, "weather", 20_000).hear(t, &where)
	where.For = length
	careful := another(t, "scan", where)
	where.For, where.Leaks = 6*time.Second, true
	careless := another(t, "scan", where)
	var l, control log
	careless.hear(t, &control)
	careful.hear(t, &l)
	if len(l.Samples) != flatSamples || len(control.Samples) != flatSamples {
		t.Fatalf("%d samples, and %d of the control", len(l.Samples), len(control.Samples))
	}
	for _, complaint := range growth(l.Samples) {
		t.Error(complaint)
	}
	if l.Left != "" || l.Files > 0 {
		t.Errorf("after the end there are %d more descriptors than before, and %s", l.Files, l.Left)
	}
	if l.Scanned < 100 || l.Complete < l.Scanned*9/10 {
		t.Errorf("%d domains, %d of them complete: this is no scan", l.Scanned, l.Complete)
	}
	t.Logf("%d domains in %s", l.Scanned, length)
	for _, m := range measures() {
		first, last := m.thirds(l.Samples)
		t.Logf("%.0f %s, and %.0f in the end", first, m.name, last)
	}
	found := growth(control.Samples)
	t.Logf("the control: %q", found)
	if want := len(measures()); len(found) != want && (runtime.GOOS == "linux" || len(found) != want-1) {
		t.Errorf("who leaks is convicted only of %q", found)
	}
	if control.Left == "" || control.Files == 0 && runtime.GOOS == "linux" {
		t.Error("what is left of who leaks is not seen")
	}
}

// Memory, goroutines and descriptors do not grow while a scan goes on in bad
// weather, and none of the latter two is left after it.
func TestFlat(t *testing.T) {
	t.Parallel() // the scans are other processes
	flat(t, *flatFor)
}
