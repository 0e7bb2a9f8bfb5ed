package relay

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

// invariant is something that holds on every path.
type invariant struct {
	name string
	// broken looks at a path of which all that decides its route is known. What
	// is open on it decides nothing, so it stands for all values of that.
	broken func(m model, p Path, r Route) bool
}

// could reports whether an input is, or may be, this value.
func could[T ~string](have, value T) bool { return have == value || have == "" }

// invariants are those of the reference, by its numbers, then ours.
func invariants() []invariant {
	return []invariant{
		{"1. 5.7.367 implies the relay pool", func(_ model, _ Path, r Route) bool {
			return r.Outcome == RefusedRelay && r.Pool != PoolRelay
		}},
		{"1. 5.7.367 implies a destination that authorises by published ranges", func(_ model, p Path, r Route) bool {
			return r.Outcome == RefusedRelay && could(p.RelayCheck, RelayCheckNone)
		}},
		{"2. an accepted outbound sender is never relay-pooled", func(_ model, p Path, r Route) bool {
			return r.Pool == PoolRelay && could(p.Accepted, Yes)
		}},
		{"3. SPF pass at the true source with MX at Microsoft is never relay-pooled", func(_ model, p Path, r Route) bool {
			return r.Pool == PoolRelay && could(p.MX, MXMicrosoft) && could(p.SPF, facts.SPFPass)
		}},
		// The reference says this of any gateway; by its own table T1 it does
		// not hold where the gateway rewrites MAIL FROM.
		{"3. nor with Enhanced Filtering, behind a gateway that rewrites nothing", func(_ model, p Path, r Route) bool {
			return r.Pool == PoolRelay && could(p.Filtering, FilteringOn) && could(p.GatewayRewrites, No) && could(p.SPF, facts.SPFPass)
		}},
		{"4. what the older text sends to the relay pool, the newer does", func(m model, p Path, r Route) bool {
			if r.Pool != PoolRelay || !could(p.Criteria, CriteriaSupport) {
				return false
			}
			p.Criteria = CriteriaLearn
			return m.follow(p).Pool != PoolRelay
		}},
		{"5. Enhanced Filtering never turns regular into relay while SPF passes and the gateway rewrites nothing", func(m model, p Path, r Route) bool {
			if r.Pool != PoolRegular || p.MX != MXGateway || p.Filtering != FilteringOff || !could(p.SPF, facts.SPFPass) || !could(p.GatewayRewrites, No) {
				return false
			}
			p.Filtering, p.SPF, p.GatewayRewrites = FilteringOn, facts.SPFPass, No
			return m.follow(p).Pool == PoolRelay
		}},
		{"6. the policy never causes 5.7.367", func(m model, p Path, r Route) bool {
			if r.Outcome != RefusedRelay {
				return false
			}
			p.Policy = PolicyAbsent
			return m.follow(p).Outcome != RefusedRelay
		}},
		{"7. relay-pooled mail with a surviving aligned signature passes DMARC and arrives where nothing else is checked", func(_ model, p Path, r Route) bool {
			return r.Pool == PoolRelay && r.DKIM == DKIMAligned &&
				(r.DMARC != facts.DMARCPass || p.RelayCheck == RelayCheckNone && p.EnforcesSPF == No && p.Receives == Yes && r.Outcome != Delivered)
		}},
		{"an outcome is named only with what leads there", func(_ model, _ Path, r Route) bool {
			return (r.Outcome == Blocked) != (r.Pool == PoolBlocked) || r.Outcome == Delivered && r.Pool != PoolRegular && r.Pool != PoolRelay
		}},
		// The only one: a new message of a mailbox whose SPF does not list the
		// host, since of its DMARC nothing is an input.
		{"a path of which all is known ends somewhere", func(_ model, p Path, r Route) bool {
			return (r.Pool == "" || r.Outcome == "") && (p.Forward != ForwardNew || p.ForwarderSPF != No)
		}},
		{"every refusal has its codes, and nothing else has", func(_ model, _ Path, r Route) bool {
			refusal := slices.Contains([]Outcome{RefusedAtEntry, Blocked, RefusedRelay, RefusedSPF, RefusedDMARC}, r.Outcome)
			return refusal != (r.Code != "")
		}},
	}
}

// leaves visits every path there is. Where the route of a path is open, each
// value of the first input that it lacks is tried; what it does not lack
// decides nothing, and stays open. So each visit stands for all paths that
// agree with it, and together they are the whole space of inputs. It ends when
// visit returns false, and returns the number of visits.
func leaves(m model, visit func(Path, Route) bool) int {
	choices := Choices()
	count := 0
	var split func(Path) bool
	split = func(p Path) bool {
		r := m.follow(p)
		if r.Pool != "" && r.Outcome != "" || len(r.Needs) == 0 {
			count++
			return visit(p, r)
		}
		for _, c := range choices {
			if c.Input != r.Needs[0] {
				continue
			}
			for _, v := range c.Values {
				c.Set(&p, v)
				if !split(p) {
					return false
				}
			}
		}
		return true
	}
	split(Path{})
	return count
}

