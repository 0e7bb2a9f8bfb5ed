package facts

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/record"
)

// answered is a world as far as it is known.
type answered map[Question]Observation

func (a answered) Get(q Question) (Observation, bool) {
	o, ok := a[q]
	return o, ok
}

// names of the made-up worlds: few, so that records meet, loop and share, and
// below domains that somebody could register.
const worldNames = 9

func worldName(n int) string { return fmt.Sprintf("n%d.example%d.com", n, n%3) }

// randomWorld answers some questions about names whose records lead to each
// other: with SPF, with several records, with other text, with nothing, with
// failures, and some not at all.
func randomWorld(random *rand.Rand) answered {
	w := answered{}
	for n := range worldNames {
		name := worldName(n)
		w.tell(random, name, KindTXT, randomTexts(random, n)...)
		w.tell(random, name, KindA, "192.0.2."+strconv.Itoa(n))
		w.tell(random, name, KindAAAA)
		w.tell(random, name, KindMX, slices.Repeat([]string{"10 " + worldName(n) + "."}, random.IntN(2)*11)...)
	}
	w.tell(random, "spf.protection.outlook.com", KindTXT, `"v=spf1 ip4:40.92.0.0/15 -all"`)
	for n := range 3 {
		w.tell(random, fmt.Sprintf("example%d.com", n), KindTXT, slices.Repeat([]string{`"other text"`}, random.IntN(2))...)
	}
	return w
}

// tell answers a question, if not with data then with one of the ways to have none.
func (w answered) tell(random *rand.Rand, name, kind string, data ...string) {
	o := Observation{Question: Question{name, kind}, Status: Found, Data: data}
	switch luck := random.IntN(40); {
	case luck == 0:
		return
	case luck == 1:
		o.Status, o.Data, o.Cause = Failed, nil, "SERVFAIL"
	case luck < 5 || len(data) == 0:
		o.Status, o.Data = []Status{NoData, NXDomain}[random.IntN(2)], nil
	case luck == 5:
		o.Source = "zone:" + strconv.Itoa(random.IntN(2))
	}
	w[o.Question] = o
}

func randomTexts(random *rand.Rand, n int) []string {
	switch random.IntN(10) {
	case 0:
		return []string{`"other text"`}
	case 1:
		return []string{randomSPF(random, n), randomSPF(random, n)}
	}
	return []string{`"other text"`, randomSPF(random, n)}
}

// randomSPF leads to later names more often than to earlier ones, or nearly
// every walk would end in a loop at once.
func randomSPF(random *rand.Rand, n int) string {
	terms := []string{"v=spf1"}
	for range 1 + random.IntN(4) {
		to := worldName(min(n+1+random.IntN(4), worldNames-1))
		if random.IntN(8) == 0 {
			to = worldName(random.IntN(worldNames))
		}
		terms = append(terms, []string{
			"include:" + to, "include:" + to, "include:" + to, "?include:" + to, "redirect=" + to, "a:" + to, "mx:" + to, "exists:" + to,
			"ip4:192.0.2.0/24", "a", "ptr", "-all", "include:%{d}", "include:%{i}." + to, "include:" + strings.ToUpper(to), "wrong:" + to,
			"include:spf.protection.outlook.com",
		}[random.IntN(17)])
	}
	return record.FormatTXT(strings.Join(terms, " "), []int{len(strings.Join(terms, " "))})
}

// chainWorld is a chain of includes that is longer than a walk is deep.
func chainWorld() answered {
	w := answered{}
	for n := range maxDepth + 5 {
		text := fmt.Sprintf(`"v=spf1 include:%s -all"`, worldName(n+1))
		w[Question{worldName(n), KindTXT}] = Observation{Question: Question{worldName(n), KindTXT}, Status: Found, Data: []string{text}}
	}
	w[Question{worldName(maxDepth + 5), KindTXT}] = Observation{Question: Question{worldName(maxDepth + 5), KindTXT}, Status: NoData}
	return w
}

// randomOptions have budgets that end in the middle of walks.
func randomOptions(random *rand.Rand) Options {
	opt := Options{Parts: []Part{PartMX, PartSPF}}
	if random.IntN(2) == 0 {
		opt.Budget.SPF = 1 + random.IntN(12)
	}
	if random.IntN(4) == 0 {
		opt.Budget.Questions = 2 + random.IntN(12)
	}
	if random.IntN(2) == 0 {
		opt.Providers = provider.Embedded()
	}
	return opt
}

// differs builds a domain with a Memo and without, and says what differs; and
// how many records the Memo had walked before.
func differs(domain string, w answered, opt Options, memo *Memo) (string, int) {
	plain, wanted := Build(Domain(domain), w, opt)
	kept := memo.nodes()
	opt.Memo = memo
	warm, missing := Build(Domain(domain), w, opt)
	taken := 0
	warm.SPF.EachRecord(func(n *SPFNode) {
		if kept[n] {
			taken++
		}
	})
	warm.Options.Memo = nil
	switch {
	case !slices.Equal(missing, wanted):
		return fmt.Sprintf("asks for %v, and for %v without a Memo", missing, wanted), taken
	case !reflect.DeepEqual(warm, plain):
		return fmt.Sprintf("%+v\nwithout a Memo: %+v", warm.SPF, plain.SPF), taken
	}
	return "", taken
}

