package chaos

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner"
)

// treatment is what a server is to do in the matrix, alone and before the truth.
type treatment struct {
	step Step
	// junk is no answer to the query at all: who gets it goes on waiting, and
	// finds the truth that follows.
	junk bool
}

// treatments are all behaviours, with the figures that matter.
func treatments() []treatment {
	yes, no := true, false
	return []treatment{
		{Step{Do: OK}, no}, {Step{Do: Drop}, no}, {Step{Do: Delay, Wait: 5 * time.Millisecond}, no}, {Step{Do: Late, Wait: time.Second}, no},
		{Step{Do: Dup, N: 3}, no}, {Step{Do: Rcode, N: 0}, no}, {Step{Do: Rcode, N: 3}, no}, {Step{Do: Rcode, N: 4}, no}, {Step{Do: Rcode, N: 9}, no},
		{Step{Do: Rcode, N: 11}, no}, {Step{Do: Rcode, N: 23}, no}, {Step{Do: Rcode, N: 4095}, no}, {Step{Do: Rcode, N: 0, EDE: 3}, no},
		{Step{Do: Servfail}, no}, {Step{Do: Servfail, EDE: 6}, no}, {Step{Do: Refused}, no},
		{Step{Do: FormErr}, no}, {Step{Do: FormErr, N: 1}, no}, {Step{Do: BadVers}, no}, {Step{Do: NXDomainNoSOA}, no}, {Step{Do: NoDataNoSOA}, no},
		{Step{Do: NXRewrite}, no}, {Step{Do: ENTNXDomain}, no}, {Step{Do: Filtered}, no}, {Step{Do: Filtered, EDE: 17}, no},
		{Step{Do: TC}, no}, {Step{Do: TCPartial}, no}, {Step{Do: TCCut}, no}, {Step{Do: TCOnTCP}, no},
		{Step{Do: TCPReset, N: 0}, no}, {Step{Do: TCPReset, N: 1}, no}, {Step{Do: TCPReset, N: 30}, no}, {Step{Do: TCPDrip, Wait: 10 * time.Millisecond}, no},
		{Step{Do: TCPLength, N: -1}, no}, {Step{Do: TCPLength, N: 12}, no}, {Step{Do: TCPLength, N: 30}, no}, {Step{Do: TCPLength, N: 65535}, no}, {Step{Do: TCPIdle}, no},
		{Step{Do: WrongID}, yes}, {Step{Do: WrongQuestion}, yes}, {Step{Do: WrongQuestion, N: 1}, yes}, {Step{Do: CaseFold}, yes}, {Step{Do: QR0}, yes},
		{Step{Do: Opcode}, yes}, {Step{Do: Opcode, N: 15}, yes}, {Step{Do: ClassCH}, yes}, {Step{Do: OtherPort}, yes}, {Step{Do: Swap}, yes},
		{Step{Do: Flood, N: 3}, yes}, {Step{Do: Flood, N: 100}, no}, {Step{Do: HeaderOnly}, yes},
		{Step{Do: CountsLie}, yes}, {Step{Do: CountsLie, N: 1}, yes}, {Step{Do: CountsLie, N: 2}, yes},
		{Step{Do: Garbage}, yes}, {Step{Do: Garbage, N: 3}, yes}, {Step{Do: Garbage, N: 100}, no}, {Step{Do: BrokenRR}, yes},
		{Step{Do: PointerLoop}, yes}, {Step{Do: PointerLoop, N: 1}, yes}, {Step{Do: LongName}, yes},
		{Step{Do: RDLength, N: 1}, yes}, {Step{Do: RDLength, N: -1}, yes}, {Step{Do: RDLength, N: 300}, yes},
		{Step{Do: OPTs, N: 2}, no}, {Step{Do: OPTFlood, N: 20}, no}, {Step{Do: OPTFlood, N: 250}, no}, {Step{Do: BigUDP, N: 2000}, no}, {Step{Do: BigUDP, N: 9000}, no},
		{Step{Do: Mutate, N: 1}, no}, {Step{Do: Mutate, N: 2}, no}, {Step{Do: Mutate, N: 3}, no}, {Step{Do: Mutate, N: 5}, no}, {Step{Do: Mutate, N: 20}, no},
		{Step{Do: CNAMELoop, N: 1}, no}, {Step{Do: CNAMELoop, N: 2}, no}, {Step{Do: CNAMELoop, N: 9}, no}, {Step{Do: CNAMEChain, N: 3}, no}, {Step{Do: CNAMEChain, N: 50}, no},
		{Step{Do: ExtraOwner}, no}, {Step{Do: RRset, N: 3000}, no}, {Step{Do: DupRR}, no}, {Step{Do: Shuffle}, no},
	}
}

