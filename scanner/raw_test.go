package scanner

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/facts"
)

// raw is a server that sees queries as octets, and does with them what it likes.
// udp is called for one datagram after another, tcp for each connection in its
// own goroutine; nil does nothing.
type raw struct {
	udp func(pc net.PacketConn, msg []byte, from net.Addr)
	tcp func(conn net.Conn)
}

func (r raw) serve(t testing.TB) netip.AddrPort {
	t.Helper()
	pc, l := listen(t)
	r.run(t, pc, l)
	return pc.LocalAddr().(*net.UDPAddr).AddrPort()
}

func (r raw) run(t testing.TB, pc net.PacketConn, l net.Listener) {
	if conn, ok := pc.(*net.UDPConn); ok {
		conn.SetReadBuffer(socketBuffer)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	wg.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, from, err := pc.ReadFrom(buf)
			switch {
			case errors.Is(err, net.ErrClosed):
				return
			case err == nil && r.udp != nil:
				r.udp(pc, buf[:n], from)
			}
		}
	})
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			if r.tcp != nil {
				wg.Go(func() { defer conn.Close(); r.tcp(conn) })
			}
		}
	})
	t.Cleanup(func() {
		pc.Close()
		l.Close()
		mu.Lock()
		for _, conn := range conns {
			conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
}

// receive reads one message from a connection.
func receive(conn net.Conn) (*dns.Msg, error) {
	size := make([]byte, 2)
	if _, err := io.ReadFull(conn, size); err != nil {
		return nil, err
	}
	msg := make([]byte, binary.BigEndian.Uint16(size))
	if _, err := io.ReadFull(conn, msg); err != nil {
		return nil, err
	}
	return unpack(msg), nil
}

func framed(msg []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(msg))), msg...)
}

func unpack(msg []byte) *dns.Msg {
	m := new(dns.Msg)
	if err := m.Unpack(msg); err != nil {
		panic(err)
	}
	return m
}

// named is an answer that says to which name it belongs.
func named(req *dns.Msg) []byte { return says(req, dns.CanonicalName(req.Question[0].Name)) }

func says(req *dns.Msg, text string) []byte {
	return pack(reply(req, func(m *dns.Msg) {
		m.Answer = append(m.Answer, &dns.TXT{
			Hdr: dns.RR_Header{Name: req.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60},
			Txt: []string{text},
		})
	}))
}

// truncate answers that the answer does not fit.
func truncate(pc net.PacketConn, msg []byte, from net.Addr) {
	pc.WriteTo(pack(reply(unpack(msg), withTC)), from)
}

// answerAll answers the queries of a connection, one after another.
func answerAll(conn net.Conn) {
	for {
		req, err := receive(conn)
		if err != nil {
			return
		}
		conn.Write(framed(named(req)))
	}
}

func txt(name string) facts.Question { return facts.Question{Name: name, Kind: facts.KindTXT} }

// isNamed reports whether an observation is the answer of named.
func isNamed(o facts.Observation) bool { return brief(o) == `found "`+o.Name+`."` }

// until waits for a condition that another process or the kernel brings about
// in its own time.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("never: " + what)
}
