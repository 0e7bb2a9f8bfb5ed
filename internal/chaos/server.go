package chaos

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Config says what a server is. Truth is required; the zero value of each other
// field means its default.
type Config struct {
	Name      string     // in the journal, and part of the seed; default: the address
	Addr      netip.Addr // within 127.0.0.0/8; default 127.0.0.1
	Seed      uint64
	Truth     *Truth
	Faults    Faults
	Journal   *Journal // default: one of its own
	RefuseTCP bool     // nobody listens on TCP: TCPRefuse
	Outages   []Outage
}

// Outage is a time in which the server is Down, counted from its start. Its
// port is closed, and a client gets an ICMP error at once.
type Outage struct{ From, For time.Duration }

// Server is one running server. It is safe for concurrent use.
type Server struct {
	cfg  Config
	addr netip.AddrPort
	ctx  context.Context
	stop context.CancelFunc
	jobs sync.WaitGroup

	mu       sync.Mutex
	attempts map[asked]int
	sockets  *sockets // nil while it is down
	held     *held    // for Swap
}

// Start runs a server until Close.
func Start(cfg Config) (*Server, error) {
	if cfg.Truth == nil {
		return nil, errors.New("a server without a truth")
	}
	if err := cfg.Faults.check(); err != nil {
		return nil, err
	}
	if !cfg.Addr.IsValid() {
		cfg.Addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if !cfg.Addr.IsLoopback() {
		return nil, fmt.Errorf("%s is not a loopback address", cfg.Addr)
	}
	if cfg.Journal == nil {
		cfg.Journal = NewJournal(0)
	}
	s := &Server{cfg: cfg, addr: netip.AddrPortFrom(cfg.Addr, 0), attempts: map[asked]int{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	if err := s.Up(); err != nil {
		s.stop()
		return nil, err
	}
	s.jobs.Go(s.outages)
	return s, nil
}

// Addr is where the server listens, on UDP and TCP.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// Journal is where the queries are kept.
func (s *Server) Journal() *Journal { return s.cfg.Journal }

// Close ends the server and returns after its last goroutine.
func (s *Server) Close() {
	s.stop()
	s.Down()
	s.jobs.Wait()
}

// Down closes the server's sockets and connections, until Up.
func (s *Server) Down() {
	s.mu.Lock()
	open := s.sockets
	s.sockets = nil
	s.mu.Unlock()
	if open != nil {
		open.close()
	}
}

// Up opens the sockets, on the same port as before. It does nothing if they
// are open, or if the server was closed.
func (s *Server) Up() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sockets != nil || s.ctx.Err() != nil {
		return nil
	}
	open, err := listen(s.addr, !s.cfg.RefuseTCP)
	if err != nil {
		return err
	}
	s.sockets = open
	if s.addr.Port() == 0 { // the first time, before anybody reads it
		s.addr = open.addr()
		s.cfg.Name = cmp.Or(s.cfg.Name, s.addr.String())
	}
	for range readers {
		s.jobs.Go(func() { s.serveUDP(open) })
	}
	if open.tcp != nil {
		s.jobs.Go(func() { s.serveTCP(open) })
	}
	return nil
}

// outages goes through the outages in order.
func (s *Server) outages() {
	began := time.Now()
	for _, o := range s.cfg.Outages {
		if !s.sleep(time.Until(began.Add(o.From))) {
			return
		}
		s.Down()
		if !s.sleep(o.For) {
			return
		}
		for s.Up() != nil && s.sleep(10*time.Millisecond) { // somebody else may hold the port for a while
		}
	}
}

// sleep waits, and reports whether the server still runs.
func (s *Server) sleep(d time.Duration) bool {
	if d <= 0 {
		return s.ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// plan decides what happens to a query, and writes it down.
func (s *Server) plan(msg []byte, proto Proto, client netip.AddrPort) (*query, []send) {
	q, err := readQuery(msg)
	if err != nil {
		s.cfg.Journal.addMalformed()
		return nil, nil
	}
	a := asked{q.lower(), q.kind, proto}
	s.mu.Lock()
	s.attempts[a]++
	attempt := s.attempts[a]
	s.mu.Unlock()
	random := chance(s.cfg.Seed, s.cfg.Name, a, attempt)
	steps := s.cfg.Faults.choose(q, proto, attempt, random)
	j := &job{q: q, proto: proto, truth: s.cfg.Truth.Ask(q.name, q.kind), random: random}
	sends := j.run(steps)
	if proto == UDP {
		sends = s.cfg.Faults.lose(sends, random)
	}
	e := Entry{
		Server: s.cfg.Name, Client: client.String(), Port: client.Port(), Proto: proto,
		ID: q.id, Name: q.name, Type: q.kind, EDNS: q.edns, RD: q.flags&flagRD != 0,
		Attempt: attempt, Did: describe(steps), Honest: honestAfter(sends),
		TC: slices.ContainsFunc(sends, func(p send) bool { return p.tc }),
	}
	s.cfg.Journal.add(e)
	return q, sends
}

// honestAfter is when the first true answer goes out; negative: never, because
// there is none or the connection ends before it.
func honestAfter(sends []send) time.Duration {
	after := time.Duration(0)
	for _, p := range sends {
		after += p.wait
		switch {
		case p.honest:
			return after
		case p.end != 0:
			return -1
		}
	}
	return -1
}
