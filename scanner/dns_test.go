package scanner

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/facts"
)

var spf = facts.Question{Name: "example.com", Kind: facts.KindTXT}

const (
	goodRecord = `example.com. 300 IN TXT "v=spf1 -all"`
	soaRecord  = "example.com. 600 IN SOA ns. h. 1 2 3 4 60"
)

const goodAnswer = `found "v=spf1 -all"`

func good(req *dns.Msg) []byte { return pack(reply(req, withAnswers(goodRecord))) }

// junk is what is no answer, though it comes from the right address with the
// right ID; naive says whether the stock client takes it for one.
var junk = []struct {
	name  string
	naive bool
	make  func(req *dns.Msg) []byte
}{
	{"header only", true, func(req *dns.Msg) []byte { return counts(pack(reply(req)), 0, 0, 0, 0)[:12] }},
	{"header only, counts claim more", true, func(req *dns.Msg) []byte { return counts(pack(reply(req)), 1, 5, 0, 0)[:12] }},
	{"three answers claimed, none there", true, func(req *dns.Msg) []byte { return counts(pack(reply(req)), 1, 3, 0, 0) }},
	{"another name", true, func(req *dns.Msg) []byte {
		return pack(reply(req, func(m *dns.Msg) { m.Question[0].Name = "example.net." }))
	}},
	{"another type", true, func(req *dns.Msg) []byte {
		return pack(reply(req, func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeMX }))
	}},
	{"another class", true, func(req *dns.Msg) []byte {
		return pack(reply(req, func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS }))
	}},
	{"another case", true, func(req *dns.Msg) []byte {
		return pack(reply(req, func(m *dns.Msg) { m.Question[0].Name = "Example.com." }))
	}},
	{"the query itself", true, func(req *dns.Msg) []byte { return pack(req) }},
	{"another opcode", true, func(req *dns.Msg) []byte {
		return pack(reply(req, func(m *dns.Msg) { m.Opcode = dns.OpcodeUpdate }))
	}},
	{"two questions", true, func(req *dns.Msg) []byte {
		return pack(reply(req, func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }))
	}},
	{"five octets", true, func(*dns.Msg) []byte { return []byte("junk!") }},
	{"nothing", true, func(*dns.Msg) []byte { return nil }},
	{"a broken record", true, func(req *dns.Msg) []byte {
		return patch(reply(req, withAnswers(goodRecord)), func(b []byte) []byte { return b[:len(b)-3] })
	}},
	{"a data length that lies", true, func(req *dns.Msg) []byte {
		return patch(reply(req, withAnswers("example.com. 1 IN MX 1 a.")), func(b []byte) []byte { b[len(b)-6]--; return b })
	}},
	{"a proof of absence with octets left over", true, func(req *dns.Msg) []byte {
		return patch(reply(req, withAuthority(soaRecord), withAnswers(goodRecord)), func(b []byte) []byte {
			return counts(b, 1, 0, 1, 0) // the answer is there, but not counted
		})
	}},
	{"a name that points forward", true, func(req *dns.Msg) []byte {
		return patch(reply(req, withAnswers(goodRecord)), func(b []byte) []byte {
			return append(counts(b, 1, 2, 0, 0), 0xC0, 0xFF, 0, 16, 0, 1, 0, 0, 0, 1, 0, 1, 0)
		})
	}},
	{"a broken EDNS option", true, func(req *dns.Msg) []byte {
		return patch(reply(req, withAuthority(soaRecord), withEDE(0)), func(b []byte) []byte { b[len(b)-6] = 99; return b })
	}},
	{"another ID", false, func(req *dns.Msg) []byte {
		return pack(reply(req, withAuthority(soaRecord), func(m *dns.Msg) { m.Id++ }))
	}},
}

