package chaos

import (
	"encoding/binary"
	"io"
	"net"
)

func (s *Server) serveTCP(open *sockets) {
	for {
		c, err := open.tcp.AcceptTCP()
		if err != nil {
			return
		}
		if !open.keep(c) {
			c.Close()
			return
		}
		s.jobs.Go(func() {
			defer open.forget(c)
			s.serveConn(c)
		})
	}
}

// serveConn answers the queries of one connection, one after the other, until
// the client ends it or a behaviour does. It ends with the sockets at the latest.
func (s *Server) serveConn(c *net.TCPConn) {
	client := c.RemoteAddr().(*net.TCPAddr).AddrPort()
	for {
		msg, err := readFramed(c)
		if err != nil {
			return
		}
		q, sends := s.plan(msg, TCP, client)
		if q == nil {
			return
		}
		for _, p := range sends {
			if !s.sleep(p.wait) || !s.sendTCP(c, p) {
				return
			}
		}
	}
}

func readFramed(r io.Reader) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	msg := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(r, msg)
	return msg, err
}

// framed is a message as it goes over TCP. RFC 1035, section 4.2.2.
func (p send) framed() []byte {
	if p.wire == nil {
		return nil
	}
	size := len(p.wire)
	if p.frame != 0 {
		size = max(p.frame, 0)
	}
	b := append(binary.BigEndian.AppendUint16(nil, uint16(size)), p.wire...)
	if p.end == endReset {
		b = b[:min(len(b), p.cut)]
	}
	return b
}

// sendTCP sends a message, and reports whether the connection goes on.
func (s *Server) sendTCP(c *net.TCPConn, p send) bool {
	b := p.framed()
	piece := len(b)
	if p.drip > 0 {
		piece = 1
	}
	for len(b) > 0 {
		if _, err := c.Write(b[:piece]); err != nil {
			return false
		}
		if b = b[piece:]; p.drip > 0 && !s.sleep(p.drip) {
			return false
		}
	}
	switch p.end {
	case endReset:
		_ = c.SetLinger(0)
		return false
	case endClose:
		return false
	case endIdle:
		_, _ = io.Copy(io.Discard, c) // until the client has had enough
		return false
	}
	return true
}
