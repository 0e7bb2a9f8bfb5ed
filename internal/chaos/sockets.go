package chaos

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
)

const (
	readers    = 2       // goroutines that read the UDP socket
	udpReceive = 4 << 20 // octets of buffer, so that no query is lost unseen
)

// sockets are what a server listens on.
type sockets struct {
	udp   *net.UDPConn
	other *net.UDPConn // another port, for OtherPort
	tcp   *net.TCPListener

	mu     sync.Mutex
	conns  map[*net.TCPConn]bool
	closed bool
}

// listen opens the sockets; with port 0, on one that is free for both.
func listen(addr netip.AddrPort, tcp bool) (*sockets, error) {
	var last error
	for range 20 {
		s := &sockets{conns: map[*net.TCPConn]bool{}}
		if last = s.open(addr, tcp); last == nil {
			return s, nil
		}
		s.close()
	}
	return nil, last
}

func (s *sockets) open(addr netip.AddrPort, tcp bool) error {
	var err error
	if s.udp, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(addr)); err != nil {
		return err
	}
	if err := s.udp.SetReadBuffer(udpReceive); err != nil {
		return err
	}
	if s.other, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr.Addr(), 0))); err != nil {
		return err
	}
	if tcp {
		s.tcp, err = net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(s.addr()))
	}
	return err
}

func (s *sockets) addr() netip.AddrPort { return s.udp.LocalAddr().(*net.UDPAddr).AddrPort() }

// close closes everything, the connections with RST, so that their ports are
// free at once.
func (s *sockets) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, c := range []*net.UDPConn{s.udp, s.other} {
		if c != nil {
			c.Close()
		}
	}
	if s.tcp != nil {
		s.tcp.Close()
	}
	for c := range s.conns {
		_ = c.SetLinger(0)
		c.Close()
	}
}

// keep notes a connection, and reports whether it may go on.
func (s *sockets) keep(c *net.TCPConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.conns[c] = true
	}
	return !s.closed
}

func (s *sockets) forget(c *net.TCPConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	c.Close()
}

// held is an answer that waits for another client.
type held struct {
	wire   []byte
	client netip.AddrPort
}

func (s *Server) serveUDP(open *sockets) {
	buf := make([]byte, 4096)
	for {
		n, client, err := open.udp.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // an ICMP error: a client has gone
		}
		q, sends := s.plan(append([]byte(nil), buf[:n]...), UDP, client)
		if q == nil {
			continue
		}
		patient := false
		for _, p := range sends {
			patient = patient || p.wait > 0
		}
		if patient {
			s.jobs.Go(func() { s.sendUDP(open, client, sends) })
		} else {
			s.sendUDP(open, client, sends)
		}
	}
}

// sendUDP sends datagrams. That one cannot be sent is like its loss.
func (s *Server) sendUDP(open *sockets, client netip.AddrPort, sends []send) {
	for _, p := range sends {
		switch {
		case !s.sleep(p.wait):
			return
		case p.wire == nil:
		case p.swap:
			s.swap(open, held{p.wire, client})
		case p.other:
			_, _ = open.other.WriteToUDPAddrPort(p.wire, client)
		default:
			_, _ = open.udp.WriteToUDPAddrPort(p.wire, client)
		}
	}
}

// swap keeps an answer until the next one comes, then gives each to the other's
// client.
func (s *Server) swap(open *sockets, mine held) {
	s.mu.Lock()
	theirs := s.held
	s.held = &mine
	if theirs != nil {
		s.held = nil
	}
	s.mu.Unlock()
	if theirs == nil {
		return
	}
	_, _ = open.udp.WriteToUDPAddrPort(withID(theirs.wire, mine.wire), mine.client)
	_, _ = open.udp.WriteToUDPAddrPort(withID(mine.wire, theirs.wire), theirs.client)
}

// withID is a message with the ID of another.
func withID(msg, other []byte) []byte {
	b := append([]byte(nil), msg...)
	binary.BigEndian.PutUint16(b, binary.BigEndian.Uint16(other))
	return b
}
