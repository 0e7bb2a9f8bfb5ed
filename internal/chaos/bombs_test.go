package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner"
)

// bombs are domains that try to make a scanner work without end: bomb0.test and
// so on.
var bombs = []struct {
	what  string
	lay   func(t *Truth, name string)
	rules func(name string) []Rule
}{
	{"includes without end", func(t *Truth, name string) {
		t.Add(TXT(name, "v=spf1 include:n0."+name+" -all"))
		for i := range 300 {
			t.Add(TXT(fmt.Sprintf("n%d.%s", i, name), fmt.Sprintf("v=spf1 include:n%d.%s -all", i+1, name)))
		}
	}, nil},
	{"includes of includes of includes", func(t *Truth, name string) {
		tree(t, name, name, 3, 12)
	}, nil},
	{"includes that are not there", func(t *Truth, name string) {
		t.Add(long(name, "v=spf1"+many(90, " include:n%d."+name)+" -all"))
	}, nil},
	{"a loop, and another", func(t *Truth, name string) {
		t.Add(TXT(name, "v=spf1 include:a."+name+" include:"+name+" redirect="+name))
		t.Add(TXT("a."+name, "v=spf1 include:b."+name+" include:a."+name+" -all"), TXT("b."+name, "v=spf1 include:a."+name+" -all"))
	}, nil},
	{"hosts that do not answer", func(t *Truth, name string) {
		for i := range 90 {
			t.Add(MX(name, uint16(i), fmt.Sprintf("host%d.%s", i, name)))
		}
	}, func(name string) []Rule { return []Rule{{Name: "host*." + name, Do: []Step{{Do: Drop}}}} }},
	{"large records", func(t *Truth, name string) {
		big(t, name, "v=spf1"+many(30, " include:n%d."+name)+" -all")
		for i := range 30 {
			big(t, fmt.Sprintf("n%d.%s", i, name), "v=spf1 ip4:192.0.2.1 -all")
		}
	}, nil},
	{"answers that take their time", func(t *Truth, name string) {
		t.Add(long(name, "v=spf1"+many(40, " include:n%d."+name)+" -all"))
	}, func(name string) []Rule {
		return []Rule{{Name: "n*." + name, Do: []Step{{Do: Delay, Wait: 300 * time.Millisecond}}}}
	}},
	{"reports to everybody", func(t *Truth, name string) {
		t.Add(TXT(name, "v=spf1 -all"), long("_dmarc."+name, "v=DMARC1; p=none; rua="+strings.TrimPrefix(many(80, ",mailto:a@r%d."+name+".example"), ",")))
	}, nil},
	{"chains of aliases", func(t *Truth, name string) {
		for i := range 20 {
			t.Add(MX(name, 1, fmt.Sprintf("alias%d.%s", i, name)))
		}
	}, func(name string) []Rule { return []Rule{{Name: "alias*." + name, Do: []Step{{Do: CNAMEChain, N: 50}}}} }},
	{"a key under every name", func(t *Truth, name string) {
		t.Add(TXT(name, "v=spf1 -all"), MX(name, 1, "mx0.mail.test"), long("*._domainkey."+name, "v=DKIM1; p="+strings.Repeat("QUJD", 500)))
	}, nil},
}

// long is a TXT record of as many strings as it takes.
func long(name, text string) RR {
	var all []string
	for part := range slices.Chunk([]byte(text), 255) {
		all = append(all, string(part))
	}
	return TXT(name, all...)
}

func many(n int, format string) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, format, i)
	}
	return all.String()
}

// tree adds includes of each other, so many levels deep.
func tree(t *Truth, name, below string, levels, width int) {
	if levels == 0 {
		t.Add(TXT(name, "v=spf1 ip4:192.0.2.1 -all"))
		return
	}
	record := "v=spf1"
	for i := range width {
		child := fmt.Sprintf("l%d-%d.%s", levels, i, name)
		if i > 1 && levels < 3 {
			child = fmt.Sprintf("l%d-%d.%s", levels, i, below) // shared
		}
		record += " include:" + child
		if len(t.Values(child, "TXT")) == 0 {
			tree(t, child, below, levels-1, width)
		}
	}
	t.Add(long(name, record+" -all"))
}

// big adds a record among others that are no use to anyone.
func big(t *Truth, name, record string) {
	t.Add(long(name, record))
	for i := range 60 {
		t.Add(TXT(name, fmt.Sprintf("junk%d=%s", i, strings.Repeat("x", 200)), strings.Repeat("y", 200)))
	}
}

