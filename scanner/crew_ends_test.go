package scanner

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/facts"
)

// moody answers, truncates, fails, says nothing, says all twice or leaves the
// SOA out, as the name has it.
func moody(req *dns.Msg, udp bool) [][]byte {
	m := reply(req, withAuthority(". 60 IN SOA a. b. 1 2 3 4 60"))
	sum := 0
	for _, c := range []byte(req.Question[0].Name) {
		sum += int(c)
	}
	switch (sum + int(req.Question[0].Qtype)) % 8 {
	case 0:
		return nil
	case 1:
		m.Truncated = udp
	case 2:
		m = reply(req, withCode(dns.RcodeServerFailure))
	case 3:
		return [][]byte{pack(m), pack(m)}
	case 4:
		m.Ns = nil
	case 5:
		return [][]byte{[]byte("junk"), pack(m)}
	}
	return [][]byte{pack(m)}
}

// However a scan ends, and whatever the servers do, nothing is held any more:
// no place, no lane, no query, no flight.
func TestScanEachLetsGo(t *testing.T) {
	endless := func(yield func(facts.Domain) bool) {
		for i := 0; yield(facts.Domain(fmt.Sprintf("d%d.example", i))); i++ {
		}
	}
	few := func(yield func(facts.Domain) bool) {
		n := 0
		for d := range endless {
			if n++; n > 300 || !yield(d) {
				return
			}
		}
	}
	for _, test := range []struct {
		name   string
		in     iter.Seq[facts.Domain]
		limit  float64
		most   int // results until the loop is broken off
		time   time.Duration
		closes bool
		at     int // once
	}{
		{name: "to the end", in: few, at: 100},
		{name: "one at a time, broken off", in: endless, most: 3, at: 1},
		{name: "broken off", in: endless, most: 50, at: 2000},
		{name: "broken off at once", in: endless, most: 1, at: 10_000},
		{name: "with a rate limit", in: endless, most: 50, limit: 2000, at: 500},
		{name: "the time is over", in: endless, time: 300 * time.Millisecond, at: 1000},
		{name: "closed meanwhile", in: few, closes: true, at: 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := testDNS(t, DNSConfig{
				Servers: []netip.AddrPort{serve(t, moody).addr, serve(t, moody).addr},
				Timeout: 50 * time.Millisecond, Retries: 1, RateLimit: test.limit,
			})
			cache := NewCache(d, CacheConfig{})
			ctx := t.Context()
			if test.time > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, test.time)
				defer cancel()
			}
			seen := map[facts.Domain]bool{}
			cfg := Config{Resolver: cache, Concurrency: test.at, Unordered: true, Timeout: 400 * time.Millisecond}
			var last error
			var once sync.Once
			for domain, err := range ScanAll(ctx, test.in, cfg, func(s *facts.Snapshot, _ *facts.Facts) facts.Domain { return s.Domain }) {
				if last = err; err != nil {
					break
				}
				if seen[domain] {
					t.Errorf("%s comes twice", domain)
				}
				if seen[domain] = true; test.closes {
					once.Do(func() { d.Close() })
				}
				if len(seen) == test.most {
					break
				}
			}
			switch {
			case test.time > 0 && last != context.DeadlineExceeded, test.time == 0 && last != nil:
				t.Errorf("the error is %v", last)
			case test.most > 0 && len(seen) != test.most, test.most == 0 && test.time == 0 && len(seen) != 300:
				t.Errorf("%d results", len(seen))
			}
			until(t, "nothing is held", func() bool { return held(d, cache) == "" })
			d.Close()
			if n := held(d, cache); n != "" {
				t.Error(n)
			}
		})
	}
}

// held names what is in use, or nothing.
func held(d *DNS, c *Cache) string {
	c.mu.Lock()
	text := ""
	if len(c.flights) > 0 {
		text += fmt.Sprintf("%d flights ", len(c.flights))
	}
	c.mu.Unlock()
	for _, srv := range d.servers {
		srv.gate.mu.Lock()
		if srv.gate.busy != 0 || !srv.gate.queue.empty() {
			text += fmt.Sprintf("%d places ", srv.gate.busy)
		}
		srv.gate.mu.Unlock()
		srv.lanes.mu.Lock()
		if len(srv.lanes.busy) != 0 {
			text += fmt.Sprintf("%d lanes ", len(srv.lanes.busy))
		}
		srv.lanes.mu.Unlock()
		srv.udp.mu.Lock()
		for sock := range srv.udp.all {
			sock.mu.Lock()
			if sock.live != 0 {
				text += fmt.Sprintf("%d queries ", sock.live)
			}
			sock.mu.Unlock()
		}
		srv.udp.mu.Unlock()
	}
	return text
}
