// Package dnstest serves zone text, or answers of any origin, as a real DNS
// server inside a test.
//
// The server stands for a resolver: it answers on 127.0.0.1 over UDP and TCP,
// follows CNAMEs, and puts an SOA record into every negative answer. What its
// zone does not hold does not exist. Options make it slow, out of order or
// faulty.
package dnstest

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner/zone"
)

// Behaviour is how the server treats one question.
type Behaviour string

// The behaviours. The zero value means Honest.
const (
	Honest        Behaviour = ""
	Servfail      Behaviour = "servfail"
	Refused       Behaviour = "refused"
	Silence       Behaviour = "silence"         // no answer at all; TCP connections are closed
	Garbage       Behaviour = "garbage"         // octets that are no DNS message
	OtherQuestion Behaviour = "other-question"  // the honest answer, to a question nobody asked
	TruncateNoTCP Behaviour = "truncate-no-tcp" // TC over UDP; TCP connections are closed
)

// Option changes how the server answers.
type Option func(*server)

// Shuffle holds each answer back for a while of up to 20 ms that depends on
// the seed and the question, so that answers arrive in another order.
func Shuffle(seed uint64) Option {
	return func(s *server) { s.shuffle, s.seed = true, seed }
}

// Fault asks hook how to treat each question. The hook is called from several
// goroutines at once.
func Fault(hook func(q facts.Question, udp bool) Behaviour) Option {
	return func(s *server) { s.fault = hook }
}

const ttl = 300 // seconds, of every record

// Answerer says how each question ends. The server plays what it says: Failed
// with the cause "timeout" is silence, any other Failed is SERVFAIL. Data is in
// presentation form; what has none is written as RFC 3597, section 5 has it
// (`\# 3 c00002`). It is called from several goroutines at once.
type Answerer func(facts.Question) facts.Observation

// server is one running server.
type server struct {
	answer  Answerer
	shuffle bool
	seed    uint64
	fault   func(q facts.Question, udp bool) Behaviour
}

// Serve starts a server that answers from zoneText until the test ends, and
// returns its address. The text is that of one zone file; without an SOA
// record its apex is the root. A text that does not parse ends the test.
func Serve(t testing.TB, zoneText string, opts ...Option) netip.AddrPort {
	t.Helper()
	z, err := zone.Parse("dnstest", strings.NewReader(zoneText), ".")
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zone.NewSet([]*zone.Zone{z}, zone.NXDomain, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ServeAnswers(t, func(q facts.Question) facts.Observation {
		obs, err := zones.Lookup(context.Background(), []facts.Question{q})
		if err != nil {
			return facts.Observation{Question: q, Status: facts.Failed, Cause: err.Error()}
		}
		return obs[0]
	}, opts...)
}

// ServeAnswers starts a server that says what answer says until the test ends,
// and returns its address.
func ServeAnswers(t testing.TB, answer Answerer, opts ...Option) netip.AddrPort {
	t.Helper()
	s := &server{answer: answer, fault: func(facts.Question, bool) Behaviour { return Honest }}
	for _, opt := range opts {
		opt(s)
	}
	pc, l := listen(t)
	start(t, &dns.Server{PacketConn: pc, Handler: s})
	start(t, &dns.Server{Listener: l, Handler: s})
	return pc.LocalAddr().(*net.UDPAddr).AddrPort()
}

// listen finds a port that is free for UDP and for TCP.
func listen(t testing.TB) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		pc, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", pc.LocalAddr().String())
		if err == nil {
			return pc, l
		}
		pc.Close()
	}
	t.Fatal("no port is free for both UDP and TCP")
	return nil, nil
}

// start runs a server until the test ends.
func start(t testing.TB, srv *dns.Server) {
	t.Helper()
	started, ended := make(chan struct{}), make(chan error, 1)
	srv.NotifyStartedFunc = func() { close(started) }
	go func() { ended <- srv.ActivateAndServe() }()
	select {
	case <-started:
	case err := <-ended:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Shutdown(); err != nil {
			t.Error(err)
		}
		<-ended
	})
}

