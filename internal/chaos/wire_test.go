package chaos

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

var update = flag.Bool("update", false, "write the golden files")

const golden = "testdata/wire.golden"

func smallTruth() *Truth {
	return NewTruth(
		SOA("a.test"), TXT("here.a.test", "v=spf1 -all"), TXT("two.a.test", "1"), TXT("two.a.test", "2"),
		TXT("below.ent.a.test", "x"),
	)
}

// ask makes the octets of a query as a client sends them.
func ask(id uint16, name string, kind Type, edns int) []byte {
	m := message{id: id, flags: flagRD, question: binary.BigEndian.AppendUint16(appendName(nil, name), uint16(kind))}
	m.question = append(m.question, 0, classIN)
	b := m.wire()
	if edns >= 0 {
		b = appendFrame(append(b, 0), TypeOPT, uint16(edns), 0, nil)
		b[11] = 1
	}
	return b
}

// playOut plays steps for a question about the small truth.
func playOut(t testing.TB, name string, proto Proto, edns int, steps ...Step) (*query, []send) {
	t.Helper()
	q, err := readQuery(ask(0x1234, name, TypeTXT, edns))
	if err != nil {
		t.Fatal(err)
	}
	random := chance(1, "server", asked{name, TypeTXT, proto}, 1)
	j := &job{q: q, proto: proto, truth: smallTruth().Ask(name, TypeTXT), random: random}
	return q, j.run(steps)
}

