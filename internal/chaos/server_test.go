package chaos

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(playRole(role))
	}
	goleak.VerifyTestMain(m)
}

const patience = 5 * time.Second // for what must come

func start(t testing.TB, cfg Config) *Server {
	t.Helper()
	if cfg.Truth == nil {
		cfg.Truth = smallTruth()
	}
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// always is a server that does the same to every query.
func always(steps ...Step) Faults { return Faults{Rules: []Rule{{Do: steps}}} }

func dial(t testing.TB, s *Server, network string) net.Conn {
	t.Helper()
	c, err := net.Dial(network, s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return c
}

func write(t testing.TB, c net.Conn, b []byte) {
	t.Helper()
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, c net.Conn) []byte {
	t.Helper()
	buf := make([]byte, 65536)
	n, err := c.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return buf[:n]
}

func frame(b []byte) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...) }

func TestHonest(t *testing.T) {
	s := start(t, Config{Name: "s"})
	c := dial(t, s, "udp")
	write(t, c, []byte("no query"))
	write(t, c, ask(9, "HERE.a.test", TypeTXT, 1232))
	m := unpack(read(t, c))
	if m.Id != 9 || m.Question[0].Name != "HERE.a.test." || m.Answer[0].Header().Name != "HERE.a.test." {
		t.Errorf("got %v", m)
	}
	over := dial(t, s, "tcp")
	for id := range uint16(2) { // one connection, two queries
		write(t, over, frame(ask(id, "here.a.test", TypeTXT, -1)))
		b, err := readFramed(over)
		if err != nil || unpack(b).Id != id || len(unpack(b).Answer) != 1 {
			t.Fatalf("got %x, %v", b, err)
		}
	}
	j := s.Journal().Entries()
	if len(j) != 3 || s.Journal().Malformed() != 1 || s.Journal().Dropped() != 0 {
		t.Fatalf("the journal has %+v", j)
	}
	e := j[0]
	if e.Name != "HERE.a.test" || e.ID != 9 || e.EDNS != 1232 || !e.RD || e.Proto != UDP || e.Did != "ok" || e.Honest != 0 || e.TC ||
		e.Client != c.LocalAddr().String() || e.Server != "s" || e.Attempt != 1 || e.Type != TypeTXT {
		t.Errorf("the journal has %+v", e)
	}
	if j[2].Proto != TCP || j[2].Attempt != 2 || j[2].EDNS != -1 || j[2].At < e.At {
		t.Errorf("the journal has %+v", j[2])
	}
}

func TestJournalLimit(t *testing.T) {
	s := start(t, Config{Journal: NewJournal(2)})
	c := dial(t, s, "udp")
	for range 5 {
		write(t, c, ask(1, "here.a.test", TypeTXT, -1))
		read(t, c)
	}
	if n := len(s.Journal().Entries()); n != 2 || s.Journal().Dropped() != 3 {
		t.Errorf("kept %d, dropped %d", n, s.Journal().Dropped())
	}
}

// The first rule that matches wins, and attempts make a script.
func TestRules(t *testing.T) {
	s := start(t, Config{Faults: Faults{Rules: []Rule{
		{Name: "here.*", Type: TypeTXT, Last: 1, Do: []Step{{Do: Servfail}}},
		{Name: "here.*", Proto: UDP, First: 2, Last: 3, Do: []Step{{Do: Rcode, N: 9}}},
		{Name: "two.*", Proto: TCP, Do: []Step{{Do: Refused}}},
	}}})
	c := dial(t, s, "udp")
	for i, want := range []int{2, 9, 9, 0} {
		write(t, c, ask(1, "here.a.test", TypeTXT, -1))
		if got := unpack(read(t, c)).Rcode; got != want {
			t.Errorf("attempt %d: code %d, want %d", i+1, got, want)
		}
	}
	write(t, c, ask(1, "here.a.test", TypeMX, -1)) // counted for itself
	if got := unpack(read(t, c)).Rcode; got != 0 {
		t.Errorf("another type: code %d", got)
	}
	write(t, c, ask(1, "two.a.test", TypeTXT, -1))
	if got := unpack(read(t, c)).Rcode; got != 0 {
		t.Errorf("another transport: code %d", got)
	}
}

func TestStartErrors(t *testing.T) {
	for what, cfg := range map[string]Config{
		"no truth":               {},
		"not on this machine":    {Truth: smallTruth(), Addr: netip.MustParseAddr("192.0.2.1")},
		"a glob that is none":    {Truth: smallTruth(), Faults: Faults{Rules: []Rule{{Name: "[", Do: []Step{{Do: OK}}}}}},
		"a rule without a step":  {Truth: smallTruth(), Faults: Faults{Rules: []Rule{{}}}},
		"a step without a deed":  {Truth: smallTruth(), Faults: always(Step{})},
		"a step that is none":    {Truth: smallTruth(), Faults: always(Step{Do: Down})},
		"a mix of more than all": {Truth: smallTruth(), Faults: Faults{Mix: Mix{{0.6, nil}, {0.6, nil}}}},
	} {
		if s, err := Start(cfg); err == nil {
			s.Close()
			t.Errorf("%s: no error", what)
		}
	}
}

