package chaos

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/chaos/oracle"
	"github.com/mailposture/mailposture/scanner"
)

// weather is the mix of a scan: a SERVFAIL in twenty, and each malformed kind
// in fifty, before the truth where a client has to wait for it.
func weather() Mix {
	mix := Mix{{0.05, []Step{{Do: Servfail}}}}
	for _, s := range []Step{
		{Do: HeaderOnly}, {Do: CountsLie}, {Do: CountsLie, N: 1}, {Do: CountsLie, N: 2},
		{Do: WrongQuestion}, {Do: WrongQuestion, N: 1}, {Do: CaseFold}, {Do: QR0}, {Do: Opcode}, {Do: ClassCH}, {Do: WrongID},
		{Do: Garbage, N: 3}, {Do: BrokenRR}, {Do: PointerLoop}, {Do: LongName}, {Do: RDLength, N: 1},
		{Do: OtherPort}, {Do: Flood, N: 5}, {Do: Swap},
	} {
		mix = append(mix, Chance{0.02, []Step{s, Then(5 * time.Millisecond)}})
	}
	for _, s := range []Step{
		{Do: TC}, {Do: TCPartial}, {Do: TCCut}, {Do: HeaderOnly}, {Do: Mutate, N: 2}, {Do: Refused},
		{Do: DupRR}, {Do: Shuffle}, {Do: ExtraOwner}, {Do: Dup, N: 2},
	} {
		mix = append(mix, Chance{0.02, []Step{s}})
	}
	return mix
}

// campaign is one scan of a made-up world in bad weather.
type campaign struct {
	domains     int
	concurrency int
	timeout     time.Duration
	outage      Outage       // of the second server
	parts       []facts.Part // nil: all
	wrap        func(scanner.Resolver) scanner.Resolver
	spare       time.Duration // for the whole scan
}

const (
	tries     = 12       // after which a question may be given up
	seenTries = 5        // of them, those that a server must have seen: half may go to one that is down
	mortal    = "second" // the server with the outage
)

// run scans and returns the evidence.
func (c campaign) run(t *testing.T) (oracle.Evidence, oracle.Limits) {
	world := World(20261121, c.domains)
	journal := NewJournal(c.domains * 60)
	var servers []netip.AddrPort
	for i, name := range []string{"first", mortal} {
		cfg := Config{
			Name: name, Addr: ip4(127, 0, 53, 1+i), Seed: 1, Truth: world.Truth, Journal: journal,
			Faults: Faults{Mix: weather(), Loss: Loss{Query: 0.2, Answer: 0.2}},
		}
		if name == mortal {
			cfg.Outages = []Outage{c.outage}
		}
		servers = append(servers, start(t, cfg).Addr())
	}
	transport, err := scanner.NewDNS(scanner.DNSConfig{Servers: servers, Timeout: c.timeout, Retries: tries - 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = transport.Close() })
	var resolver scanner.Resolver = scanner.NewCache(transport, scanner.CacheConfig{})
	if c.wrap != nil {
		resolver = c.wrap(resolver)
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.spare)
	defer cancel()
	var e oracle.Evidence
	var input []facts.Domain
	for _, name := range world.Domains {
		input = append(input, facts.Domain(name))
		e.Inputs = append(e.Inputs, name)
	}
	// The domain's own time is no limit here: with one, giving up early is allowed.
	options := facts.DefaultOptions()
	options.Parts = c.parts
	cfg := scanner.Config{Resolver: resolver, Options: options, Concurrency: c.concurrency, Timeout: c.spare}
	watch := watchStalls(journal)
	began := time.Now()
	for r, err := range scanner.ScanAll(ctx, slices.Values(input), cfg, result) {
		if err != nil {
			watch()
			t.Fatal(err)
		}
		e.Results = append(e.Results, r)
	}
	took := time.Since(began)
	stalls := watch()
	e.Truth = func(q oracle.Question) []string { return world.Values(q.Name, q.Kind) }
	e.Journal = queries(journal.Entries())
	excuse(e.Journal, stalls, c.timeout)
	if journal.Dropped() > 0 {
		t.Fatalf("the journal is too small by %d", journal.Dropped())
	}
	t.Logf("%d domains in %s, %d queries, %d stalls, %v", c.domains, took.Round(time.Millisecond), len(e.Journal), len(stalls), tallied(e.Results))
	down := func(server string, at time.Duration) bool {
		return server == mortal && at > c.outage.From-time.Second && at < c.outage.From+c.outage.For+time.Second
	}
	// A resolver on loopback is asked from few ports: nobody on the way can forge.
	return e, oracle.Limits{
		Tries: seenTries, Patience: c.timeout * 3 / 4, Budget: facts.DefaultQuestions, EDNS: ednsSize, IDs: true,
		Ports: 2, NoTCP: down, Late: 4, LateTC: 0.25,
	}
}

// stall is a time in which this machine had no turn for a goroutine that wanted
// one, on the clock of the journal.
type stall struct{ from, to time.Duration }

// watchStalls notes stalls until the function it returns is called.
func watchStalls(clock *Journal) func() []stall {
	const nap, most = 5 * time.Millisecond, 20 * time.Millisecond
	end, list := make(chan struct{}), make(chan []stall)
	go func() {
		var all []stall
		ticker := time.NewTicker(nap)
		defer ticker.Stop()
		for last := clock.Now(); ; {
			select {
			case <-end:
				list <- all
				return
			case <-ticker.C:
			}
			now := clock.Now()
			if now-last > most {
				all = append(all, stall{last, now})
			}
			last = now
		}
	}()
	return func() []stall { close(end); return <-list }
}

