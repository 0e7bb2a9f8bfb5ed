package scanner

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/facts"
)

// askMany asks so many names from several goroutines, and checks each answer.
func askMany(t *testing.T, d *DNS, many, atOnce int) {
	t.Helper()
	var next, bad atomic.Int64
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(many); n = next.Add(1) {
				obs, err := d.Lookup(context.Background(), []facts.Question{txt(fmt.Sprintf("d%d.example", n))})
				if (err != nil || !isNamed(obs[0])) && bad.Add(1) < 10 {
					t.Errorf("got %s %s, %v", obs[0].Name, brief(obs[0]), err)
				}
			}
		})
	}
	wg.Wait()
}

// forger holds some queries, tells lies to all of them, and then answers. To
// each it sends: an answer to another question with the right ID; the answer to
// another query that is in flight, with the ID of this one; a lie about this
// question to the ID of that other; a lie to an ID that is made up; and the
// answer to some query of long ago. The truth comes twice.
type forger struct {
	queries    int // to come
	mu         sync.Mutex
	seen       int
	held       []victim
	chance     *rand.Rand
	earlier    [512][]byte // answers
	at         int
	lies, live int // live: those with the ID of a query in flight on that socket
	late       int
}

// victim is a query, and who waits for its answer.
type victim struct {
	req *dns.Msg
	to  net.Addr
}

const (
	forgerHolds = leastWindow // no more may be in flight
	forgerLies  = 4           // to each query, besides what is late
	forgerAsked = 64
)

func (f *forger) hear(pc net.PacketConn, msg []byte, from net.Addr) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = append(f.held, victim{unpack(msg), from})
	// Towards the end there may be no other query to wait for.
	if f.seen++; len(f.held) < forgerHolds && f.seen < f.queries-forgerAsked {
		return
	}
	f.chance.Shuffle(len(f.held), func(i, j int) { f.held[i], f.held[j] = f.held[j], f.held[i] })
	for i, p := range f.held {
		for _, lie := range f.forge(p, f.held[(i+1)%len(f.held)]) {
			pc.WriteTo(lie, p.to)
		}
	}
	for _, p := range f.held {
		truth := named(p.req)
		pc.WriteTo(truth, p.to)
		pc.WriteTo(truth, p.to)
		f.earlier[f.at], f.at = truth, (f.at+1)%len(f.earlier)
	}
	f.held = f.held[:0]
}

// forge makes what is sent to a query before its answer.
func (f *forger) forge(mine, other victim) [][]byte {
	lie := func(id uint16, name string) []byte {
		l := mine.req.Copy()
		l.Id, l.Question[0].Name = id, name
		return says(l, "evil")
	}
	wrong := func(id uint16) uint16 { // who guesses all of it right is believed
		if id == mine.req.Id {
			id++
		}
		return id
	}
	name := mine.req.Question[0].Name
	all := [][]byte{lie(mine.req.Id, "other.example."), lie(wrong(uint16(f.chance.Uint32())), name), lie(wrong(other.req.Id), name)}
	f.live++
	if other.to.String() == mine.to.String() {
		f.live++
	}
	if other.req.Question[0].Name != name {
		crossed := named(other.req)
		binary.BigEndian.PutUint16(crossed, mine.req.Id)
		all = append(all, crossed)
		f.live++
	}
	f.lies += len(all)
	if past := f.earlier[f.chance.IntN(len(f.earlier))]; past != nil {
		f.late++
		all = append(all, past)
	}
	return all
}

// gullible takes the first datagram with the ID of its query for the answer, as
// some stub resolvers do. It reports whether it was fooled.
func gullible(t *testing.T, addr netip.AddrPort, name string) bool {
	t.Helper()
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(addr))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	msg := pack(new(dns.Msg).SetQuestion(name+".", dns.TypeTXT))
	if _, err := conn.Write(msg); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 512)
	for conn.SetReadDeadline(time.Now().Add(5*time.Second)) == nil {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if buf[0] == msg[0] && buf[1] == msg[1] {
			return unpack(buf[:n]).Answer[0].(*dns.TXT).Txt[0] != name+"."
		}
	}
	return false
}