func TestInvariants(t *testing.T) {
	complaints := 0
	count := leaves(published(), func(p Path, r Route) bool {
		for _, i := range invariants() {
			if i.broken(published(), p, r) {
				complaints++
				t.Errorf("%s: %+v: pool %s, %s", i.name, p, r.Pool, r.Outcome)
			}
		}
		return complaints < 20
	})
	t.Logf("%d kinds of paths", count)
	if count < 1000 {
		t.Errorf("only %d kinds of paths", count)
	}
}

// random is a path with values drawn at random; each is left open with the
// chance of one in open, or never where open is 0.
func random(r *rand.Rand, choices []Choice, open int) Path {
	var p Path
	for _, c := range choices {
		if open == 0 || r.IntN(open) > 0 {
			c.Set(&p, c.Values[r.IntN(len(c.Values))])
		}
	}
	return p
}

// complete gives every open input a value.
func complete(r *rand.Rand, choices []Choice, p Path) Path {
	for _, c := range choices {
		if c.Get(&p) == "" {
			c.Set(&p, c.Values[r.IntN(len(c.Values))])
		}
	}
	return p
}

// said lists what a route claims.
func said(r Route) []string {
	return []string{
		string(r.EntrySPF), string(r.EntrySPFAligned), string(r.EntryDKIM), string(r.EntryDMARC), string(r.Entry), string(r.Pool),
		string(r.Envelope), string(r.SPF), string(r.SPFAligned), string(r.DKIM), string(r.DMARC), string(r.Outcome), r.Code,
	}
}

// contradicts reports whether a route claims something that another, of which
// more is known, denies.
func contradicts(less, more Route) bool {
	claims, truth := said(less), said(more)
	for i := range claims {
		if claims[i] != "" && claims[i] != truth[i] {
			return true
		}
	}
	return false
}

// TestKnowingMoreContradictsNothing is the promise that what is not known
// gives no claim: whatever the open inputs turn out to be, all that was said stays true.
func TestKnowingMoreContradictsNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	choices := Choices()
	claims := 0
	for range 10_000 {
		p := random(r, choices, 2+r.IntN(8))
		less := Follow(p)
		if less.Outcome != "" {
			claims++
		}
		for range 3 {
			if more := complete(r, choices, p); contradicts(less, Follow(more)) {
				t.Fatalf("%+v says %q; %+v says %q", p, said(less), more, said(Follow(more)))
			}
		}
	}
	if claims < 300 {
		t.Errorf("only %d paths with an outcome", claims)
	}
}

// TestLeavesAreTheWholeSpace is the control of leaves: any complete path agrees
// with one that was visited, and ends as that one does.
func TestLeavesAreTheWholeSpace(t *testing.T) {
	choices := Choices()
	var visited [][]string
	var routes []Route
	leaves(published(), func(p Path, r Route) bool {
		visited = append(visited, values(choices, p))
		routes = append(routes, Route{Pool: r.Pool, Outcome: r.Outcome, Code: r.Code})
		return true
	})
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		p := random(r, choices, 0)
		got, have, found := Follow(p), values(choices, p), 0
		for i, leaf := range visited {
			if !agrees(leaf, have) {
				continue
			}
			found++
			if got.Pool != routes[i].Pool || got.Outcome != routes[i].Outcome || got.Code != routes[i].Code {
				t.Fatalf("%q: %s %s, but %q: %s %s", have, got.Pool, got.Outcome, leaf, routes[i].Pool, routes[i].Outcome)
			}
		}
		if found != 1 {
			t.Fatalf("%q agrees with %d visited paths, want 1", have, found)
		}
	}
}

// values are those of all inputs, in the order of Choices.
func values(choices []Choice, p Path) []string {
	var all []string
	for _, c := range choices {
		all = append(all, c.Get(&p))
	}
	return all
}

// agrees reports whether a complete path is one that a leaf stands for.
func agrees(leaf, complete []string) bool {
	for i, v := range leaf {
		if v != "" && v != complete[i] {
			return false
		}
	}
	return true
}

// TestInvariantsConvict is the control: models with a fault break them.
func TestInvariantsConvict(t *testing.T) {
	for name, m := range map[string]model{
		"accepted senders are relay-pooled":          spoiled(func(m *model) { m.exit.pool = slices.Delete(m.exit.pool, 8, 9) }),
		"SPF pass does not help":                     spoiled(func(m *model) { m.exit.pool = slices.Delete(m.exit.pool, 9, 10) }),
		"the versions are taken for each other":      spoiled(func(m *model) { m.exit.pool[10].when[0] = fCriteria.is(CriteriaLearn) }),
		"Enhanced Filtering sees the gateway":        spoiled(func(m *model) { m.entry.spf[1].like = &fElsewhere }),
		"all pools are refused by published ranges":  spoiled(func(m *model) { m.destination.outcome[7].when = m.destination.outcome[7].when[1:] }),
		"every destination refuses the relay pool":   spoiled(func(m *model) { m.destination.outcome[7].when = m.destination.outcome[7].when[:1] }),
		"DMARC before the relay check, for the code": spoiled(func(m *model) { m.destination.outcome[9].then = RefusedRelay }),
	} {
		convicted := false
		leaves(m, func(p Path, r Route) bool {
			for _, i := range invariants() {
				convicted = convicted || i.broken(m, p, r)
			}
			return !convicted
		})
		if !convicted {
			t.Errorf("not convicted: %s", name)
		}
	}
}