// excuse takes back the answers that a stall may have made late. What a busy
// machine did is no laziness of the client.
func excuse(journal []oracle.Query, stalls []stall, wait time.Duration) {
	for i, q := range journal {
		at, _ := slices.BinarySearchFunc(stalls, q.At-wait, func(s stall, t time.Duration) int { return int(s.to - t) })
		if at < len(stalls) && stalls[at].from < q.At+wait {
			journal[i].Honest, journal[i].TC = -1, false
		}
	}
}

// result is a snapshot as the oracle reads it.
func result(s *facts.Snapshot, _ *facts.Facts) oracle.Result {
	r := oracle.Result{Domain: string(s.Domain)}
	for _, o := range s.Observations {
		a := oracle.Answer{Question: oracle.Question{Name: o.Name, Kind: o.Kind}, Values: o.Data}
		switch {
		case o.Status == facts.Found:
			a.Status = oracle.Present
		case o.Absent():
			a.Status = oracle.Absent
		case o.Status == facts.Failed:
			a.Status = oracle.Unknown
		}
		r.Answers = append(r.Answers, a)
	}
	return r
}

// queries is the journal as the oracle reads it.
func queries(entries []Entry) []oracle.Query {
	list := make([]oracle.Query, len(entries))
	for i, e := range entries {
		list[i] = oracle.Query{
			At: e.At, Server: e.Server, Port: e.Port, TCP: e.Proto == TCP, ID: e.ID,
			Question: oracle.Question{Name: strings.ToLower(e.Name), Kind: e.Type.String()},
			EDNS:     e.EDNS, Honest: e.Honest, TC: e.TC,
		}
	}
	return list
}

// tallied counts the conclusions.
func tallied(results []oracle.Result) map[oracle.Status]int {
	n := map[oracle.Status]int{}
	for _, r := range results {
		for _, a := range r.Answers {
			n[a.Status]++
		}
	}
	return n
}

// judge reports the complaints, the first few of them in words.
func judge(t *testing.T, e oracle.Evidence, l oracle.Limits) {
	t.Helper()
	found := oracle.Judge(e, l)
	for i, c := range found {
		if i == 20 {
			t.Errorf("and %d more", len(found)-i)
			break
		}
		t.Error(c)
	}
}

func short() campaign {
	return campaign{
		domains: 2000, concurrency: 400, timeout: slower * 100 * time.Millisecond,
		outage: Outage{From: time.Second, For: time.Second}, spare: time.Minute,
	}
}

// With a fifth of the datagrams lost each way, junk of every kind, and one of
// two servers dead for a while, nothing is missed, made up, lost or doubled,
// and nothing is given up lightly.
func TestScanInChaos(t *testing.T) {
	e, l := short().run(t)
	judge(t, e, l)
	n := tallied(e.Results)
	if total := n[oracle.Present] + n[oracle.Absent] + n[oracle.Unknown]; n[oracle.Unknown] > total/100 || n[oracle.Present] < total/4 || n[oracle.Absent] < total/10 {
		t.Errorf("conclusions are %v: too few known, or too much alike", n)
	}
	if !slices.ContainsFunc(e.Journal, func(q oracle.Query) bool { return q.Server == mortal && q.At < time.Second }) {
		t.Error("the second server was never asked before its outage")
	}
}

// lossy is a resolver in which a failure counts as an absence, for the controls.
type lossy struct{ scanner.Resolver }

func (l lossy) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	obs, err := l.Resolver.Lookup(ctx, qs)
	obs = slices.Clone(obs)
	for i, o := range obs {
		if o.Status == facts.Failed {
			obs[i] = facts.Observation{Question: o.Question, Status: facts.NoData}
		}
	}
	return obs, err
}

// lazy gives up some questions whatever the answer, for the controls.
type lazy struct{ scanner.Resolver }

func (l lazy) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	obs, err := l.Resolver.Lookup(ctx, qs)
	obs = slices.Clone(obs)
	for i, o := range obs {
		if len(o.Name)%4 == 0 {
			obs[i] = facts.Observation{Question: o.Question, Status: facts.Failed, Cause: "timeout"}
		}
	}
	return obs, err
}

// The controls: the same scan with a resolver that reads failures as absence,
// and with one that gives up, must be convicted.
func TestScanInChaosConvicts(t *testing.T) {
	for _, test := range []struct {
		check string
		wrap  func(scanner.Resolver) scanner.Resolver
	}{
		{"conclusions", func(r scanner.Resolver) scanner.Resolver { return lossy{lazy{r}} }},
		{"effort", func(r scanner.Resolver) scanner.Resolver { return lazy{r} }},
	} {
		c := short()
		c.domains, c.outage, c.wrap = 100, Outage{From: time.Hour}, test.wrap
		e, l := c.run(t)
		if !slices.ContainsFunc(oracle.Judge(e, l), func(c oracle.Complaint) bool { return c.Check == test.check }) {
			t.Errorf("a resolver that breaks %s is not convicted", test.check)
		}
	}
}