func (m *Memo) nodes() map[*SPFNode]bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	nodes := map[*SPFNode]bool{}
	for _, one := range m.branches.young {
		for _, n := range one.value.nodes {
			nodes[n] = true
		}
	}
	return nodes
}

// change has some names lose what they had, or one question its answer.
func (w answered) change(random *rand.Rand) {
	for range random.IntN(4) {
		q := Question{worldName(random.IntN(worldNames)), []string{KindA, KindAAAA, KindMX, KindTXT}[random.IntN(4)]}
		if random.IntN(4) == 0 {
			q = Question{fmt.Sprintf("example%d.com", random.IntN(3)), KindTXT}
		}
		w[q] = Observation{Question: q, Status: []Status{NoData, NXDomain, Failed}[random.IntN(3)]}
	}
}

// eachWorld goes through made-up worlds, each four times, so that the later
// times find what the first has left, or nearly so. visit returns false to end it.
func eachWorld(worlds int, visit func(domain string, w answered, opt Options) bool) {
	for world := range 4 * worlds {
		w, chain := randomWorld(rand.New(rand.NewPCG(uint64(world/4), 7))), chainWorld()
		random := rand.New(rand.NewPCG(uint64(world), 8))
		w.change(random)
		for n := range worldNames {
			if !visit(worldName(n), w, randomOptions(random)) || !visit(worldName(n), chain, randomOptions(random)) {
				return
			}
		}
	}
}

// A Build with a Memo that others have filled comes to what one without comes
// to: over worlds whose records loop, share, fail, change and exceed every
// limit.
func TestMemoChangesNothing(t *testing.T) {
	memo, builds, taken := NewMemo(0), 0, 0
	eachWorld(150, func(domain string, w answered, opt Options) bool {
		found, nodes := differs(domain, w, opt, memo)
		if found != "" {
			t.Fatalf("build %d, %s: %s", builds, domain, found)
		}
		builds++
		taken += nodes
		return true
	})
	if t.Logf("%d builds took over %d records", builds, taken); taken < builds/2 {
		t.Errorf("%d builds took over only %d records: the test is too weak", builds, taken)
	}
}

// The control of TestMemoChangesNothing: every condition on taking a branch
// over is needed. Without it some world comes out differently.
func TestMemoConditions(t *testing.T) {
	for name, spoil := range map[string]func(*spfBranch){
		"the answers": func(b *spfBranch) { b.asked = nil },
		"an answer":   func(b *spfBranch) { b.asked = b.asked[:max(len(b.asked)-1, 1)] },
		"their names": func(b *spfBranch) { b.nodes = b.nodes[:1] },
		"the height":  func(b *spfBranch) { b.height = 0 },
		"the fault":   func(b *spfBranch) { b.broken = false },
		"whose it is": func(b *spfBranch) { b.providers = nil },
	} {
		t.Run(name, func(t *testing.T) {
			memo, caught := NewMemo(0), false
			eachWorld(400, func(domain string, w answered, opt Options) bool {
				for key, one := range memo.branches.young {
					spoiled := *one.value
					spoil(&spoiled)
					memo.keep(key, &spoiled)
				}
				found, _ := differs(domain, w, opt, memo)
				caught = found != ""
				return !caught
			})
			if !caught {
				t.Error("branches that forgot it do no harm: the test is too weak")
			}
		})
	}
}

// Many Builds may share a Memo at the same time.
func TestMemoIsShared(t *testing.T) {
	memo := NewMemo(0)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			eachWorld(20, func(domain string, w answered, opt Options) bool {
				found, _ := differs(domain, w, opt, memo)
				if found != "" {
					t.Errorf("%s: %s", domain, found)
				}
				return found == ""
			})
		})
	}
	all.Wait()
}

// A Memo stays small, and keeps what is used again and again.
func TestMemoIsBounded(t *testing.T) {
	const most = 4 << 10
	memo := NewMemo(most)
	shared := memo.parseSPF("v=spf1 ip4:192.0.2.0/24 -all", false)
	for n := range 1000 {
		memo.parseSPF(fmt.Sprintf("v=spf1 ip4:192.0.2.%d -all", n), false)
		if memo.parseSPF("v=spf1 ip4:192.0.2.0/24 -all", false) != shared {
			t.Fatalf("what was used all the time is gone after %d others", n)
		}
	}
	octets := 0
	for _, generation := range []map[string]shelved[*record.SPF]{memo.spf.young, memo.spf.old} {
		for key := range generation {
			octets += len(key)
		}
	}
	if octets > most {
		t.Errorf("%d octets are kept, and %d is the bound", octets, most)
	}
	long := "v=spf1 " + strings.Repeat("a ", most)
	if first, second := memo.parseSPF(long, false), memo.parseSPF(long, false); first == second {
		t.Error("a record is kept that is longer than the bound")
	}
	own := "v=spf1 " + strings.Repeat("ip4:192.0.2.1 ", 8) + "-all"
	big := NewMemo(1 << 20)
	first := big.parseSPF(own, true)
	if big.parseSPF(own, true) != first {
		t.Error("a domain's own record is not kept for its next round")
	}
	for n := range 2000 {
		big.parseSPF(fmt.Sprintf("%s ip4:192.0.2.%d", own, n), true)
	}
	if big.parseSPF(own, true) == first {
		t.Error("a record that only its own domain has is kept for long")
	}
}