// played is each behaviour with figures that keep its packets short, and what
// must be true of them over UDP, or over TCP for those that are about TCP.
// present is whether the question has an answer.
var played = []struct {
	step  Step
	proto Proto
	name  string
	fault func(b []byte, p send) bool
}{
	{Step{Do: OK}, UDP, "here.a.test", func(b []byte, p send) bool { return p.honest && unpack(b).Answer[0].String() != "" }},
	{Step{Do: OK}, UDP, "none.a.test", func(b []byte, p send) bool { return p.honest && unpack(b).Rcode == 3 && len(unpack(b).Ns) == 1 }},
	{Step{Do: OK}, UDP, "ent.a.test", func(b []byte, p send) bool { return p.honest && unpack(b).Rcode == 0 && len(unpack(b).Ns) == 1 }},
	{Step{Do: Drop}, TCP, "here.a.test", func(_ []byte, p send) bool { return p.wire == nil && p.end == endClose }},
	{Step{Do: Delay, Wait: time.Second}, UDP, "here.a.test", func(_ []byte, p send) bool { return p.honest && p.wait == time.Second }},
	{Step{Do: Late, Wait: time.Minute}, UDP, "here.a.test", func(_ []byte, p send) bool { return p.honest && p.wait == time.Minute }},
	{Step{Do: Dup, N: 1}, UDP, "here.a.test", func(_ []byte, p send) bool { return p.honest }},
	{Step{Do: Rcode, N: 4}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Rcode == 4 && len(unpack(b).Answer) == 0 }},
	{Step{Do: Rcode, N: 4095, EDE: 22}, UDP, "here.a.test", func(b []byte, _ send) bool {
		return unpack(b).Rcode == 4095 && unpack(b).IsEdns0().Option[0].(*dns.EDNS0_EDE).InfoCode == 22
	}},
	{Step{Do: Servfail}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Rcode == 2 }},
	{Step{Do: Refused}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Rcode == 5 }},
	{Step{Do: FormErr}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Rcode == 1 && unpack(b).IsEdns0() == nil }},
	{Step{Do: FormErr, N: 1}, UDP, "here.a.test", func(b []byte, _ send) bool { return len(b) == headerSize && b[3]&0xF == 1 }},
	{Step{Do: BadVers}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Rcode == 16 }},
	{Step{Do: NXDomainNoSOA}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Rcode == 3 && len(unpack(b).Ns) == 0 }},
	{Step{Do: NoDataNoSOA}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Rcode == 0 && len(unpack(b).Ns) == 0 }},
	{Step{Do: NXRewrite}, UDP, "none.a.test", func(b []byte, _ send) bool { return unpack(b).Answer[0].Header().Rrtype == dns.TypeA }},
	{Step{Do: ENTNXDomain}, UDP, "ent.a.test", func(b []byte, _ send) bool { return unpack(b).Rcode == 3 && len(unpack(b).Ns) == 1 }},
	{Step{Do: Filtered}, UDP, "here.a.test", func(b []byte, _ send) bool {
		return unpack(b).Rcode == 3 && unpack(b).IsEdns0().Option[0].(*dns.EDNS0_EDE).InfoCode == 15
	}},
	{Step{Do: TC}, UDP, "here.a.test", func(b []byte, p send) bool { return p.tc && unpack(b).Truncated && len(unpack(b).Answer) == 0 }},
	{Step{Do: TC}, TCP, "here.a.test", func(b []byte, p send) bool { return p.honest && !unpack(b).Truncated }},
	{Step{Do: TCPartial}, UDP, "none.a.test", func(b []byte, p send) bool { return p.tc && unpack(b).Truncated && len(unpack(b).Answer) == 1 }},
	{Step{Do: TCCut}, UDP, "here.a.test", func(b []byte, p send) bool { return p.tc && broken(b) && b[2]&2 != 0 }},
	{Step{Do: TCOnTCP}, TCP, "here.a.test", func(b []byte, p send) bool { return p.tc && unpack(b).Truncated }},
	{Step{Do: TCPReset, N: 5}, TCP, "here.a.test", func(_ []byte, p send) bool { return len(p.framed()) == 5 && p.end == endReset }},
	{Step{Do: TCPDrip, Wait: time.Second}, TCP, "here.a.test", func(_ []byte, p send) bool { return p.drip == time.Second && !p.honest }},
	{Step{Do: TCPLength, N: 65535}, TCP, "here.a.test", func(b []byte, p send) bool { return string(p.framed()[:2]) == "\xff\xff" && p.end == endClose }},
	{Step{Do: TCPLength, N: -1}, TCP, "here.a.test", func(b []byte, p send) bool { return string(p.framed()[:2]) == "\x00\x00" }},
	{Step{Do: TCPIdle}, TCP, "here.a.test", func(_ []byte, p send) bool { return p.wire == nil && p.end == endIdle }},
	{Step{Do: WrongID}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Id != 0x1234 && unpack(b).Rcode == 3 }},
	{Step{Do: WrongQuestion}, UDP, "none.a.test", func(b []byte, _ send) bool {
		return unpack(b).Question[0].Name == "other.none.a.test." && unpack(b).Answer[0].Header().Name == "other.none.a.test."
	}},
	{Step{Do: WrongQuestion, N: 1}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Question[0].Qtype == 2 }},
	{Step{Do: CaseFold}, UDP, "none.a.test", func(b []byte, _ send) bool { return unpack(b).Question[0].Name == "NONE.A.TEST." }},
	{Step{Do: QR0}, UDP, "here.a.test", func(b []byte, _ send) bool { return !unpack(b).Response && unpack(b).Rcode == 3 }},
	{Step{Do: Opcode}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Opcode == 5 }},
	{Step{Do: ClassCH}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Question[0].Qclass == 3 }},
	{Step{Do: OtherPort}, UDP, "here.a.test", func(b []byte, p send) bool { return p.other && unpack(b).Rcode == 3 }},
	{Step{Do: Swap}, UDP, "here.a.test", func(_ []byte, p send) bool { return p.swap && !p.honest }},
	{Step{Do: Flood, N: 2}, UDP, "here.a.test", func(b []byte, _ send) bool { return unpack(b).Id != 0x1234 }},
	{Step{Do: HeaderOnly}, UDP, "here.a.test", func(b []byte, _ send) bool { return len(b) == headerSize && b[5] == 0 }},
	{Step{Do: CountsLie}, UDP, "here.a.test", func(b []byte, _ send) bool { return len(b) == headerSize && b[5] == 1 && b[7] == 5 }},
	{Step{Do: CountsLie, N: 1}, UDP, "here.a.test", func(b []byte, _ send) bool { return len(b) == 29 && b[5] == 1 && b[7] == 3 }},
	{Step{Do: CountsLie, N: 2}, UDP, "here.a.test", func(b []byte, _ send) bool { return b[7] == 0 && b[9] == 1 && b[11] == 0 }},
	{Step{Do: Garbage, N: 2}, UDP, "here.a.test", func(b []byte, _ send) bool { return b[0] == 0x12 && b[1] == 0x34 }},
	{Step{Do: BrokenRR}, UDP, "none.a.test", func(b []byte, _ send) bool { return broken(b) }},
	{Step{Do: PointerLoop}, UDP, "none.a.test", func(b []byte, _ send) bool { return broken(b) && strings.HasSuffix(string(b), "\x04junk") }},
	{Step{Do: PointerLoop, N: 1}, UDP, "none.a.test", func(b []byte, _ send) bool { return broken(b) }},
	{Step{Do: LongName}, UDP, "none.a.test", func(b []byte, _ send) bool { return broken(b) }},
	{Step{Do: RDLength, N: 1}, UDP, "none.a.test", func(b []byte, _ send) bool { return broken(b) }},
	{Step{Do: RDLength, N: -1}, UDP, "none.a.test", func(b []byte, _ send) bool { return broken(b) }},
	{Step{Do: OPTs, N: 2}, UDP, "here.a.test", func(b []byte, _ send) bool { return len(unpack(b).Extra) == 2 }},
	{Step{Do: OPTFlood, N: 40}, UDP, "here.a.test", func(b []byte, _ send) bool { return len(unpack(b).IsEdns0().Option) == 40 }},
	{Step{Do: BigUDP, N: 700}, UDP, "here.a.test", func(b []byte, _ send) bool { return len(b) >= 700 && len(unpack(b).Answer) == 1 }},
	{Step{Do: Mutate, N: 3}, UDP, "here.a.test", func(b []byte, p send) bool { return strings.Contains(string(b), "v=spf1 -all") && !p.honest }},
	{Step{Do: CNAMELoop, N: 2}, UDP, "here.a.test", func(b []byte, _ send) bool {
		return len(unpack(b).Answer) == 2 && unpack(b).Answer[1].(*dns.CNAME).Target == "here.a.test."
	}},
	{Step{Do: CNAMEChain, N: 2}, UDP, "here.a.test", func(b []byte, _ send) bool {
		return len(unpack(b).Answer) == 3 && unpack(b).Answer[2].Header().Name == unpack(b).Answer[1].(*dns.CNAME).Target
	}},
	{Step{Do: ExtraOwner}, UDP, "none.a.test", func(b []byte, p send) bool {
		return p.honest && unpack(b).Answer[0].(*dns.TXT).Txt[0] == "v=spf1 +all" && unpack(b).Answer[0].Header().Name == "extra.none.a.test."
	}},
	{Step{Do: RRset, N: 3}, UDP, "here.a.test", func(b []byte, _ send) bool { return len(unpack(b).Answer) == 3 }},
	{Step{Do: DupRR}, UDP, "two.a.test", func(b []byte, p send) bool { return p.honest && len(unpack(b).Answer) == 4 }},
	{Step{Do: Shuffle}, UDP, "two.a.test", func(b []byte, p send) bool { return p.honest && len(unpack(b).Answer) == 2 }},
}

