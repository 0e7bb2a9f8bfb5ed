package scanner

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/facts"
)

// lookupMany asks so many names at once, of a server that truncates over UDP.
func lookupMany(t *testing.T, many int, cfg DNSConfig, tcp func(conn net.Conn)) []facts.Observation {
	t.Helper()
	cfg.Servers = []netip.AddrPort{raw{udp: truncate, tcp: tcp}.serve(t)}
	var qs []facts.Question
	for i := range many {
		qs = append(qs, txt(fmt.Sprintf("d%d.example", i)))
	}
	obs, err := testDNS(t, cfg).Lookup(context.Background(), qs)
	if err != nil {
		t.Fatal(err)
	}
	return obs
}

// Many queries share a few connections, and are answered in the wrong order.
func TestPipeline(t *testing.T) {
	var conns atomic.Int32
	obs := lookupMany(t, 200, DNSConfig{Timeout: 5 * time.Second, Retries: -1}, func(conn net.Conn) {
		conns.Add(1)
		for {
			a, err := receive(conn)
			if err != nil {
				return
			}
			conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond)) // the last may be alone
			b, err := receive(conn)
			conn.SetReadDeadline(time.Time{})
			if err == nil {
				conn.Write(framed(named(b)))
			}
			conn.Write(framed(named(a)))
		}
	})
	for _, o := range obs {
		if !isNamed(o) || o.Via.Proto != "tcp" {
			t.Errorf("%s: got %s", o.Name, brief(o))
		}
	}
	if n := conns.Load(); n == 0 || n > mostStreams {
		t.Errorf("%d connections", n)
	}
}

// What a server does to one answer costs the others nothing.
func TestOneBadAnswer(t *testing.T) {
	const victim = "d7.example."
	for name, bad := range map[string]func(conn net.Conn, answer []byte){
		"an octet now and then": func(conn net.Conn, answer []byte) {
			for _, octet := range framed(answer) {
				if _, err := conn.Write([]byte{octet}); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		},
		"a length that lies": func(conn net.Conn, answer []byte) {
			conn.Write(append([]byte{0xFF, 0xFF}, answer...))
			conn.Read(make([]byte, 1<<16))
		},
	} {
		obs := lookupMany(t, 50, DNSConfig{Timeout: 400 * time.Millisecond, Retries: -1}, func(conn net.Conn) {
			for {
				req, err := receive(conn)
				switch {
				case err != nil:
					return
				case req.Question[0].Name == victim:
					bad(conn, named(req))
				default:
					conn.Write(framed(named(req)))
				}
			}
		})
		for _, o := range obs {
			if isNamed(o) == (o.Name+"." == victim) {
				t.Errorf("%s: %s: got %s", name, o.Name, brief(o))
			}
			if !isNamed(o) && brief(o) != "failed truncated, and TCP failed: timeout" {
				t.Errorf("%s: got %s", name, brief(o))
			}
		}
	}
}

// A server that closes after each answer, or after a few, loses none.
func TestServerCloses(t *testing.T) {
	for _, each := range []int{1, 3} {
		obs := lookupMany(t, 60, DNSConfig{Timeout: 5 * time.Second}, func(conn net.Conn) {
			for range each {
				req, err := receive(conn)
				if err != nil {
					return
				}
				conn.Write(framed(named(req)))
			}
		})
		for _, o := range obs {
			if !isNamed(o) {
				t.Errorf("after %d: %s: got %s", each, o.Name, brief(o))
			}
		}
	}
}

// Answers over TCP, too, count only if ID and question are right.
func TestForgedTCP(t *testing.T) {
	var last atomic.Pointer[dns.Msg]
	obs := lookupMany(t, 40, DNSConfig{Timeout: 5 * time.Second}, func(conn net.Conn) {
		for {
			req, err := receive(conn)
			if err != nil {
				return
			}
			if old := last.Swap(req); old != nil && req.Id%16 == 0 {
				lie := old.Copy()
				lie.Id = req.Id
				conn.Write(framed(says(lie, "evil")))
			}
			conn.Write(framed(named(req)))
		}
	})
	for _, o := range obs {
		if !isNamed(o) {
			t.Errorf("%s: got %s", o.Name, brief(o))
		}
	}
}

// A server that cannot do TCP, or filters, is asked last.
func TestSetAside(t *testing.T) {
	var bad atomic.Int32
	filter := raw{udp: func(pc net.PacketConn, msg []byte, from net.Addr) {
		bad.Add(1)
		pc.WriteTo(pack(reply(unpack(msg), withCode(dns.RcodeNameError), withEDE(15))), from)
	}}
	cutter := raw{
		udp: func(pc net.PacketConn, msg []byte, from net.Addr) { bad.Add(1); truncate(pc, msg, from) },
		tcp: func(net.Conn) {}, // closes
	}
	good := raw{udp: func(pc net.PacketConn, msg []byte, from net.Addr) {
		if req := unpack(msg); strings.HasPrefix(req.Question[0].Name, "broken") {
			pc.WriteTo(pack(reply(req, withCode(dns.RcodeServerFailure))), from)
		} else {
			pc.WriteTo(named(req), from)
		}
	}}
	for want, server := range map[string]raw{asideFilter: filter, asideTCP: cutter} {
		bad.Store(0)
		d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{server.serve(t), good.serve(t)}, Timeout: 5 * time.Second, Retries: 1})
		for n := range 100 {
			if o := lookup(t, d, txt(fmt.Sprintf("d%d.example", n))); !isNamed(o) {
				t.Errorf("got %s", brief(o))
			}
		}
		if n := bad.Load(); n == 0 || n > 2 {
			t.Errorf("%s: asked %d times", want, n)
		}
		s := d.Stats()
		if s.Servers[0].SetAside != want || s.Servers[1].SetAside != "" {
			t.Errorf("%+v", s)
		}
		// What the others do not know, it is asked all the same.
		before := bad.Load()
		if o := lookup(t, d, txt("broken.example")); o.Status != facts.Failed || bad.Load() == before {
			t.Errorf("got %s", brief(o))
		}
		// Alone it is asked as ever.
		alone := testDNS(t, DNSConfig{Servers: []netip.AddrPort{server.serve(t)}, Timeout: 5 * time.Second, Retries: -1})
		for n := range 5 {
			if o := lookup(t, alone, txt(fmt.Sprintf("d%d.example", n))); o.Status != facts.Failed || o.Via.Tries == 0 {
				t.Errorf("got %s", brief(o))
			}
		}
	}
}