// existence is the truth of a case.
type existence string

const (
	isThere existence = "there"
	nodata  existence = "nodata" // another type is there
	empty   existence = "empty"  // an empty non-terminal
	missing existence = "nx"
)

// cell is one case of the matrix. Its name says which.
type cell struct {
	facts.Question
	treatment
	existence existence
	proto     Proto
	then      bool // the truth follows
}

// madeUp is a lie that nothing in the answer contradicts: only controls show
// it, and they have to be answered in time.
func (c cell) madeUp() bool {
	return c.step.Do == NXRewrite && c.existence == missing && c.Kind == facts.KindA
}

// must reports whether a careful client finds the truth: it follows junk.
// Another port has no meaning over TCP: there the connection ends.
func (c cell) must() bool {
	return c.step.Do == OK || c.junk && c.then && (c.step.Do != OtherPort || c.proto == UDP)
}

// matrix is the cases of one treatment, their truth, and the rules that make
// them so.
func matrix(tr treatment) ([]cell, *Truth, []Rule) {
	truth := NewTruth(SOA("matrix.test"))
	var cells []cell
	var rules []Rule
	if tr.step.Do == NXRewrite { // who makes up addresses does so everywhere
		rules = append(rules, Rule{Name: "*.com", Do: []Step{tr.step}}, Rule{Name: "*.net", Do: []Step{tr.step}})
	}
	for _, proto := range []Proto{UDP, TCP} {
		for _, then := range []bool{false, true} {
			zone := fmt.Sprintf("%s-%t.matrix.test", proto, then)
			do := []Step{tr.step}
			if then {
				do = append(do, Then(20*time.Millisecond))
			}
			if proto == TCP {
				rules = append(rules, Rule{Name: "*." + zone, Proto: UDP, Do: []Step{{Do: TC}}})
			}
			rules = append(rules, Rule{Name: "*." + zone, Do: do})
			for _, kind := range []string{"A", "AAAA", "MX", "TXT", "CNAME", "PTR"} {
				for _, ex := range []existence{isThere, nodata, empty, missing} {
					q := facts.Question{Name: strings.ToLower(kind) + "-" + string(ex) + "." + zone, Kind: kind}
					addTruth(truth, q, ex)
					cells = append(cells, cell{q, tr, ex, proto, then})
				}
			}
		}
	}
	return cells, truth, rules
}

func addTruth(truth *Truth, q facts.Question, ex existence) {
	switch ex {
	case nodata:
		truth.Add(RR{Owner: q.Name, Type: TypeNS, TTL: ttl, Host: "ns.invalid"})
	case empty:
		truth.Add(TXT("below."+q.Name, "x"))
	case isThere:
		truth.Add(map[string][]RR{
			"A":     {Addr(q.Name, ip4(192, 0, 2, 1)), Addr(q.Name, ip4(192, 0, 2, 2))},
			"AAAA":  {Addr(q.Name, ip6(1))},
			"MX":    {MX(q.Name, 10, "mx.matrix.test"), MX(q.Name, 20, "mx2.matrix.test")},
			"TXT":   {TXT(q.Name, "v=spf1", " -all"), TXT(q.Name, "\x00\xff\"\\")},
			"CNAME": {CNAME(q.Name, "target.matrix.test")},
			"PTR":   {PTR(q.Name, "host.matrix.test")},
		}[q.Kind]...)
	}
}

// wrong is what a conclusion has against the truth; "" is nothing.
func wrong(o facts.Observation, truth []string) string {
	switch {
	case o.Status == facts.Failed:
		return ""
	case o.Status == facts.Found && len(truth) == 0:
		return "false present"
	case o.Status == facts.Found && !slices.Equal(o.Data, truth):
		return "other data"
	case o.Absent() && len(truth) > 0:
		return "false missing"
	case o.Status == facts.Found || o.Absent():
		return ""
	}
	return "no conclusion"
}

