package scanner

import (
	"net/netip"
	"sync/atomic"

	"golang.org/x/time/rate"
)

// server is one resolver: the ways to it, and what this run has learnt of it.
type server struct {
	addr   netip.AddrPort
	name   string        // the same, for Via
	local  bool          // on a loopback address: nobody on the way can forge
	limit  *rate.Limiter // nil: none
	gate   gate
	lanes  lanes
	udp    sockets
	tcp    streams
	counts figures

	miscased  atomic.Int32           // answers that did not repeat the case of the question
	tcpFailed atomic.Int32           // truncated answers that TCP could not complete
	showsSOA  atomic.Bool            // in a denial, once
	withholds atomic.Bool            // answers by policy, as it said once
	aside     atomic.Pointer[string] // why it is asked last
	controls  controls
}

const (
	// mostMiscased is how many answers in another case show that the server does
	// not keep it.
	mostMiscased = 3
	// mostTCPFailed is how many truncated answers without TCP show that there is
	// none.
	mostTCPFailed = 2
)

// Why a server is set aside.
const (
	asideTCP    = "truncates answers, but does not answer over TCP"
	asideFilter = "withholds answers by policy"
	asideMade   = "makes up addresses for names that do not exist"
)

func newServer(addr netip.AddrPort, d *DNS) *server {
	s := &server{
		addr: addr, name: addr.String(), local: addr.Addr().Unmap().IsLoopback(),
		limit: limiter(addr, d.cfg.RateLimit),
	}
	s.controls.turn = make(chan struct{}, 1)
	s.gate.window, s.gate.drops = newWindow(s.local), d.dropped
	s.udp.server, s.udp.chance, s.udp.idle = s, d.chance, idleClose
	s.tcp.server, s.tcp.chance, s.tcp.wait, s.tcp.idle = s, d.chance, d.cfg.Timeout, idleClose
	return s
}

// mixes reports whether queries are to mix the case of their letters, which an
// answer must repeat: another ten bits or so that a forger has to guess. On a
// loopback address there is no forger on the way.
func (s *server) mixes() bool { return !s.local && s.miscased.Load() < mostMiscased }

// setAside keeps the first reason.
func (s *server) setAside(reason string) { s.aside.CompareAndSwap(nil, &reason) }

// close ends all that is open, and waits for its goroutines.
func (s *server) close() {
	s.udp.close()
	s.tcp.close()
}
