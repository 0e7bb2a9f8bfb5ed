package scanner

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/facts"
)

// Who loses patience while a server is put to the test does not spoil the test
// for the others.
func TestControlsGivenUp(t *testing.T) {
	var quiet atomic.Bool
	asked := make(chan struct{}, 100)
	f := forwarder{makesUp: true}
	addr := raw{udp: func(pc net.PacketConn, msg []byte, from net.Addr) {
		req := unpack(msg)
		if quiet.Load() && isControl(req) {
			asked <- struct{}{}
			return
		}
		for _, out := range f.script(req, true) {
			pc.WriteTo(out, from)
		}
	}}.serve(t)
	d := testDNS(t, DNSConfig{Timeout: 5 * time.Second}, &scripted{addr: addr})
	quiet.Store(true)
	for i := range mostControls + 1 {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-asked; cancel() }()
		q := facts.Question{Name: fmt.Sprintf("d%d.absent.example", i), Kind: facts.KindA}
		if obs, err := d.Lookup(ctx, []facts.Question{q}); err != context.Canceled {
			t.Fatalf("%d: got %s, %v", i, brief(obs[0]), err)
		}
	}
	until(t, "all have given up", func() bool { return len(d.servers[0].controls.turn) == 0 })
	quiet.Store(false)
	if o := lookup(t, d, facts.Question{Name: "absent.example", Kind: facts.KindA}); brief(o) != "failed "+causeMade {
		t.Errorf("got %s", brief(o))
	}
}

// That a server knows the root is asked again when nothing comes to the question.
func TestRootControlLost(t *testing.T) {
	var lost atomic.Bool
	f := forwarder{strips: true}
	server := serve(t, func(req *dns.Msg, udp bool) [][]byte {
		if strings.ToLower(req.Question[0].Name) == "." && !lost.Swap(true) {
			return nil
		}
		return f.script(req, udp)
	})
	d := testDNS(t, DNSConfig{Timeout: 100 * time.Millisecond, Retries: -1}, server)
	if o := lookup(t, d, txt("absent.example")); brief(o) != "nxdomain" {
		t.Errorf("got %s", brief(o))
	}
}

// On a bad line all tries of a control may be lost. No address is believed for
// want of the answer.
func TestControlLost(t *testing.T) {
	var lost atomic.Int32
	f := forwarder{makesUp: true}
	server := serve(t, func(req *dns.Msg, udp bool) [][]byte {
		if isControl(req) && lost.Add(1) <= 4 {
			return nil
		}
		return f.script(req, udp)
	})
	d := testDNS(t, DNSConfig{Timeout: 100 * time.Millisecond, Retries: 3}, server)
	if o := lookup(t, d, facts.Question{Name: "absent.example", Kind: facts.KindA}); brief(o) != "failed "+causeMade {
		t.Errorf("got %s", brief(o))
	}
}

// A server that failed and then fell silent has not agreed to a denial without
// proof.
func TestFailureIsNoAssent(t *testing.T) {
	strips := serve(t, forwarder{strips: true}.script)
	var asked atomic.Int32
	fails := serve(t, func(req *dns.Msg, _ bool) [][]byte {
		if asked.Add(1) > 1 {
			return nil
		}
		return [][]byte{pack(reply(req, withCode(dns.RcodeServerFailure)))}
	})
	for i := range 4 { // some begin with the one, some with the other
		asked.Store(0)
		d := testDNS(t, DNSConfig{Timeout: 100 * time.Millisecond, Retries: 2}, strips, fails)
		if o := lookup(t, d, txt(fmt.Sprintf("absent%d.example", i))); brief(o) != "failed "+causeNoSOA {
			t.Errorf("got %s", brief(o))
		}
	}
}

// Who is known to withhold answers does not prove an absence by itself.
func TestFilterProvesNothing(t *testing.T) {
	f := forwarder{strips: true}
	filter := serve(t, func(req *dns.Msg, udp bool) [][]byte {
		if strings.HasPrefix(req.Question[0].Name, "blocked.") {
			return [][]byte{pack(reply(req, withCode(dns.RcodeNameError), withEDE(dns.ExtendedErrorCodeBlocked)))}
		}
		return f.script(req, udp)
	})
	d := testDNS(t, DNSConfig{Timeout: 5 * time.Second, Retries: -1}, filter)
	lookup(t, d, txt("blocked.example"))
	if o := lookup(t, d, txt("absent.example")); brief(o) != "failed "+causeNoSOA {
		t.Errorf("got %s", brief(o))
	}
}