// No behaviour of a server leads to a wrong conclusion, and junk before the
// truth does not hide it.
func TestMatrix(t *testing.T) {
	t.Parallel() // it waits most of the time
	var cases, known atomic.Int32
	var wg sync.WaitGroup
	slots := make(chan struct{}, 16)
	for i, tr := range treatments() {
		cells, truth, rules := matrix(tr)
		s := start(t, Config{Name: "matrix", Seed: uint64(i), Truth: truth, Faults: Faults{Rules: rules}})
		wait := 250 * time.Millisecond
		if tr.step.Do == NXRewrite {
			wait = patience // each query is answered, and nothing may keep the controls from being made
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			for j, o := range concluded(t, s, cells, wait) {
				c := cells[j]
				if c.must() && o.Status == facts.Failed || c.madeUp() && o.Status == facts.Found {
					o = concluded(t, s, cells[j:j+1], patience)[0] // the machine may be busy
				}
				fault := wrong(o, truth.Values(c.Name, c.Kind))
				cases.Add(1)
				if o.Status != facts.Failed {
					known.Add(1)
				}
				switch {
				case fault != "":
					t.Errorf("%s: %s: %s: %s %q", tr.step, c.Question, fault, o.Status, o.Data)
				case c.must() && o.Status == facts.Failed:
					t.Errorf("%s: %s: %s, though the truth was there to find", tr.step, c.Question, o.Cause)
				}
			}
		})
	}
	wg.Wait()
	if n := cases.Load(); known.Load() < n/4 { // a third, where the machine is not busy
		t.Errorf("of %d cases %d are known", n, known.Load())
	}
	t.Logf("%d cases, %d known", cases.Load(), known.Load())
}

// concluded is what the scanner's transport makes of a server.
func concluded(t *testing.T, s *Server, cells []cell, wait time.Duration) []facts.Observation {
	d, err := scanner.NewDNS(scanner.DNSConfig{Servers: []netip.AddrPort{s.Addr()}, Timeout: wait, Retries: 1})
	if err != nil {
		t.Error(err)
		return make([]facts.Observation, len(cells))
	}
	defer func() { _ = d.Close() }()
	asked := make([]facts.Question, len(cells))
	for i, c := range cells {
		asked[i] = c.Question
	}
	obs, err := d.Lookup(context.Background(), asked)
	if err != nil {
		t.Error(err)
	}
	return obs
}

// naive is how a client concludes that trusts its library: an answer without
// records is a missing record.
func naive(q facts.Question, server string) facts.Observation {
	client := &dns.Client{Timeout: 50 * time.Millisecond}
	query := new(dns.Msg).SetQuestion(q.Name+".", dns.StringToType[q.Kind]).SetEdns0(1232, false)
	m, _, err := client.Exchange(query, server)
	o := facts.Observation{Question: q, Status: facts.Failed}
	if err != nil {
		return o
	}
	o.Status = facts.NoData
	for _, rr := range m.Answer {
		if rr.Header().Rrtype == dns.StringToType[q.Kind] {
			o.Status = facts.Found
			o.Data = append(o.Data, strings.TrimPrefix(rr.String(), rr.Header().String()))
		}
	}
	slices.Sort(o.Data)
	return o
}

// The control of the matrix: a naive client must draw wrong conclusions from
// the same servers, from every behaviour that can mislead one.
func TestMatrixConvictsNaiveClient(t *testing.T) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	convicted := map[Behaviour]int{}
	for i, tr := range treatments() {
		cells, truth, rules := matrix(tr)
		s := start(t, Config{Name: "matrix", Seed: uint64(i), Truth: truth, Faults: Faults{Rules: rules}})
		wg.Go(func() {
			for _, c := range cells {
				if c.Kind != facts.KindMX || c.proto != UDP || wrong(naive(c.Question, s.Addr().String()), truth.Values(c.Name, c.Kind)) == "" {
					continue
				}
				mu.Lock()
				convicted[tr.step.Do]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, b := range []Behaviour{
		Rcode, Servfail, Refused, FormErr, BadVers, NXDomainNoSOA, NoDataNoSOA, Filtered, TC, TCPartial, TCOnTCP,
		WrongQuestion, CaseFold, QR0, Opcode, ClassCH, HeaderOnly, CountsLie, CNAMELoop,
	} {
		if convicted[b] == 0 {
			t.Errorf("%s misleads nobody", b)
		}
	}
	for _, b := range []Behaviour{OK, Drop, Delay, Dup, WrongID, OtherPort} { // the control of the control
		if convicted[b] > 0 {
			t.Errorf("%s misleads a naive client, too: the truth is wrong", b)
		}
	}
}

// Every behaviour is in the matrix.
func TestMatrixIsWhole(t *testing.T) {
	in := map[Behaviour]bool{}
	for _, tr := range treatments() {
		in[tr.step.Do] = true
	}
	for _, b := range Behaviours() {
		if !in[b] {
			t.Errorf("%s is not in the matrix", b)
		}
	}
}