// forgeries has so many false answers sent, and checks that none is accepted.
func forgeries(t *testing.T, many int, far bool) {
	t.Helper()
	f := &forger{queries: many/forgerLies + forgerAsked, chance: rand.New(rand.NewPCG(1, 2))}
	addr := raw{udp: f.hear, tcp: answerAll}.serve(t)
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: time.Second, Retries: 10})
	if far {
		remote(d)
	}
	askMany(t, d, f.queries, forgerAsked)
	if s := d.Stats(); s.Found != int64(f.queries) || s.Servers[0].Junk+s.Servers[0].Late < int64(many)/2 {
		t.Errorf("%+v", s)
	}
	// The control: who looks at the ID alone is fooled each time.
	for n := range 20 {
		if !gullible(t, addr, fmt.Sprintf("control%d.example", n)) {
			t.Error("nobody is fooled")
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lies < many || f.live < many/2 || f.late < many/forgerLies/2 {
		t.Errorf("only %d lies, %d of them to an ID in flight, and %d late answers", f.lies, f.live, f.late)
	}
	t.Logf("%d queries, %d lies, %d of them to an ID in flight, %d late answers", f.queries, f.lies, f.live, f.late)
}

// Of 100,000 crossed, late and forged answers none is accepted, whether the
// server is on this machine or far away.
func TestForgeries(t *testing.T) {
	forgeries(t, 50_000, false)
	forgeries(t, 50_000, true)
}

// Answers come in any order, each batch of them shuffled.
func TestRandomOrder(t *testing.T) {
	const batch, batches = 64, 40
	type parcel struct {
		answer []byte
		to     net.Addr
	}
	var waiting []parcel
	addr := raw{udp: func(pc net.PacketConn, msg []byte, from net.Addr) {
		if waiting = append(waiting, parcel{named(unpack(msg)), from}); len(waiting) < batch {
			return
		}
		rand.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
		for _, p := range waiting {
			pc.WriteTo(p.answer, p.to)
		}
		waiting = nil
	}}.serve(t)
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: 5 * time.Second, Retries: -1})
	for n := range batches {
		var qs []facts.Question
		for i := range batch {
			qs = append(qs, txt(fmt.Sprintf("d%d.b%d.example", i, n)))
		}
		obs, err := d.Lookup(context.Background(), qs)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range obs {
			if !isNamed(o) {
				t.Errorf("%s: got %s", o.Name, brief(o))
			}
		}
	}
}

// chiSquare says how far numbers are from being spread evenly over 256 boxes:
// about 255, and above 400 less than once in ten million times.
func chiSquare(ids []uint16, box func(uint16) byte) float64 {
	var boxes [256]float64
	for _, id := range ids {
		boxes[box(id)]++
	}
	want, sum := float64(len(ids))/256, 0.0
	for _, n := range boxes {
		sum += (n - want) * (n - want) / want
	}
	return sum
}

// correlated says how much each number tells of the next, from -1 to 1.
func correlated(ids []uint16) float64 {
	const mean, variance = 32767.5, 65536.0 * 65536 / 12
	sum := 0.0
	for i := range len(ids) - 1 {
		sum += (float64(ids[i]) - mean) * (float64(ids[i+1]) - mean)
	}
	return sum / variance / float64(len(ids))
}

// offers1232 reports whether a query has an OPT record with that size. RFC 6891,
// section 6.2.3.
func offers1232(msg []byte) bool {
	opt := unpack(msg).IsEdns0()
	return opt != nil && opt.UDPSize() == 1232
}

// IDs cannot be foreseen, and each query offers 1232 octets: over UDP to a
// server on this machine and to one far away, and over TCP.
func TestIDs(t *testing.T) {
	for _, test := range []struct {
		name     string
		queries  int
		far, tcp bool
	}{{"local", 30_000, false, false}, {"remote", 30_000, true, false}, {"TCP", 10_000, false, true}} {
		t.Run(test.name, func(t *testing.T) {
			ids, wrongSize := idsOf(t, test.queries, test.far, test.tcp)
			if !fair(ids) || wrongSize > 0 || len(ids) < test.queries {
				t.Errorf("%d IDs: chi-square %.0f and %.0f, correlation %.3f; %d queries without 1232",
					len(ids), chiSquare(ids, high), chiSquare(ids, low), correlated(ids), wrongSize)
			}
			// The controls: counting up, and a few bits that are always zero.
			var up, few []uint16
			for i, id := range ids {
				up, few = append(up, uint16(i)), append(few, id&0xFFF)
			}
			if fair(up) || fair(few) {
				t.Error("bad IDs pass for random ones")
			}
		})
	}
	m := new(dns.Msg).SetQuestion("example.", dns.TypeTXT)
	if offers1232(pack(m)) || offers1232(pack(m.SetEdns0(4096, false))) || !offers1232(pack(new(dns.Msg).SetQuestion("example.", dns.TypeTXT).SetEdns0(1232, false))) {
		t.Error("the size that a query offers is not told")
	}
}

