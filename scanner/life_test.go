package scanner

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mailposture/mailposture/facts"
)

// descriptors counts what this process has open; on Linux only.
func descriptors(t *testing.T) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// Nothing is left of a DNS: after Close, and without it when it is idle.
func TestNothingIsLeft(t *testing.T) {
	big := raw{tcp: answerAll}
	big.udp = func(pc net.PacketConn, msg []byte, from net.Addr) {
		if req := unpack(msg); len(req.Question[0].Name)%2 == 0 {
			truncate(pc, msg, from)
		} else {
			pc.WriteTo(named(req), from)
		}
	}
	addr := big.serve(t)
	for _, closes := range []bool{true, false} {
		before, files := goleak.IgnoreCurrent(), descriptors(t)
		d, err := NewDNS(DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		srv := d.servers[0]
		srv.udp.idle, srv.tcp.idle = 20*time.Millisecond, 20*time.Millisecond
		askMany(t, remote(d), 200, 8)
		if d.Stats().Servers[0].TCP == 0 {
			t.Error("TCP was not needed")
		}
		if closes {
			d.Close()
			d.Close()
			if o := lookup(t, d, spf); brief(o) != "failed resolver closed" {
				t.Errorf("after Close: %s", brief(o))
			}
		}
		srv.udp.wait.Wait() // for the goroutines, which end by themselves
		srv.tcp.group.Wait()
		until(t, "the server's side is closed", func() bool { return descriptors(t) <= files })
		if err := goleak.Find(before, goleak.IgnoreAnyFunction("github.com/mailposture/mailposture/scanner.answerAll")); err != nil {
			t.Error(err)
		}
		if !closes { // and it can be asked again
			askMany(t, d, 20, 4)
			d.Close()
		}
	}
}

// Close ends what is under way.
func TestCloseEnds(t *testing.T) {
	asked := make(chan struct{}, 1)
	addr := raw{udp: func(net.PacketConn, []byte, net.Addr) { asked <- struct{}{} }}.serve(t)
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: time.Hour})
	go func() { <-asked; d.Close() }()
	if o := lookup(t, d, spf); brief(o) != "failed resolver closed" {
		t.Errorf("got %s", brief(o))
	}
}

// A question whose context ends is out of flight at once.
func TestCancelFrees(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	addr := raw{udp: func(net.PacketConn, []byte, net.Addr) { cancel() }}.serve(t)
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: time.Hour})
	obs, err := d.Lookup(ctx, []facts.Question{spf})
	if err != context.Canceled || obs[0].Status != facts.NotAsked {
		t.Errorf("got %v, %v", obs, err)
	}
	srv := d.servers[0]
	for sock := range srv.udp.all {
		if sock.live != 0 {
			t.Errorf("%d in flight", sock.live)
		}
	}
	if srv.gate.busy != 0 || len(srv.lanes.busy) != 0 {
		t.Errorf("%d places taken, %d lanes", srv.gate.busy, len(srv.lanes.busy))
	}
}

// A server that is gone for a second and comes back loses no question, although
// the tries of each last less. Without the breaker it does.
func TestRestart(t *testing.T) {
	for _, breaks := range []bool{true, false} {
		pc, l := listen(t)
		addr := pc.LocalAddr().(*net.UDPAddr).AddrPort()
		answer := raw{udp: func(pc net.PacketConn, msg []byte, from net.Addr) { pc.WriteTo(named(unpack(msg)), from) }}
		gone := make(chan time.Time, 1)
		var since atomic.Pointer[time.Time]
		var once sync.Once
		d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: 50 * time.Millisecond, Retries: 1, Trace: func(TraceEvent) {
			if at := since.Load(); at != nil && time.Since(*at) > time.Second {
				once.Do(func() { gone <- *at })
			}
		}})
		if !breaks {
			d.breaker.spent = outageBudget
		}
		stop := make(chan struct{})
		go func() { // the first life of the server
			defer close(stop)
			buf := make([]byte, 512)
			n, from, err := pc.ReadFrom(buf)
			if err == nil {
				answer.udp(pc, buf[:n], from)
			}
		}()
		if o := lookup(t, d, txt("first.example")); !isNamed(o) {
			t.Fatal(brief(o))
		}
		<-stop
		pc.Close()
		now := time.Now()
		since.Store(&now)
		var wg sync.WaitGroup
		var lost atomic.Int32
		for n := range 100 {
			wg.Go(func() {
				if o := lookup(t, d, txt(fmt.Sprintf("d%d.example", n))); !isNamed(o) {
					lost.Add(1)
				}
			})
		}
		if breaks {
			<-gone
			back, err := net.ListenPacket("udp", addr.String())
			if err != nil {
				t.Fatal(err)
			}
			answer.run(t, back, l)
		}
		wg.Wait()
		if !breaks {
			l.Close()
		}
		if (lost.Load() == 0) != breaks {
			t.Errorf("breaker %v: %d lost", breaks, lost.Load())
		}
	}
}