// A bomb costs nobody but itself: what is said of the thousand others is the
// same to the last octet with ten bombs among them as without. And no bomb takes
// more than a domain may.
func TestBombs(t *testing.T) {
	t.Parallel() // it waits most of the time: in the end for hosts that do not answer
	const towns, every = 1000, 97
	world := World(7, towns)
	var rules []Rule
	mixed := slices.Clone(world.Domains)
	var names []string
	for i, bomb := range bombs {
		name := fmt.Sprintf("bomb%d.test", i)
		world.Add(SOA(name))
		bomb.lay(world.Truth, name)
		if bomb.rules != nil {
			rules = append(rules, bomb.rules(name)...)
		}
		mixed = slices.Insert(mixed, i*every, name)
		names = append(names, name)
	}
	quiet, loud := &survey{names: world.Domains}, &survey{names: mixed}
	// The control: with another budget, those take more that no other bound holds.
	loose := &survey{names: names, budget: facts.Budget{Questions: 500, SPF: 500, Packets: 5000, Octets: 5 << 20}}
	var g errgroup.Group
	for _, turns := range [][]*survey{{quiet, loud}, {loose}} { // the last has hardly anything to do but wait
		for _, s := range turns {
			s.server = start(t, Config{Name: "one", Seed: 1, Truth: world.Truth, Faults: Faults{Rules: rules}, Journal: NewJournal(100 * len(s.names))})
		}
		g.Go(func() error {
			for _, s := range turns {
				if err := s.run(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	differ := 0
	for _, name := range world.Domains {
		if quiet.said[name] == loud.said[name] && quiet.said[name] != "" {
			continue
		}
		if differ++; differ <= 3 {
			t.Errorf("%s is not the same: %s", name, cmp.Diff(quiet.said[name], loud.said[name]))
		}
	}
	if differ > 0 {
		t.Errorf("%d domains are not the same", differ)
	}
	over := 0
	for i, bomb := range bombs {
		packets, questions := spentOn(loud.journal, names[i])
		if packets > facts.DefaultPackets || questions > facts.DefaultQuestions {
			t.Errorf("%s: %d packets for %d questions", bomb.what, packets, questions)
		}
		if loud.said[names[i]] == "" {
			t.Errorf("%s: no result", bomb.what)
		}
		t.Logf("%s: %d packets, %d questions", bomb.what, packets, questions)
		if packets, questions := spentOn(loose.journal, names[i]); packets > facts.DefaultPackets || questions > facts.DefaultQuestions {
			over++
		}
	}
	if over == 0 {
		t.Error("no bomb takes more where it may")
	}
}

// survey is a scan, and what is known of each domain but for how it came to be
// known.
type survey struct {
	server  *Server
	names   []string
	budget  facts.Budget
	said    map[string]string
	journal []Entry
}

func (s *survey) run() error {
	// The wait is long, so that a busy machine makes no difference.
	transport, err := scanner.NewDNS(scanner.DNSConfig{Servers: []netip.AddrPort{s.server.Addr()}, Timeout: 2 * time.Second, Retries: 1})
	if err != nil {
		return err
	}
	defer func() { _ = transport.Close() }()
	var domains []facts.Domain
	for _, name := range s.names {
		domains = append(domains, facts.Domain(name))
	}
	cfg := scanner.Config{Resolver: scanner.NewCache(transport, scanner.CacheConfig{}), Options: facts.DefaultOptions(), Timeout: time.Minute}
	cfg.Options.Budget = s.budget
	s.said = map[string]string{}
	for pair, err := range scanner.ScanAll(context.Background(), slices.Values(domains), cfg, conclusion) {
		if err != nil {
			return err
		}
		s.said[pair[0]] = pair[1]
	}
	s.journal = s.server.Journal().Entries()
	return nil
}

// conclusion is a domain and what was said of it, without who said it.
func conclusion(s *facts.Snapshot, _ *facts.Facts) [2]string {
	all := slices.Clone(s.Observations)
	for i := range all {
		all[i].Via = nil
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return [2]string{} // and the domain has no result
	}
	return [2]string{string(s.Domain), string(text)}
}

// spentOn counts the packets and the questions about names at or below a domain,
// and about those that it names elsewhere.
func spentOn(journal []Entry, domain string) (int, int) {
	packets := 0
	questions := map[string]bool{}
	for _, e := range journal {
		name := strings.ToLower(e.Name)
		if name == domain || strings.HasSuffix(name, "."+domain) || strings.Contains(name, domain+".") {
			packets++
			questions[name+" "+e.Type.String()] = true
		}
	}
	return packets, len(questions)
}