func testDNS(t testing.TB, cfg DNSConfig, servers ...*scripted) *DNS {
	t.Helper()
	for _, s := range servers {
		cfg.Servers = append(cfg.Servers, s.addr)
	}
	d, err := NewDNS(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func lookup(t testing.TB, r Resolver, q facts.Question) facts.Observation {
	t.Helper()
	obs, err := r.Lookup(context.Background(), []facts.Question{q})
	if err != nil {
		t.Fatal(err)
	}
	if obs[0].Question != q {
		t.Errorf("asked %s, got %s", q, obs[0].Question)
	}
	return obs[0]
}

// brief is what an observation says, on one line.
func brief(o facts.Observation) string {
	words := append([]string{string(o.Status)}, o.Data...)
	for _, c := range o.Chain {
		words = append(words, ">"+c)
	}
	if o.Cause != "" {
		words = append(words, o.Cause)
	}
	return strings.Join(words, " ")
}

// The real answer arrives right after the junk, and must be found.
func TestJunkThenAnswer(t *testing.T) {
	for _, j := range junk {
		t.Run(j.name, func(t *testing.T) {
			s := serve(t, func(req *dns.Msg, udp bool) [][]byte {
				return [][]byte{j.make(req), good(req)}
			})
			o := lookup(t, testDNS(t, DNSConfig{Timeout: 5 * time.Second, Retries: -1}, s), spf)
			if brief(o) != goodAnswer || s.udp.Load() != 1 || s.tcp.Load() != 0 {
				t.Errorf("got %s after %d queries over UDP, %d over TCP", brief(o), s.udp.Load(), s.tcp.Load())
			}
			// The control: the stock client must lose the answer to this very server.
			m := new(dns.Msg).SetQuestion("example.com.", dns.TypeTXT)
			resp, _, err := new(dns.Client).Exchange(m, s.addr.String())
			if fooled := err != nil || len(resp.Answer) == 0; fooled != j.naive {
				t.Errorf("the stock client: fooled %v, want %v (%v)", fooled, j.naive, err)
			}
		})
	}
}

// Nothing but junk comes, over UDP and over TCP.
func TestJunkAlone(t *testing.T) {
	for _, j := range junk {
		t.Run(j.name, func(t *testing.T) {
			s := serve(t, func(req *dns.Msg, udp bool) [][]byte { return [][]byte{j.make(req)} })
			o := lookup(t, testDNS(t, DNSConfig{Timeout: 30 * time.Millisecond, Retries: 1}, s), spf)
			if brief(o) != "failed timeout" || o.Via.Tries != 2 {
				t.Errorf("got %s after %d queries", brief(o), o.Via.Tries)
			}
		})
	}
}

// A flood of junk looks like guessing, which TCP ends.
func TestJunkFlood(t *testing.T) {
	s := serve(t, func(req *dns.Msg, udp bool) [][]byte {
		if !udp {
			return [][]byte{good(req)}
		}
		var flood [][]byte
		for i := range 200 {
			flood = append(flood, pack(reply(req, withAuthority(soaRecord), func(m *dns.Msg) { m.Id += uint16(i) + 1 })))
		}
		return flood
	})
	o := lookup(t, testDNS(t, DNSConfig{Timeout: 5 * time.Second, Retries: -1}, s), spf)
	if brief(o) != goodAnswer || o.Via.Proto != "tcp" || o.Via.Tries != 2 {
		t.Errorf("got %s, %+v", brief(o), *o.Via)
	}
}

// What each fault of a single server leads to.
func TestOneServer(t *testing.T) {
	many := func(n int) []string {
		var records []string
		for i := range n {
			records = append(records, fmt.Sprintf("example.com. 1 IN TXT t%d", i))
		}
		return records
	}
	msg := func(edits ...func(*dns.Msg)) script {
		return func(req *dns.Msg, udp bool) [][]byte { return [][]byte{pack(reply(req, edits...))} }
	}
	// truncated: TC over UDP, and then does what tcp says.
	truncated := func(tcp func(req *dns.Msg) [][]byte) script {
		return func(req *dns.Msg, udp bool) [][]byte {
			if udp {
				return [][]byte{pack(reply(req, withTC, withAuthority(soaRecord)))}
			}
			return tcp(req)
		}
	}
	cname := func(from, to string) string { return from + " 200 IN CNAME " + to }
	chain := func(n int) []string { // c1 to cn, behind example.com
		records := []string{cname("example.com.", "c1.")}
		for i := 1; i < n; i++ {
			records = append(records, cname(fmt.Sprintf("c%d.", i), fmt.Sprintf("c%d.", i+1)))
		}
		return records
	}
	tests := []struct {
		name string
		do   script
		want string
		udp  int32 // queries expected; Retries is 1
		tcp  int32
	}{
		{"good", msg(withAnswers(goodRecord)), goodAnswer, 1, 0},
		{"a record twice, unsorted", msg(withAnswers(goodRecord, "EXAMPLE.com. 9 IN TXT a", goodRecord)), `found "a" "v=spf1 -all"`, 1, 0},
		{"of another type or owner", msg(withAnswers("example.com. 9 IN A 192.0.2.1", "example.net. 9 IN TXT v=spf1"), withAuthority(soaRecord)), "nodata", 1, 0},
		{"of another class", msg(withAnswers("example.com. 9 CH TXT a"), withAuthority(soaRecord)), "nodata", 1, 0},
		{"record in another section", msg(withAuthority(goodRecord, soaRecord)), "nodata", 1, 0},

		{"no data", msg(withAuthority(soaRecord)), "nodata", 1, 0},
		{"no data, SOA of the root", msg(withAuthority(". 1 IN SOA a. b. 1 2 3 4 5")), "nodata", 1, 0},
		{"no such name", msg(withCode(dns.RcodeNameError), withAuthority(soaRecord)), "nxdomain", 1, 0},
		{"no data without SOA", msg(), "failed negative answer without SOA", 1, 1},
		{"no such name without SOA", msg(withCode(dns.RcodeNameError)), "failed negative answer without SOA", 1, 1},
		{"no data with the SOA of another zone", msg(withAuthority("example.net. 1 IN SOA a. b. 1 2 3 4 5")), "failed negative answer without SOA", 1, 1},
		{"no data with the SOA in the wrong section", msg(withAnswers(soaRecord)), "failed negative answer without SOA", 1, 1},
		{"a referral", msg(withAuthority("example.com. 1 IN NS ns.example.com.")), "failed negative answer without SOA", 1, 1},
		{"no such name, yet records", msg(withCode(dns.RcodeNameError), withAnswers(goodRecord)), "failed NXDOMAIN with records", 1, 0},

		{"SERVFAIL", msg(withCode(dns.RcodeServerFailure)), "failed SERVFAIL", 2, 0},
		{"SERVFAIL with SOA", msg(withCode(dns.RcodeServerFailure), withAuthority(soaRecord)), "failed SERVFAIL", 2, 0},
		{"SERVFAIL with a reason", msg(withCode(dns.RcodeServerFailure), withEDE(6)), "failed SERVFAIL (EDE 6)", 2, 0},
		{"SERVFAIL with several reasons", msg(withCode(dns.RcodeServerFailure), withEDE(13, 0, 22)), "failed SERVFAIL (EDE 22)", 2, 0},
		{"SERVFAIL from a cache", msg(withCode(dns.RcodeServerFailure), withEDE(13)), "failed SERVFAIL", 2, 0},
		{"REFUSED", msg(withCode(dns.RcodeRefused)), "failed REFUSED", 2, 0},
		{"NOTAUTH", msg(withCode(dns.RcodeNotAuth)), "failed NOTAUTH", 2, 0},
		{"a code without a name", msg(withCode(12)), "failed RCODE 12", 2, 0},
		{"an extended code", msg(withEDE(), withCode(3841)), "failed RCODE 3841", 2, 0},
		{"FORMERR to all", msg(withCode(dns.RcodeFormatError)), "failed FORMERR", 3, 0},
		{"BADVERS to all", msg(withEDE(), withCode(dns.RcodeBadVers)), "failed BADVERS", 3, 0},
		{"FORMERR to EDNS", func(req *dns.Msg, udp bool) [][]byte {
			if req.IsEdns0() != nil {
				return [][]byte{pack(reply(req, withCode(dns.RcodeFormatError)))}
			}
			return [][]byte{good(req)}
		}, goodAnswer, 2, 0},
		{"FORMERR to EDNS, header only", func(req *dns.Msg, udp bool) [][]byte {
			if req.IsEdns0() != nil {
				return [][]byte{counts(pack(reply(req, withCode(dns.RcodeFormatError))), 0, 0, 0, 0)[:12]}
			}
			return [][]byte{good(req)}
		}, goodAnswer, 2, 0},

		{"filtered", msg(withCode(dns.RcodeNameError), withEDE(15), withAuthority(soaRecord)), "failed filtered (EDE 15)", 1, 0},
		{"filtered with a made-up answer", msg(withAnswers(goodRecord), withEDE(17)), "failed filtered (EDE 17)", 1, 0},
		{"censored with SERVFAIL", msg(withCode(dns.RcodeServerFailure), withEDE(16)), "failed filtered (EDE 16)", 1, 0},
		{"prohibited", msg(withCode(dns.RcodeRefused), withEDE(18)), "failed filtered (EDE 18)", 1, 0},
		{"a stale answer is one", msg(withAnswers(goodRecord), withEDE(3)), goodAnswer, 1, 0},

		{"truncated", truncated(func(req *dns.Msg) [][]byte { return [][]byte{good(req)} }), goodAnswer, 1, 1},
		{"truncated in a record", func(req *dns.Msg, udp bool) [][]byte {
			if !udp {
				return [][]byte{good(req)}
			}
			return [][]byte{patch(reply(req, withTC, withAnswers(goodRecord)), func(b []byte) []byte { return b[:len(b)-3] })}
		}, goodAnswer, 1, 1},
		{"truncated, no data over TCP", truncated(func(req *dns.Msg) [][]byte { return [][]byte{pack(reply(req, withAuthority(soaRecord)))} }), "nodata", 1, 1},
		{"truncated, TCP is closed", truncated(func(*dns.Msg) [][]byte { return nil }), "failed truncated, and TCP failed: connection closed", 2, 2},
		{"truncated, over TCP too", msg(withTC, withAnswers(goodRecord)), "failed truncated, and TCP failed: truncated", 2, 2},
		{"truncated, junk over TCP", truncated(func(req *dns.Msg) [][]byte {
			return [][]byte{{}, []byte("junk"), pack(req), {0}, {1}}
		}), "failed truncated, and TCP failed: malformed answer", 2, 2},
		{"truncated, junk over TCP, then good", truncated(func(req *dns.Msg) [][]byte {
			return [][]byte{[]byte("junk"), good(req)}
		}), goodAnswer, 1, 1},
		{"truncated, SERVFAIL over TCP", truncated(func(req *dns.Msg) [][]byte {
			return [][]byte{pack(reply(req, withCode(dns.RcodeServerFailure)))}
		}), "failed SERVFAIL", 2, 2},
		{"no SOA over UDP, one over TCP", func(req *dns.Msg, udp bool) [][]byte {
			if udp {
				return [][]byte{pack(reply(req))}
			}
			return [][]byte{pack(reply(req, withAuthority(soaRecord)))}
		}, "nodata", 1, 1},
		{"no SOA over UDP, TCP is closed", func(req *dns.Msg, udp bool) [][]byte {
			if udp {
				return [][]byte{pack(reply(req))}
			}
			return nil
		}, "failed negative answer without SOA", 1, 1},
		{"larger than was offered", func(req *dns.Msg, udp bool) [][]byte {
			return [][]byte{pack(reply(req, withAnswers(`example.com. 1 IN TXT`+strings.Repeat(` "`+strings.Repeat("x", 200)+`"`, 25))))}
		}, "found" + strings.Repeat(` "`+strings.Repeat("x", 200)+`"`, 25), 1, 1},

		{"100 records", msg(withAnswers(many(100)...)), "found", 1, 0},
		{"3,000 records", truncated(func(req *dns.Msg) [][]byte {
			return [][]byte{pack(reply(req, withAnswers(many(3000)...), func(m *dns.Msg) { m.Compress = true }))}
		}), "failed too many records (3000)", 1, 1},
		{"64 KiB of record", truncated(func(req *dns.Msg) [][]byte {
			return [][]byte{pack(reply(req, withAnswers(`example.com. 1 IN TXT`+strings.Repeat(` "`+strings.Repeat(`\000`, 250)+`"`, 70))))}
		}), "failed records too large (70209 octets)", 1, 1},

		{"a chain", msg(withAnswers(`c2. 7 IN TXT x`, cname("c1.", "C2."), cname("Example.com.", "c1."))), `found "x" >c1 >c2`, 1, 0},
		{"a chain of eight", msg(withAnswers(append(chain(8), `c8. 7 IN TXT x`)...)), `found "x" >c1 >c2 >c3 >c4 >c5 >c6 >c7 >c8`, 1, 0},
		{"a chain of nine", msg(withAnswers(append(chain(9), `c9. 7 IN TXT x`)...)), "failed CNAME chain too long", 1, 0},
		{"a loop", msg(withAnswers(append(chain(3), cname("c3.", "c1."))...)), "failed CNAME loop", 1, 0},
		{"a loop of one", msg(withAnswers(cname("example.com.", "example.com."))), "failed CNAME loop", 1, 0},
		{"two ways", msg(withAnswers(append(chain(1), cname("example.com.", "c2."))...)), "failed several CNAME records at one name", 1, 0},
		{"a chain cut off", msg(withAnswers(chain(2)...)), "failed incomplete CNAME chain", 1, 0},
		{"a chain, and no data at its end", msg(withAnswers(chain(1)...), withAuthority(". 1 IN SOA a. b. 1 2 3 4 5")), "nodata >c1", 1, 0},
		{"a chain, and the SOA of where it began", msg(withAnswers(chain(1)...), withAuthority(soaRecord)), "failed incomplete CNAME chain", 1, 0},
		{"a chain to no name", msg(withCode(dns.RcodeNameError), withAnswers(chain(1)...), withAuthority(". 1 IN SOA a. b. 1 2 3 4 5")), "nxdomain >c1", 1, 0},
		{"a chain to no name, without SOA", msg(withCode(dns.RcodeNameError), withAnswers(chain(1)...)), "failed negative answer without SOA", 1, 1},
		{"a record beside the chain", msg(withAnswers(cname("example.com.", "c1."), goodRecord, "c1. 1 IN TXT x")), `found "x" >c1`, 1, 0},
		{"a DNAME", msg(withAnswers("com. 5 IN DNAME net.", cname("example.com.", "example.net."), "example.net. 1 IN TXT x")), `found "x" >example.net`, 1, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, test.do)
			o := lookup(t, testDNS(t, DNSConfig{Timeout: 5 * time.Second, Retries: 1}, s), spf)
			if got := brief(o); got != test.want && !(test.want == "found" && o.Status == facts.Found) {
				t.Errorf("got  %.200s\nwant %.200s", got, test.want)
			}
			if s.udp.Load() != test.udp || s.tcp.Load() != test.tcp {
				t.Errorf("%d queries over UDP and %d over TCP, want %d and %d", s.udp.Load(), s.tcp.Load(), test.udp, test.tcp)
			}
			if o.Via == nil || int32(o.Via.Tries) != test.udp+test.tcp {
				t.Errorf("Via is %+v", o.Via)
			}
		})
	}
}