// ServeDNS answers one message.
func (s *server) ServeDNS(w dns.ResponseWriter, req *dns.Msg) {
	if len(req.Question) != 1 {
		return
	}
	q := facts.Question{Name: houseForm(req.Question[0].Name), Kind: dns.Type(req.Question[0].Qtype).String()}
	_, udp := w.RemoteAddr().(*net.UDPAddr)
	if s.shuffle {
		time.Sleep(s.delay(q))
	}
	behaviour, o := s.fault(q, udp), facts.Observation{}
	if behaviour == Honest || behaviour == OtherQuestion {
		o = s.answer(q)
	}
	if o.Status == facts.Failed {
		behaviour = Servfail
		if o.Cause == "timeout" {
			behaviour = Silence
		}
	}
	switch behaviour {
	case Servfail:
		write(w, new(dns.Msg).SetRcode(req, dns.RcodeServerFailure))
	case Refused:
		write(w, new(dns.Msg).SetRcode(req, dns.RcodeRefused))
	case Garbage:
		_, _ = w.Write([]byte("junk!"))
	case OtherQuestion:
		resp := honest(req, o, udp)
		resp.Question[0].Name = "other.invalid."
		write(w, resp)
	case Silence:
		_ = w.Close()
	case TruncateNoTCP:
		if udp {
			resp := new(dns.Msg).SetReply(req)
			resp.Truncated = true
			write(w, resp)
		} else {
			_ = w.Close()
		}
	default:
		write(w, honest(req, o, udp))
	}
}

// houseForm is a name as facts writes it, which escapes other octets than the
// DNS library does.
func houseForm(name string) string {
	wire, err := zone.PackName(name)
	if err != nil {
		return name
	}
	text, _, err := zone.Name(wire, 0)
	if err != nil {
		return name
	}
	return text
}

// write sends a message. A client that is gone is no concern of the server's.
func write(w dns.ResponseWriter, m *dns.Msg) { _ = w.WriteMsg(m) }

// delay is how long the answer to q is held back.
func (s *server) delay(q facts.Question) time.Duration {
	h := fnv.New64a()
	fmt.Fprint(h, q)
	return time.Duration(rand.New(rand.NewPCG(s.seed, h.Sum64())).IntN(20_000)) * time.Microsecond
}

// honest is an observation as a message.
func honest(req *dns.Msg, o facts.Observation, udp bool) *dns.Msg {
	resp := new(dns.Msg).SetReply(req)
	resp.RecursionAvailable = true
	owner := req.Question[0].Name
	for _, next := range o.Chain {
		resp.Answer = append(resp.Answer, rr(owner, "CNAME", next+"."))
		owner = next + "."
	}
	for _, data := range o.Data {
		resp.Answer = append(resp.Answer, rr(owner, o.Kind, data))
	}
	if o.Status == facts.NXDomain {
		resp.Rcode = dns.RcodeNameError
	}
	if o.Absent() {
		resp.Ns = []dns.RR{rr(".", "SOA", fmt.Sprintf("ns.invalid. hostmaster.invalid. 1 3600 600 86400 %d", ttl))}
	}
	return fit(resp, req, udp)
}

// fit adds EDNS where the client spoke it, and cuts the answer to what the
// client takes.
func fit(resp, req *dns.Msg, udp bool) *dns.Msg {
	size := dns.MaxMsgSize
	if udp {
		size = dns.MinMsgSize
	}
	if opt := req.IsEdns0(); opt != nil {
		resp.SetEdns0(dns.DefaultMsgSize, false)
		if udp {
			size = int(opt.UDPSize())
		}
	}
	resp.Truncate(size)
	return resp
}

// rr makes a record of presentation forms. The zone or the test printed them,
// so an error is one of this program.
func rr(owner, kind, data string) dns.RR {
	r, err := dns.NewRR(fmt.Sprintf("%s %d IN %s %s", owner, ttl, kind, data))
	if err != nil {
		panic(err)
	}
	return r
}