// One question is never in flight twice, and those that wait for it keep no
// other one out.
func TestTwins(t *testing.T) {
	var flying, most atomic.Int32
	release := make(chan struct{})
	addr := raw{udp: func(pc net.PacketConn, msg []byte, from net.Addr) {
		req := unpack(msg)
		if req.Question[0].Name != "twin.example." {
			pc.WriteTo(named(req), from)
			return
		}
		if n := flying.Add(1); n > most.Load() {
			most.Store(n)
		}
		go func() {
			<-release
			flying.Add(-1)
			pc.WriteTo(named(req), from)
		}()
	}}.serve(t)
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: 10 * time.Second})
	var wg sync.WaitGroup
	for range 2 * localWindow {
		wg.Go(func() {
			if o := lookup(t, d, txt("twin.example")); !isNamed(o) {
				t.Errorf("got %s", brief(o))
			}
		})
	}
	until(t, "all wait", func() bool {
		l := &d.servers[0].lanes
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.busy[txt("twin.example")] != nil && l.busy[txt("twin.example")].users == 2*localWindow
	})
	if o := lookup(t, d, txt("other.example")); !isNamed(o) {
		t.Errorf("got %s", brief(o))
	}
	close(release)
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d in flight", most.Load())
	}
}

// When Close has returned, nothing of the DNS runs any more, not even for a
// question that was given up.
func TestCloseWaits(t *testing.T) {
	addr := raw{}.serve(t)
	inside, closed := make(chan struct{}, 1), make(chan struct{})
	outlived := make(chan bool, 1)
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: time.Hour, RateLimit: 1e6, Trace: func(TraceEvent) {
		inside <- struct{}{}
		select {
		case <-closed:
			outlived <- true
		case <-time.After(200 * time.Millisecond):
			outlived <- false
		}
	}})
	ctx, cancel := context.WithCancel(context.Background())
	given := make(chan struct{})
	go func() {
		defer close(given)
		d.Lookup(ctx, []facts.Question{spf})
	}()
	until(t, "the query is sent", func() bool {
		d.servers[0].gate.mu.Lock()
		defer d.servers[0].gate.mu.Unlock()
		return d.servers[0].gate.busy == 1
	})
	cancel()
	<-given
	<-inside
	d.Close()
	close(closed)
	if <-outlived {
		t.Error("a question outlived its DNS")
	}
}

// Close does not wait for those who wait themselves, whatever for.
func TestCloseIsQuick(t *testing.T) {
	for name, wait := range map[string]func(*DNS){
		"their turn": func(d *DNS) { d.servers[0].limit = limiter(d.servers[0].addr, 1e-6) },
		"the end of an outage": func(d *DNS) {
			d.breaker.over, d.breaker.began, d.breaker.probe = make(chan struct{}), time.Now(), time.Now().Add(time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{raw{}.serve(t)}, Timeout: time.Hour})
			wait(d)
			said := make(chan string, 2)
			for i := range 2 {
				go func() { said <- brief(lookup(t, d, txt(fmt.Sprintf("d%d.example", i)))) }()
			}
			until(t, "both are asked", func() bool { return goroutines() >= 4 })
			began := time.Now()
			d.Close()
			for range 2 {
				if got := <-said; got != "failed resolver closed" {
					t.Error(got)
				}
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}