func TestSilence(t *testing.T) {
	s := serve(t, func(*dns.Msg, bool) [][]byte { return nil })
	o := lookup(t, testDNS(t, DNSConfig{Timeout: 20 * time.Millisecond, Retries: 2}, s), spf)
	if brief(o) != "failed timeout" || o.Via.Tries != 3 {
		t.Errorf("got %s after %d tries", brief(o), o.Via.Tries)
	}
}

// Over TCP the wait is for the whole exchange: silence after the connection, or
// in the middle of an answer.
func TestSlowTCP(t *testing.T) {
	for _, part := range []string{"", "\x00", "\x00\x40", "\x00\x40abc"} {
		pc, l := listen(t)
		defer pc.Close()
		defer l.Close()
		go func() {
			conn, err := l.Accept()
			if err == nil {
				defer conn.Close()
				conn.Write([]byte(part))
				conn.Read(make([]byte, 512)) // the query
				conn.Read(make([]byte, 1))   // until the client goes
			}
		}()
		q, err := newQuery(spf, 1, true)
		if err != nil {
			t.Fatal(err)
		}
		d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{netip.MustParseAddrPort(l.Addr().String())}, Timeout: 50 * time.Millisecond})
		_, err = d.servers[0].tcp.ask(context.Background(), q, d.cfg.Timeout)
		if err == nil || networkCause(err) != "timeout" {
			t.Errorf("after %q: %v", part, err)
		}
	}
}