// unpack reads a message with the stock codec: it must be one.
func unpack(b []byte) *dns.Msg {
	m := new(dns.Msg)
	if err := m.Unpack(b); err != nil {
		panic(fmt.Sprintf("%v in %x", err, b))
	}
	return m
}

func broken(b []byte) bool { return new(dns.Msg).Unpack(b) != nil }

// Each behaviour sends what its comment says, and the same octets each time.
func TestWire(t *testing.T) {
	var text strings.Builder
	covered := map[Behaviour]bool{}
	for _, p := range played {
		covered[p.step.Do] = true
		_, sends := playOut(t, p.name, p.proto, 1232, p.step)
		fmt.Fprintf(&text, "%s %s %s\n", p.step, p.proto, p.name)
		for _, s := range sends {
			if !p.fault(s.wire, s) {
				t.Errorf("%s over %s sends %x, which is not what it should", p.step, p.proto, s.wire)
			}
			fmt.Fprintf(&text, "\t%s %x\n", figures(s), s.framed())
		}
		if len(sends) == 0 {
			t.Errorf("%s over %s sends nothing", p.step, p.proto)
		}
	}
	for _, b := range Behaviours() {
		if !covered[b] {
			t.Errorf("no golden wire for %s", b)
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != text.String() {
		t.Errorf("not as in %s; -update writes it", golden)
	}
}

// figures is what a packet has besides octets.
func figures(s send) string {
	return fmt.Sprintf("wait=%s honest=%t tc=%t other=%t swap=%t drip=%s end=%d", s.wait, s.honest, s.tc, s.other, s.swap, s.drip, s.end)
}

// Over UDP, what is about TCP must first send the client there.
func TestTCPBehavioursOverUDP(t *testing.T) {
	for _, b := range []Behaviour{TC, TCPartial, TCCut, TCOnTCP, TCPReset, TCPDrip, TCPLength, TCPIdle} {
		_, sends := playOut(t, "here.a.test", UDP, 1232, Step{Do: b, N: 1, Wait: time.Second})
		if len(sends) != 1 || !sends[0].tc || sends[0].wire[2]&2 == 0 {
			t.Errorf("%s over UDP sends no TC", b)
		}
	}
}

func TestSteps(t *testing.T) {
	_, sends := playOut(t, "here.a.test", UDP, 1232, Step{Do: Drop}, Step{Do: Garbage, N: 2}, Then(20*time.Millisecond))
	if len(sends) != 3 || sends[2].wait != 20*time.Millisecond || !sends[2].honest || sends[0].honest {
		t.Errorf("got %+v", sends)
	}
	if after := honestAfter(sends); after != 20*time.Millisecond {
		t.Errorf("honest after %s", after)
	}
	_, sends = playOut(t, "here.a.test", TCP, 1232, Step{Do: OtherPort}, Then(0))
	if after := honestAfter(sends); after >= 0 {
		t.Errorf("honest after %s on a connection that has ended", after)
	}
}

// Without EDNS there is nothing to complain about, and less room.
func TestPlainQuery(t *testing.T) {
	for _, b := range []Behaviour{FormErr, BadVers} {
		if _, sends := playOut(t, "here.a.test", UDP, -1, Step{Do: b}); !sends[0].honest || unpack(sends[0].wire).IsEdns0() != nil {
			t.Errorf("%s without EDNS sends %x", b, sends[0].wire)
		}
	}
	truth := NewTruth(TXT("big.test", strings.Repeat("x", 255), strings.Repeat("x", 255), strings.Repeat("x", 255)))
	for _, test := range []struct {
		edns  int
		proto Proto
		cut   bool
	}{{-1, UDP, true}, {512, UDP, true}, {100, UDP, true}, {1232, UDP, false}, {65535, UDP, false}, {-1, TCP, false}} {
		q, _ := readQuery(ask(1, "big.test", TypeTXT, test.edns))
		j := &job{q: q, proto: test.proto, truth: truth.Ask("big.test", TypeTXT)}
		if p := j.run([]Step{{Do: OK}})[0]; p.tc != test.cut || p.honest == test.cut {
			t.Errorf("with %d octets over %s: TC %v", test.edns, test.proto, p.tc)
		}
	}
}

func TestReadQuery(t *testing.T) {
	good := ask(7, "Here.A.test", TypeMX, 1232)
	q, err := readQuery(good)
	if err != nil || q.id != 7 || q.name != "Here.A.test" || q.lower() != "here.a.test" || q.kind != TypeMX || q.edns != 1232 {
		t.Fatalf("got %+v, %v", q, err)
	}
	edit := func(at int, c byte) []byte { b := slices.Clone(good); b[at] = c; return b }
	for what, bad := range map[string][]byte{
		"nothing":            nil,
		"half a header":      good[:6],
		"a response":         edit(2, 0x80),
		"another opcode":     edit(2, 0x28),
		"no question":        edit(5, 0),
		"two questions":      edit(5, 2),
		"a pointer":          edit(12, 0xC0),
		"a label too long":   edit(12, 63),
		"ends in the name":   good[:16],
		"ends in the type":   good[:26],
		"no end of the name": good[:24],
	} {
		if _, err := readQuery(bad); err == nil {
			t.Errorf("%s is taken for a query", what)
		}
	}
}

// FuzzQuery: no octets may stop a server, and what is read can be answered.
func FuzzQuery(f *testing.F) {
	f.Add(ask(1, "here.a.test", TypeTXT, 1232))
	truth := smallTruth()
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := readQuery(b)
		if err != nil {
			return
		}
		j := &job{q: q, proto: UDP, truth: truth.Ask(q.name, q.kind), random: chance(1, "s", asked{}, 1)}
		for _, behaviour := range Behaviours() {
			for _, p := range j.run([]Step{{Do: behaviour, N: 2}}) {
				if p.honest && binary.BigEndian.Uint16(p.wire) != q.id {
					t.Errorf("%s answers %x with %x", behaviour, b, p.wire)
				}
			}
		}
	})
}
