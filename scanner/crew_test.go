package scanner

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/dnstest"
)

// towns is a world of so many domains with includes that they share, and one
// in seven that is not there.
func towns(n int) (string, []facts.Domain) {
	var zone strings.Builder
	zone.WriteString("$ORIGIN example.\n")
	for i := range 5 {
		fmt.Fprintf(&zone, "_s%d TXT \"v=spf1 include:_s%d.example ip4:192.0.2.%d -all\"\n", i, i+1, i)
	}
	zone.WriteString("_s5 TXT \"v=spf1 ip4:198.51.100.0/24 -all\"\n")
	var domains []facts.Domain
	for i := range n {
		domains = append(domains, facts.Domain(fmt.Sprintf("t%d.example", i)))
		if i%7 == 0 {
			continue
		}
		fmt.Fprintf(&zone, "t%d MX 10 mx.example.\nt%d TXT \"v=spf1 mx include:_s%d.example ~all\"\n", i, i, i%6)
		if i%3 == 0 {
			fmt.Fprintf(&zone, "_dmarc.t%d TXT \"v=DMARC1; p=none\"\n", i)
		}
	}
	return zone.String(), domains
}

// goroutines counts those of this package, the tests' own servers left out.
func goroutines() int {
	stacks := make([]byte, 4<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	n := 0
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "mailposture/scanner.") && !strings.Contains(stack, "dnstest") {
			n++
		}
	}
	return n
}

// One goroutine a domain, or none: the same bytes. The second driver is told
// from the first by how many goroutines there are.
func TestBothDrivers(t *testing.T) {
	text, domains := towns(300)
	const concurrency = 100
	scan := func(unlike func(Resolver) Resolver) (string, int) {
		d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{dnstest.Serve(t, text)}})
		cfg := Config{
			Resolver: unlike(NewCache(d, CacheConfig{})), Concurrency: concurrency,
			Now: func() time.Time { return time.Time{} },
		}
		var out strings.Builder
		most, n := 0, 0
		for line, err := range ScanAll(t.Context(), slices.Values(domains), cfg, func(s *facts.Snapshot, f *facts.Facts) string {
			meaning := *f
			meaning.Used = nil // who answered is in it
			return asJSON(t, said(s)) + asJSON(t, meaning)
		}) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n%8 == 0 { // a look stops the world
				most = max(most, goroutines())
			}
			out.WriteString(line)
		}
		return out.String(), most
	}
	one, few := scan(func(r Resolver) Resolver { return r })
	other, many := scan(func(r Resolver) Resolver { return resolver(r.Lookup) })
	if one != other {
		t.Error("the drivers differ:", cmp.Diff(one, other))
	}
	if many < concurrency || few > concurrency/5 {
		t.Errorf("%d goroutines for %d domains, and %d with one for each", few, concurrency, many)
	}
}

// slowly answers after a time that depends on the question, "never" not at all.
func slowly(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	obs := make([]facts.Observation, len(qs))
	var wait time.Duration
	for i, q := range qs {
		if strings.Contains(q.Name, "never") {
			wait = time.Hour
			continue
		}
		delay := time.Duration(rand.New(rand.NewPCG(uint64(len(q.Name)), uint64(q.Name[0]))).IntN(500)) * time.Millisecond
		wait = max(wait, delay)
		obs[i] = facts.Observation{Question: q, Status: facts.NXDomain}
	}
	if err := sleep(ctx, wait); err != nil {
		return obs, err
	}
	return obs, nil
}