// A port on which nobody listens is not asked again at once, however fast the
// kernel says so.
func TestNobodyListens(t *testing.T) {
	pc, l := listen(t)
	addr := netip.MustParseAddrPort(l.Addr().String())
	pc.Close()
	l.Close()
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: 40 * time.Millisecond, Retries: 1})
	began := time.Now()
	o := lookup(t, d, spf)
	if brief(o) != "failed timeout" || o.Via.Tries != 2 || time.Since(began) < 80*time.Millisecond {
		t.Errorf("got %s after %d tries in %s", brief(o), o.Via.Tries, time.Since(began))
	}
}

// With another server to ask, a closed port is not waited on for long.
func TestOneListens(t *testing.T) {
	pc, l := listen(t)
	closed := netip.MustParseAddrPort(l.Addr().String())
	pc.Close()
	l.Close()
	s := serve(t, func(req *dns.Msg, udp bool) [][]byte { return [][]byte{good(req)} })
	for _, servers := range [][]netip.AddrPort{{closed, s.addr}, {s.addr, closed}} {
		d := testDNS(t, DNSConfig{Servers: servers, Timeout: time.Hour, Retries: 1})
		if o := lookup(t, d, spf); brief(o) != goodAnswer {
			t.Errorf("got %s", brief(o))
		}
	}
}