// The same seed gives the same faults whatever the order of the queries, and
// another seed, or another server, others.
func TestDeterminism(t *testing.T) {
	did := func(seed uint64, name string, parallel bool) map[string]string {
		s := start(t, Config{Name: name, Seed: seed, Faults: Faults{
			Loss: Loss{Query: 0.2, Answer: 0.2},
			Mix:  Mix{{0.3, []Step{{Do: Servfail}}}, {0.3, []Step{{Do: Garbage}}}},
		}})
		var wg sync.WaitGroup
		for i := range 200 {
			one := func() {
				c, err := net.Dial("udp", s.Addr().String())
				if err == nil {
					_, err = c.Write(ask(uint16(i), strings.Repeat("x", 1+i%50)+".test", Type(1+i%4), -1))
					c.Close()
				}
				if err != nil {
					t.Error(err)
				}
			}
			if parallel {
				wg.Go(one)
			} else {
				one()
			}
		}
		wg.Wait()
		for deadline := time.Now().Add(patience); len(s.Journal().Entries()) < 200 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		all := map[string]string{}
		for _, e := range s.Journal().Entries() {
			all[e.Name+e.Type.String()+string(rune('0'+e.Attempt))] = e.Did + e.Honest.String()
		}
		return all
	}
	first := did(1, "s", false)
	differ := func(other map[string]string) int {
		n := 0
		for k, v := range first {
			if other[k] != v {
				n++
			}
		}
		return n
	}
	if n := differ(did(1, "s", true)); n > 0 || len(first) < 100 {
		t.Errorf("%d of %d choices differ with the same seed", n, len(first))
	}
	for _, other := range []map[string]string{did(2, "s", false), did(1, "t", false)} {
		if n := differ(other); n < len(first)/4 {
			t.Errorf("only %d of %d choices differ", n, len(first))
		}
	}
}

// The share of what happens is what was ordered.
func TestShares(t *testing.T) {
	f := Faults{Loss: Loss{Query: 0.2, Answer: 0.1}, Mix: Mix{{0.25, []Step{{Do: Servfail}}}, {0.25, []Step{{Do: Drop}}}}}
	got := map[string]int{}
	const n = 10000
	for i := range n {
		random := chance(7, "s", asked{"a", TypeTXT, UDP}, i)
		got[describe(f.choose(&query{name: "a"}, UDP, i, random))]++
		if f.lose([]send{{wire: []byte{1}}}, random)[0].wire == nil {
			got["answer lost"]++
		}
	}
	for what, want := range map[string]int{"lost": 2000, "servfail": 2000, "drop": 2000, "ok": 4000, "answer lost": 1000} {
		if got[what] < want*9/10 || got[what] > want*11/10 {
			t.Errorf("%s %d times of %d, want about %d", what, got[what], n, want)
		}
	}
	if did := f.choose(&query{name: "a"}, TCP, 1, chance(7, "s", asked{"a", TypeTXT, UDP}, 0)); did == nil {
		t.Error("TCP loses a query")
	}
}