// A domain whose time is spent ends with that cause, as it does in Scan; the
// others do not wait for it any longer than their order asks for.
func TestTripTimeSpent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := Config{Timeout: 10 * time.Second, Concurrency: 4}
		domains := []facts.Domain{"a.example", "never.example", "b.example", "c.example"}
		result := func(s *facts.Snapshot, _ *facts.Facts) string { return asJSON(t, said(s)) }
		var all [2][]string
		for i, r := range []Resolver{NewCache(resolver(slowly), CacheConfig{}), resolver(slowly)} {
			cfg.Resolver = r
			began := time.Now()
			for line, err := range ScanAll(t.Context(), slices.Values(domains), cfg, result) {
				if err != nil {
					t.Fatal(err)
				}
				all[i] = append(all[i], line)
			}
			if took := time.Since(began); took < cfg.Timeout || took > cfg.Timeout+time.Second {
				t.Errorf("took %s", took)
			}
		}
		if !slices.Equal(all[0], all[1]) {
			t.Error(cmp.Diff(all[0], all[1]))
		}
		if !strings.Contains(all[0][1], "time budget of 10s spent") || strings.Contains(all[0][2], "spent") {
			t.Error("the wrong domain ran out of time")
		}
	})
}

// Values without a domain keep their place. Breaking off, and the end of the
// context, leave no goroutine: the bubble of synctest would fail.
func TestScanEach(t *testing.T) {
	domain := func(n int) (facts.Domain, bool) { return facts.Domain(fmt.Sprintf("d%d.example", n)), n%3 != 0 }
	show := func(n int, s *facts.Snapshot, f *facts.Facts) string {
		if s == nil || f == nil {
			return fmt.Sprint(n, " none")
		}
		return fmt.Sprint(n, " ", s.Domain)
	}
	each := func(ctx context.Context, n int) iter.Seq2[string, error] {
		return ScanEach(ctx, numbers(n), Config{Resolver: NewCache(resolver(slowly), CacheConfig{})}, domain, show)
	}
	synctest.Test(t, func(t *testing.T) {
		n := 0
		for line, err := range each(t.Context(), 1000) {
			want := fmt.Sprint(n, " none")
			if d, ok := domain(n); ok {
				want = fmt.Sprint(n, " ", d)
			}
			if err != nil || line != want {
				t.Fatalf("got %q, %v; want %q", line, err, want)
			}
			n++
		}
		if n != 1000 {
			t.Errorf("%d results", n)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		for range each(t.Context(), -1) {
			break
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var last error
		results := 0
		for _, err := range each(ctx, -1) {
			if last = err; err == nil {
				results++
			}
		}
		if last != context.DeadlineExceeded || results == 0 {
			t.Errorf("%d results, then %v", results, last)
		}
	})
}

// A consumer that takes its time keeps nobody from reading the answers.
func TestScanEachSlowConsumer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := Config{Resolver: NewCache(resolver(slowly), CacheConfig{}), Concurrency: 8, Timeout: 5 * time.Second}
		n := 0
		for line, err := range ScanAll(t.Context(), slices.Values([]facts.Domain{"a.example", "b.example", "c.example", "d.example"}), cfg,
			func(s *facts.Snapshot, _ *facts.Facts) string { return asJSON(t, said(s)) }) {
			time.Sleep(time.Hour)
			if n++; err != nil || strings.Contains(line, "spent") {
				t.Errorf("%v %s", err, line)
			}
		}
		if n != 4 {
			t.Errorf("%d results", n)
		}
	})
}

// What only the domain itself has a use for is not kept, or a long list would
// fill the cache with it; what others ask for, too, is.
func TestCacheKeepsWhatIsShared(t *testing.T) {
	text, domains := towns(60)
	cache := NewCache(zones(t, text), CacheConfig{})
	domains = append(domains, "sub.t1.example", "sub.t2.example") // they ask for _dmarc.t1.example
	for _, err := range ScanAll(t.Context(), slices.Values(domains), Config{Resolver: cache, Concurrency: 1},
		func(*facts.Snapshot, *facts.Facts) int { return 0 }) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, kept := range map[string]bool{
		"t1.example": false, "t2.example": false, "_s1.example": true, "_s5.example": true, "_dmarc.t1.example": true, "_dmarc.t3.example": false,
	} {
		cache.mu.Lock()
		_, ok := cache.get(facts.Question{Name: name, Kind: facts.KindTXT})
		cache.mu.Unlock()
		if ok != kept {
			t.Errorf("TXT %s is kept: %t, want %t", name, ok, kept)
		}
	}
}