func TestSeveralServers(t *testing.T) {
	msg := func(edits ...func(*dns.Msg)) script {
		return func(req *dns.Msg, udp bool) [][]byte { return [][]byte{pack(reply(req, edits...))} }
	}
	honest := msg(withAnswers(goodRecord))
	absent := msg(withAuthority(soaRecord))
	tests := []struct {
		name    string
		servers []script
		want    string
	}{
		{"one fails", []script{msg(withCode(dns.RcodeServerFailure)), honest}, goodAnswer},
		{"one filters", []script{msg(withEDE(15)), honest}, goodAnswer},
		{"one leaves the SOA out", []script{msg(), absent}, "nodata"},
		{"one leaves the SOA out, the other knows better", []script{msg(), honest}, goodAnswer},
		{"one cuts chains off", []script{msg(withAnswers("example.com. 1 IN CNAME a.")), honest}, goodAnswer},
		{"both leave the SOA out", []script{msg(), msg()}, "failed negative answer without SOA"},
		{"both fail in their own way", []script{msg(withCode(dns.RcodeServerFailure)), msg(withCode(dns.RcodeRefused))}, "failed REFUSED"},
		{"one filters, one fails", []script{msg(withCode(dns.RcodeServerFailure)), msg(withEDE(17))}, "failed filtered (EDE 17)"},
	}
	for _, test := range tests {
		a, b := serve(t, test.servers[0]), serve(t, test.servers[1])
		for _, d := range []*DNS{
			testDNS(t, DNSConfig{Timeout: 5 * time.Second, Retries: 1}, a, b),
			testDNS(t, DNSConfig{Timeout: 5 * time.Second, Retries: 1}, b, a), // the order does not show
		} {
			if got := brief(lookup(t, d, spf)); got != test.want {
				t.Errorf("%s: got %s, want %s", test.name, got, test.want)
			}
		}
	}
}

