package scanner

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// script is what a server sends back for one query, in order: over UDP a
// datagram each, over TCP a message each, after which the connection is closed.
type script func(req *dns.Msg, udp bool) [][]byte

// scripted is a server that does as its script says, whatever the rules are.
type scripted struct {
	addr     netip.AddrPort
	udp, tcp atomic.Int32 // queries, but for controls
	controls atomic.Int32
}

// isControl reports whether a query is one that the scanner makes of its own.
func isControl(req *dns.Msg) bool {
	if len(req.Question) == 0 {
		return false
	}
	name := req.Question[0].Name
	return name == "." || strings.HasPrefix(strings.ToLower(name), "mp-")
}

func (s *scripted) count(req *dns.Msg, counter *atomic.Int32) {
	if isControl(req) {
		counter = &s.controls
	}
	counter.Add(1)
}

func serve(t testing.TB, do script) *scripted {
	t.Helper()
	pc, l := listen(t)
	s := &scripted{addr: pc.LocalAddr().(*net.UDPAddr).AddrPort()}
	done := make(chan struct{}, 2)
	go func() { s.serveUDP(pc, do); done <- struct{}{} }()
	go func() { s.serveTCP(l, do); done <- struct{}{} }()
	t.Cleanup(func() {
		pc.Close()
		l.Close()
		<-done
		<-done
	})
	return s
}

// listen finds a port that is free for UDP and TCP.
func listen(t testing.TB) (net.PacketConn, net.Listener) {
	t.Helper()
	var err error
	for range 20 {
		pc, e := net.ListenPacket("udp", "127.0.0.1:0")
		if e != nil {
			t.Fatal(e)
		}
		l, e := net.Listen("tcp", pc.LocalAddr().String())
		if e == nil {
			return pc, l
		}
		pc.Close()
		err = e
	}
	t.Fatal(err)
	return nil, nil
}

func (s *scripted) serveUDP(pc net.PacketConn, do script) {
	buf := make([]byte, 4096)
	for {
		n, from, err := pc.ReadFrom(buf)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue // an ICMP error: a client has gone
		}
		req := new(dns.Msg)
		err = req.Unpack(buf[:n])
		s.count(req, &s.udp)
		if err != nil {
			continue
		}
		for _, msg := range do(req, true) {
			pc.WriteTo(msg, from)
		}
	}
}

func (s *scripted) serveTCP(l net.Listener, do script) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		s.serveConn(conn, do)
	}
}

func (s *scripted) serveConn(conn net.Conn, do script) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second)) // a client that hangs must not hang the test
	size := make([]byte, 2)
	if _, err := io.ReadFull(conn, size); err != nil {
		s.tcp.Add(1)
		return
	}
	raw := make([]byte, binary.BigEndian.Uint16(size))
	_, err := io.ReadFull(conn, raw)
	req := new(dns.Msg)
	if err == nil {
		err = req.Unpack(raw)
	}
	s.count(req, &s.tcp)
	if err != nil {
		return
	}
	for _, msg := range do(req, false) {
		conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(msg))), msg...))
	}
}

// reply is an answer to req, changed by edits.
func reply(req *dns.Msg, edits ...func(*dns.Msg)) *dns.Msg {
	m := new(dns.Msg).SetReply(req)
	m.RecursionAvailable = true
	for _, edit := range edits {
		edit(m)
	}
	return m
}

// withAnswers adds records to the answer section, withAuthority to the next.
func withAnswers(records ...string) func(*dns.Msg) {
	return func(m *dns.Msg) { m.Answer = append(m.Answer, rrs(records)...) }
}

func withAuthority(records ...string) func(*dns.Msg) {
	return func(m *dns.Msg) { m.Ns = append(m.Ns, rrs(records)...) }
}

func withCode(rcode int) func(*dns.Msg) { return func(m *dns.Msg) { m.Rcode = rcode } }

func withTC(m *dns.Msg) { m.Truncated = true }

// withEDE adds extended errors. RFC 8914.
func withEDE(codes ...uint16) func(*dns.Msg) {
	return func(m *dns.Msg) {
		m.SetEdns0(1232, false)
		for _, code := range codes {
			m.IsEdns0().Option = append(m.IsEdns0().Option, &dns.EDNS0_EDE{InfoCode: code, ExtraText: "why"})
		}
	}
}

func rrs(records []string) []dns.RR {
	var all []dns.RR
	for _, text := range records {
		r, err := dns.NewRR(text)
		if err != nil {
			panic(err)
		}
		all = append(all, r)
	}
	return all
}

func pack(m *dns.Msg) []byte {
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}

// patch packs a message and lets edit have the octets.
func patch(m *dns.Msg, edit func([]byte) []byte) []byte { return edit(pack(m)) }

// counts overwrites the four counts of a header.
func counts(b []byte, qd, an, ns, ar uint16) []byte {
	for i, n := range []uint16{qd, an, ns, ar} {
		binary.BigEndian.PutUint16(b[4+2*i:], n)
	}
	return b
}