func TestTCP(t *testing.T) {
	query := frame(ask(1, "here.a.test", TypeTXT, -1))
	whole := start(t, Config{})
	c := dial(t, whole, "tcp")
	write(t, c, query)
	answer, err := readFramed(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		step  Step
		size  int // octets that come
		check func(error) bool
	}{
		{Step{Do: Drop}, 0, func(err error) bool { return err == nil }},
		{Step{Do: TCPReset, N: 5}, 5, func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		{Step{Do: TCPDrip, Wait: time.Millisecond}, len(answer) + 2, func(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }},
		{Step{Do: TCPLength, N: 9999}, len(answer) + 2, func(err error) bool { return err == nil }},
		{Step{Do: TCPIdle}, 0, func(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }},
	} {
		t.Run(string(test.step.Do), func(t *testing.T) {
			t.Parallel()
			s := start(t, Config{Faults: always(test.step)})
			c := dial(t, s, "tcp")
			_ = c.SetDeadline(time.Now().Add(500 * time.Millisecond))
			write(t, c, query)
			b, err := io.ReadAll(c)
			if test.step.Do == TCPReset && len(b) <= test.size && test.check(err) {
				return // RST may overtake what was sent before it
			}
			if len(b) != test.size || !test.check(err) {
				t.Errorf("got %d octets, %v", len(b), err)
			}
		})
	}
	refusing := start(t, Config{RefuseTCP: true})
	if c, err := net.Dial("tcp", refusing.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a server without TCP: %v, %v", c, err)
	}
}

// A connected socket does not hear another port; one that is not does.
func TestOtherPort(t *testing.T) {
	s := start(t, Config{Faults: always(Step{Do: OtherPort}, Step{Do: OK})})
	c := dial(t, s, "udp")
	write(t, c, ask(1, "here.a.test", TypeTXT, -1))
	if m := unpack(read(t, c)); m.Rcode != 0 {
		t.Errorf("the connected socket got %v", m)
	}
	open, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	_ = open.SetDeadline(time.Now().Add(patience))
	if _, err := open.WriteTo(ask(1, "here.a.test", TypeTXT, -1), net.UDPAddrFromAddrPort(s.Addr())); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, from, err := open.ReadFrom(buf)
	if err != nil || unpack(buf[:n]).Rcode != 3 || from.String() == s.Addr().String() {
		t.Errorf("the open socket got %x from %s, %v", buf[:n], from, err)
	}
}

func TestSwap(t *testing.T) {
	s := start(t, Config{Faults: always(Step{Do: Swap})})
	a, b := dial(t, s, "udp"), dial(t, s, "udp")
	write(t, a, ask(1, "here.a.test", TypeTXT, -1))
	for len(s.Journal().Entries()) < 1 {
		time.Sleep(time.Millisecond)
	}
	write(t, b, ask(2, "two.a.test", TypeTXT, -1))
	if m := unpack(read(t, a)); m.Id != 1 || m.Question[0].Name != "two.a.test." {
		t.Errorf("the first got %v", m)
	}
	if m := unpack(read(t, b)); m.Id != 2 || m.Question[0].Name != "here.a.test." {
		t.Errorf("the second got %v", m)
	}
}

// A server that is down refuses at once, and is then back on the same port.
func TestDown(t *testing.T) {
	s := start(t, Config{})
	over := dial(t, s, "tcp")
	s.Down()
	if _, err := io.ReadAll(over); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is still there") // reset or closed: that depends on how far it had got
	}
	c := dial(t, s, "udp")
	write(t, c, ask(1, "here.a.test", TypeTXT, -1))
	if _, err := c.Read(make([]byte, 10)); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("while it is down: %v", err)
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	write(t, c, ask(2, "here.a.test", TypeTXT, -1))
	if m := unpack(read(t, c)); m.Id != 2 {
		t.Errorf("got %v", m)
	}
}

func TestOutage(t *testing.T) {
	s := start(t, Config{Outages: []Outage{{From: 0, For: time.Second}}})
	states := ""
	for deadline := time.Now().Add(patience); states != "refused answered " && time.Now().Before(deadline); {
		c := dial(t, s, "udp")
		_ = c.SetDeadline(time.Now().Add(50 * time.Millisecond)) // a query may be read, and then not answered
		write(t, c, ask(1, "here.a.test", TypeTXT, -1))
		buf := make([]byte, 1000)
		n, err := c.Read(buf)
		c.Close() // there are many of them: a refusal comes at once
		switch {
		case err == nil && (n < 3 || buf[2]&0x80 == 0): // our own query: we were given the server's port
		case err == nil && strings.HasPrefix(states, "refused"):
			states += "answered "
		case errors.Is(err, syscall.ECONNREFUSED) && states == "":
			states = "refused "
		}
	}
	if states != "refused answered " {
		t.Errorf("was %q", states)
	}
}

// The control of the harness: the stock client must be fooled by the shapes
// that look like an empty answer, and must not be by silence before the truth.
func TestStockClientIsFooled(t *testing.T) {
	for _, test := range []struct {
		step Step
		want string
	}{
		{Step{Do: HeaderOnly}, "missing"},
		{Step{Do: CountsLie}, "missing"},
		{Step{Do: CountsLie, N: 1}, "missing"},
		{Step{Do: WrongQuestion}, "missing"},
		{Step{Do: QR0}, "missing"},
		{Step{Do: Garbage}, "gives up"},
		{Step{Do: BrokenRR}, "gives up"},
		{Step{Do: Drop}, "found"},
		{Step{Do: WrongID}, "found"}, // it matches the ID, and nothing else
	} {
		s := start(t, Config{Faults: always(test.step, Then(20*time.Millisecond))})
		client := &dns.Client{Timeout: patience}
		m, _, err := client.Exchange(new(dns.Msg).SetQuestion("here.a.test.", dns.TypeTXT), s.Addr().String())
		got := "found"
		switch {
		case err != nil:
			got = "gives up"
		case len(m.Answer) == 0:
			got = "missing"
		}
		if got != test.want {
			t.Errorf("%s: the stock client says %s, want %s (%v)", test.step, got, test.want, err)
		}
	}
}