func TestQuery(t *testing.T) {
	asked := make(chan *dns.Msg, 1)
	s := serve(t, func(req *dns.Msg, udp bool) [][]byte {
		asked <- req
		return [][]byte{pack(reply(req, withAuthority(". 9 IN SOA a. b. 1 2 3 4 5")))}
	})
	d := testDNS(t, DNSConfig{Timeout: 5 * time.Second}, s)
	for name, wire := range map[string]string{"": ".", "example.com": "example.com.", `a\.b\000.x`: `a\.b\000.x.`} {
		if got := brief(lookup(t, d, facts.Question{Name: name, Kind: "MX"})); got != "nodata" {
			t.Errorf("%q: got %s", name, got)
		}
		m := <-asked
		q := m.Question[0]
		if q.Name != wire || q.Qtype != dns.TypeMX || q.Qclass != dns.ClassINET || !m.RecursionDesired || m.IsEdns0() == nil || m.IsEdns0().UDPSize() != 1232 {
			t.Errorf("%q: the query is %v", name, m)
		}
	}
	for _, q := range []facts.Question{
		{Name: strings.Repeat("a", 64) + ".example", Kind: "MX"}, // label too long
		{Name: strings.Repeat("a.", 127) + "bc", Kind: "MX"},     // name too long
		{Name: "a..example", Kind: "MX"},                         // empty label
	} {
		if got := brief(lookup(t, d, q)); got != "failed not a valid domain name" {
			t.Errorf("%s: got %s", q, got)
		}
	}
	if got := brief(lookup(t, d, facts.Question{Name: "a.example", Kind: "MX/cd"})); got != "failed not a DNS record type" {
		t.Errorf("got %s", got)
	}
	if n := s.udp.Load() + s.controls.Load(); n != 3 { // the root counts as a control
		t.Errorf("%d queries: a name that is none was sent", n)
	}
}

