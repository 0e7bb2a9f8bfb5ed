package scanner

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// depth is how many calls deep it is called, up to ten thousand.
func depth() int32 { return int32(runtime.Callers(0, make([]uintptr, 10_000))) }

// deepest is a caller that notes how deep the stack gets.
type deepest struct {
	most atomic.Int32
	left sync.WaitGroup
}

func (d *deepest) note() {
	if n := depth(); n > d.most.Load() {
		d.most.Store(n)
	}
}

func (d *deepest) answered(int, facts.Observation) {
	d.note()
	d.left.Done()
}

// Those who wait before the gate and need no place any more, or cannot use it,
// pass it on. However many they are, the stack stays as it is.
func TestGateDepth(t *testing.T) {
	const many = 5000
	for name, closes := range map[string]bool{"left": false, "closed": true} {
		t.Run(name, func(t *testing.T) {
			var d deepest
			addr := raw{udp: func(net.PacketConn, []byte, net.Addr) {}}.serve(t)
			dns := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: time.Hour, Trace: func(TraceEvent) { d.note() }})
			gate := &dns.servers[0].gate
			var inquiries []inquiry
			for i := range many {
				d.left.Add(1)
				inquiries = append(inquiries, dns.begin(txt(fmt.Sprintf("d%d.example", i)), forAll, &d, i))
			}
			if closes {
				dns.Close()
				d.left.Wait()
			} else {
				for i := range inquiries { // those in flight are the first
					inquiries[many-1-i].leave(&d, many-1-i)
				}
			}
			if n := d.most.Load(); n > 100 {
				t.Errorf("%d calls deep", n)
			}
			if gate.busy != 0 || !gate.queue.empty() || len(dns.servers[0].lanes.busy) != 0 {
				t.Errorf("%d places taken, %d lanes", gate.busy, len(dns.servers[0].lanes.busy))
			}
		})
	}
	g := gate{window: window{size: 1}}
	var d deepest
	if !g.join(nil) {
		t.Fatal("no place")
	}
	for range many {
		g.join(func() bool { d.note(); return false })
	}
	g.leave()
	if n := d.most.Load(); n == 0 || n > 100 || g.busy != 0 {
		t.Errorf("%d calls deep, %d places taken", n, g.busy)
	}
}