func high(id uint16) byte { return byte(id >> 8) }
func low(id uint16) byte  { return byte(id) }

// fair reports whether numbers may well be random.
func fair(ids []uint16) bool {
	r, most := correlated(ids), 6/math.Sqrt(float64(len(ids)))
	return chiSquare(ids, high) < 400 && chiSquare(ids, low) < 400 && -most < r && r < most
}

// idsOf asks so many questions, and returns the IDs of the queries and how many
// of these do not offer 1232 octets.
func idsOf(t *testing.T, queries int, far, tcp bool) ([]uint16, int) {
	t.Helper()
	var mu sync.Mutex
	var ids []uint16
	wrongSize := 0
	note := func(msg []byte) {
		mu.Lock()
		defer mu.Unlock()
		ids = append(ids, binary.BigEndian.Uint16(msg))
		if !offers1232(msg) {
			wrongSize++
		}
	}
	server := raw{udp: func(pc net.PacketConn, msg []byte, from net.Addr) {
		note(msg)
		pc.WriteTo(named(unpack(msg)), from)
	}}
	if tcp {
		server = raw{udp: truncate, tcp: func(conn net.Conn) {
			for {
				req, err := receive(conn)
				if err != nil {
					return
				}
				note(pack(req))
				conn.Write(framed(named(req)))
			}
		}}
	}
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{server.serve(t)}, Timeout: 5 * time.Second})
	if far {
		remote(d)
	}
	askMany(t, d, queries, 64)
	mu.Lock()
	defer mu.Unlock()
	return ids, wrongSize
}

// remote makes the DNS take its servers for remote ones.
func remote(d *DNS) *DNS {
	for _, s := range d.servers {
		s.local = false
	}
	return d
}

// A remote server is asked from many ports.
func TestPorts(t *testing.T) {
	const queries = 10_000
	var mu sync.Mutex
	ports := map[string]int{}
	most := 0
	addr := raw{udp: func(pc net.PacketConn, msg []byte, from net.Addr) {
		mu.Lock()
		defer mu.Unlock()
		ports[from.String()]++
		most = max(most, ports[from.String()])
		pc.WriteTo(named(unpack(msg)), from)
	}}.serve(t)
	d := remote(testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: 5 * time.Second}))
	askMany(t, d, queries, 32)
	if open := d.servers[0].udp.open.Load(); open > mostSockets {
		t.Errorf("%d sockets are open", open)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(ports)*50 < queries || most > 10*socketQueries { // a port may be given out twice
		t.Errorf("%d queries from %d ports, %d from one", queries, len(ports), most)
	}
}

// A server that does not keep the case of a question is asked over TCP a few
// times, and then without mixed case.
func TestCase(t *testing.T) {
	for _, keeps := range []bool{true, false} {
		var mixed, plain, overTCP atomic.Int32
		addr := raw{
			udp: func(pc net.PacketConn, msg []byte, from net.Addr) {
				req := unpack(msg)
				name := dns.CanonicalName(req.Question[0].Name)
				if req.Question[0].Name == name {
					plain.Add(1)
				} else {
					mixed.Add(1)
				}
				resp := unpack(says(req, name))
				if !keeps {
					resp.Question[0].Name = name
				}
				pc.WriteTo(pack(resp), from)
			},
			tcp: func(conn net.Conn) {
				for {
					req, err := receive(conn)
					if err != nil {
						return
					}
					overTCP.Add(1)
					conn.Write(framed(named(req)))
				}
			},
		}.serve(t)
		d := remote(testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: 5 * time.Second, Retries: -1}))
		for n := range 100 {
			if o := lookup(t, d, txt(fmt.Sprintf("letters%d.in.example", n))); !isNamed(o) {
				t.Errorf("got %s", brief(o))
			}
		}
		switch m, p, o := mixed.Load(), plain.Load(), overTCP.Load(); {
		case keeps && (m < 99 || o != 0):
			t.Errorf("a server that keeps the case: %d mixed, %d plain, %d over TCP", m, p, o)
		case !keeps && (m < mostMiscased || m > mostMiscased+1 || o != mostMiscased || m+p != 100):
			t.Errorf("one that does not: %d mixed, %d plain, %d over TCP", m, p, o)
		}
	}
}