func TestVia(t *testing.T) {
	var events []TraceEvent
	s := serve(t, func(req *dns.Msg, udp bool) [][]byte {
		switch req.Question[0].Name {
		case "example.com.":
			return [][]byte{pack(reply(req, withAnswers("example.com. 50 IN CNAME c.", "c. 900 IN TXT x"), func(m *dns.Msg) { m.AuthenticatedData = true }))}
		case "long.":
			return [][]byte{pack(reply(req, withAnswers("long. 2147483647 IN TXT x")))}
		}
		return [][]byte{pack(reply(req, withAuthority(soaRecord)))}
	})
	d := testDNS(t, DNSConfig{Timeout: 5 * time.Second, Trace: func(e TraceEvent) { events = append(events, e) }}, s)
	o := lookup(t, d, spf)
	if v := o.Via; v.Server != s.addr.String() || v.Proto != "udp" || v.Tries != 1 || v.RTT <= 0 || v.TTL != 50 || !v.AD || v.Proof != "" {
		t.Errorf("Via is %+v", *v)
	}
	if v := lookup(t, d, facts.Question{Name: "a.example.com", Kind: "MX"}).Via; v.TTL != 60 || v.AD || v.Proof != "soa" {
		t.Errorf("Via is %+v", *v) // the SOA's last number is less than its TTL
	}
	if v := lookup(t, d, facts.Question{Name: "long", Kind: "TXT"}).Via; v.TTL != maxTTL {
		t.Errorf("TTL is %d", v.TTL)
	}
	if e := events[0]; len(events) != 3 || e.Question != spf || e.Server != s.addr || e.Proto != "udp" || e.Try != 1 || e.Status != facts.Found || e.RTT <= 0 {
		t.Errorf("traced %+v", events)
	}
}

// A context that ends stops a Lookup at once, and keeps what is known.
func TestLookupEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(req *dns.Msg, udp bool) [][]byte {
		if req.Question[0].Name == "example.com." {
			return [][]byte{good(req)}
		}
		return nil
	})
	d := testDNS(t, DNSConfig{Timeout: time.Hour, Trace: func(TraceEvent) { cancel() }}, s)
	obs, err := d.Lookup(ctx, []facts.Question{{Name: "silent.example", Kind: "MX"}, spf})
	if err != context.Canceled || obs[0].Status != facts.NotAsked || brief(obs[1]) != goodAnswer {
		t.Errorf("got %v, %v", obs, err)
	}
}

// Queries to one server are spaced; a question that waits leaves when its
// context ends.
func TestRateLimit(t *testing.T) {
	s := serve(t, func(req *dns.Msg, udp bool) [][]byte { return [][]byte{good(req)} })
	d := testDNS(t, DNSConfig{Timeout: 5 * time.Second, RateLimit: 200}, s)
	began := time.Now()
	if _, err := d.Lookup(context.Background(), []facts.Question{spf, spf, spf, spf, spf}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("five queries at 200 a second took %s", took)
	}
	slow := testDNS(t, DNSConfig{RateLimit: 0.001}, s)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	obs, err := slow.Lookup(ctx, []facts.Question{spf, spf})
	if err != context.DeadlineExceeded || len(obs) != 2 {
		t.Errorf("got %v, %v", obs, err)
	}
	for limit, want := range map[float64]bool{0: false, -1: false, 5: true} {
		if got := limiter(netip.MustParseAddrPort("127.0.0.2:53"), limit) != nil; got != want {
			t.Errorf("loopback, limit %v: %v", limit, got)
		}
	}
	if l := limiter(netip.MustParseAddrPort("192.0.2.1:53"), 0); l == nil || l.Limit() != DefaultRateLimit {
		t.Error("a remote server has no limit")
	}
}

func TestNewDNS(t *testing.T) {
	if _, err := NewDNS(DNSConfig{}); err == nil || err.Error() != "no DNS server to ask: use --resolver" {
		t.Error(err)
	}
	if _, err := NewDNS(DNSConfig{Servers: []netip.AddrPort{{}}}); err == nil {
		t.Error("a server without an address is taken")
	}
}

// Of a valid answer, no part is one; nor is it with anything behind it.
func TestParts(t *testing.T) {
	q, req := testQuery(t)
	for _, whole := range [][]byte{
		good(req),
		pack(reply(req, withAuthority(soaRecord), withEDE(3))),
		pack(reply(req, withAnswers("example.com. 50 IN CNAME c.", "c. 900 IN TXT x"), withAuthority(soaRecord))),
	} {
		if _, err := q.read(whole); err != nil {
			t.Fatal(err)
		}
		for n := range whole {
			if m, err := q.read(whole[:n]); err != errJunk {
				t.Errorf("%d octets of %d: %+v, %v", n, len(whole), m, err)
			}
		}
		if _, err := q.read(append(whole, 0)); err != errJunk {
			t.Errorf("an octet too many: %v", err)
		}
	}
}

