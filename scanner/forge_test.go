package scanner

import (
	"context"
	"encoding/binary"
	"fmt"
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

// A server sends three lies for each answer: to the ID of another query that is
// in flight, to the right ID about another question, and to an ID that it makes
// up; and each answer twice. None is taken for an answer.
func TestForgeries(t *testing.T) {
	const queries = 17_000
	var lies, live atomic.Int64
	var other uint16
	chance := rand.New(rand.NewPCG(1, 2))
	wrong := func(id, right uint16) uint16 { // who guesses all of it right is believed
		if id == right {
			id++
		}
		return id
	}
	evil := func(req *dns.Msg, id uint16, name string) []byte {
		lie := req.Copy()
		lie.Id, lie.Question[0].Name = id, name
		return says(lie, "evil")
	}
	addr := raw{
		udp: func(pc net.PacketConn, msg []byte, from net.Addr) {
			req := unpack(msg)
			name := req.Question[0].Name
			for i, lie := range [][]byte{
				evil(req, wrong(other, req.Id), name),
				evil(req, req.Id, "other.example."),
				evil(req, wrong(uint16(chance.Uint32()), req.Id), name),
			} {
				lies.Add(1)
				if i == 1 {
					live.Add(1) // the control: who looks at the ID alone is fooled so often
				}
				pc.WriteTo(lie, from)
			}
			other = req.Id
			pc.WriteTo(named(req), from)
			pc.WriteTo(named(req), from)
		},
		tcp: answerAll,
	}.serve(t)
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: 5 * time.Second})
	askMany(t, d, queries, 64)
	if lies.Load() < 50_000 || live.Load() < queries {
		t.Errorf("only %d lies, %d of them to an ID in flight", lies.Load(), live.Load())
	}
	s := d.Stats()
	if s.Found != queries || s.Servers[0].Junk < queries {
		t.Errorf("%+v", s)
	}
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

// IDs cannot be foreseen, and each query offers 1232 octets.
func TestIDs(t *testing.T) {
	const queries = 50_000
	var mu sync.Mutex
	var ids []uint16
	var wrongSize int
	addr := raw{udp: func(pc net.PacketConn, msg []byte, from net.Addr) {
		mu.Lock()
		defer mu.Unlock()
		req := unpack(msg)
		if opt := req.IsEdns0(); opt == nil || opt.UDPSize() != 1232 {
			wrongSize++
		}
		ids = append(ids, binary.BigEndian.Uint16(msg))
		pc.WriteTo(named(req), from)
	}}.serve(t)
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: 5 * time.Second})
	askMany(t, d, queries, 64)
	mu.Lock()
	defer mu.Unlock()
	high := func(id uint16) byte { return byte(id >> 8) }
	low := func(id uint16) byte { return byte(id) }
	fair := func(ids []uint16) bool {
		r := correlated(ids)
		return chiSquare(ids, high) < 400 && chiSquare(ids, low) < 400 && -0.03 < r && r < 0.03
	}
	if !fair(ids) || wrongSize > 0 {
		t.Errorf("chi-square %.0f and %.0f, correlation %.3f; %d queries without 1232", chiSquare(ids, high), chiSquare(ids, low), correlated(ids), wrongSize)
	}
	// The controls: counting up, and a few bits that are always zero.
	var up, few []uint16
	for i, id := range ids {
		up, few = append(up, uint16(i)), append(few, id&0xFFF)
	}
	if fair(up) || fair(few) {
		t.Error("bad IDs pass for random ones")
	}
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