// Of the flags, those that say what a message is decide; the others are
// harmless.
func TestFlags(t *testing.T) {
	q, req := testQuery(t)
	msg := good(req)
	for flags := range 1 << 16 {
		binary.BigEndian.PutUint16(msg[2:], uint16(flags))
		want := error(nil)
		switch {
		case flags&(1<<15) == 0 || flags>>11&0xF != 0:
			want = errJunk
		case flags&(1<<9) != 0:
			want = errTruncated
		}
		m, err := q.read(msg)
		if err != want || err == nil && m.rcode != flags&0xF {
			t.Fatalf("flags %04x: %v, want %v", flags, err, want)
		}
	}
}

// testQuery is a query, and what a server sees of it.
func testQuery(t testing.TB) (*query, *dns.Msg) {
	t.Helper()
	q, err := newQuery(spf, 0x1234, true)
	if err != nil {
		t.Fatal(err)
	}
	req := new(dns.Msg)
	if err := req.Unpack(q.wire); err != nil {
		t.Fatal(err)
	}
	return q, req
}

// Whatever arrives, reading it neither crashes nor proves anything that the
// octets do not say.
func FuzzRead(f *testing.F) {
	q, req := testQuery(f)
	f.Add(good(req))
	f.Add(pack(reply(req, withAuthority(soaRecord), withEDE(15, 6))))
	f.Add(pack(reply(req, withAnswers("example.com. 50 IN CNAME c.", "c. 900 IN TXT x"))))
	for _, j := range junk {
		f.Add(j.make(req))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		m, err := q.read(msg)
		if err != nil {
			if m != nil {
				t.Error("a message beside an error")
			}
			return
		}
		lib := new(dns.Msg)
		if err := lib.Unpack(msg); err != nil {
			return // the DNS library is stricter
		}
		v := m.verdict(q)
		switch {
		case (v.status == facts.Found) != (len(v.data) > 0):
			t.Errorf("%s with %d records", v.status, len(v.data))
		case v.status == facts.Found && len(lib.Answer) == 0:
			t.Error("found, but there is no answer")
		case v.proof != "" && len(lib.Ns) == 0:
			t.Error("proved absent without authority")
		case (v.status == facts.Failed) != (v.cause != ""):
			t.Errorf("%s because %q", v.status, v.cause)
		case v.then == 0 || v.status == facts.NotAsked:
			t.Errorf("no verdict: %+v", v)
		}
	})
}

// A query that never left has not been on its way for three hundred years.
func TestTraceOfUnsent(t *testing.T) {
	took := time.Duration(-1)
	d := testDNS(t, DNSConfig{Trace: func(e TraceEvent) { took = e.RTT }}, serve(t, nil))
	d.Close()
	lookup(t, d, spf)
	if took < 0 || took > time.Minute {
		t.Errorf("took %s", took)
	}
}

// That one server takes no EDNS says nothing of the others: without it they
// cannot say that an answer is withheld.
func TestPlainIsOneServers(t *testing.T) {
	old := serve(t, func(req *dns.Msg, _ bool) [][]byte {
		if req.IsEdns0() != nil {
			return [][]byte{pack(reply(req, withCode(dns.RcodeFormatError)))}
		}
		return [][]byte{pack(reply(req, withCode(dns.RcodeServerFailure)))}
	})
	filter := serve(t, func(req *dns.Msg, _ bool) [][]byte {
		m := reply(req, withCode(dns.RcodeNameError), withAuthority(soaRecord))
		if req.IsEdns0() != nil {
			withEDE(dns.ExtendedErrorCodeBlocked)(m)
		}
		return [][]byte{pack(m)}
	})
	for i := range 8 { // some begin with the one, some with the other
		d := testDNS(t, DNSConfig{Timeout: time.Second, Retries: 1}, old, filter)
		if o := lookup(t, d, txt(fmt.Sprintf("n%d.example.com", i))); brief(o) != "failed filtered (EDE 15)" {
			t.Errorf("%d: got %s", i, brief(o))
		}
	}
}
