package scanner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/dnstest"
	"github.com/mailposture/mailposture/scanner/zone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is two domains that share an include, and a third that does not exist.
const world = `
$ORIGIN example.
a MX 10 mx.a
a TXT "v=spf1 include:_spf.shared.example -all"
_dmarc.a TXT "v=DMARC1; p=reject"
mx.a A 192.0.2.1
b MX 10 mx.a
b TXT "v=spf1 include:_spf.shared.example include:missing.example ~all"
_spf.shared TXT "v=spf1 include:_deep.shared.example ip4:192.0.2.0/24 -all"
_deep.shared TXT "v=spf1 ip4:198.51.100.0/24 -all"
`

func zones(t testing.TB, text string) *zone.Set {
	t.Helper()
	z, err := zone.Parse("world", strings.NewReader(text), ".")
	if err != nil {
		t.Fatal(err)
	}
	s, err := zone.NewSet([]*zone.Zone{z}, zone.Unasked, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// resolver is a Resolver made of a function.
type resolver func(ctx context.Context, qs []facts.Question) ([]facts.Observation, error)

func (r resolver) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	return r(ctx, qs)
}

func TestScan(t *testing.T) {
	taken := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	cfg := Config{Resolver: zones(t, world), Now: func() time.Time { return taken }}
	s, f, err := Scan(context.Background(), "a.example", cfg)
	if err != nil {
		t.Fatal(err)
	}
	if s.Domain != "a.example" || !s.Taken.Equal(taken) || s.Taken.Location() != time.UTC {
		t.Errorf("snapshot of %s, taken %s", s.Domain, s.Taken)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	if f.SPF.State != facts.Present || f.SPF.Walk.State != facts.Present {
		t.Errorf("SPF is %q, its walk %q", f.SPF.State, f.SPF.Walk.State)
	}
	// A replay needs nothing more, and means the same.
	again, missing := facts.Build("a.example", s, facts.Options{})
	if len(missing) > 0 {
		t.Errorf("a replay misses %v", missing)
	}
	if !cmp.Equal(asJSON(t, f), asJSON(t, again)) {
		t.Error("a replay means something else:", cmp.Diff(asJSON(t, f), asJSON(t, again)))
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What is not answered when the time is spent is unknown; what was is kept.
func TestTimeSpent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := zones(t, world)
		slow := resolver(func(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
			obs, err := set.Lookup(ctx, qs)
			for i, q := range qs {
				if strings.HasPrefix(q.Name, "_spf") {
					<-ctx.Done()
					obs[i], err = facts.Observation{Question: q}, ctx.Err()
				}
			}
			return obs, err
		})
		began := time.Now()
		s, f, err := Scan(context.Background(), "a.example", Config{Resolver: slow})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("took %s", took)
		}
		o, _ := s.Get(facts.Question{Name: "_spf.shared.example", Kind: "TXT"})
		if brief(o) != "failed time budget of 30s spent" {
			t.Errorf("got %s", brief(o))
		}
		if o, _ = s.Get(facts.Question{Name: "a.example", Kind: "MX"}); o.Status != facts.Found {
			t.Errorf("got %s", brief(o))
		}
		if f.SPF.Walk.State != facts.Unknown {
			t.Errorf("the walk is %q", f.SPF.Walk.State)
		}
		if err := s.Check(); err != nil {
			t.Error(err)
		}
	})
}

// The end of the caller's context is an error, not a result.
func TestScanEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	ending := resolver(func(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
		cancel()
		return make([]facts.Observation, len(qs)), ctx.Err()
	})
	if _, _, err := Scan(ctx, "a.example", Config{Resolver: ending}); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

// A Build that is never content does not go on for ever.
func TestNoEnd(t *testing.T) {
	n := 0
	greedy := func(d facts.Domain, a facts.Answers, _ facts.Options) (*facts.Facts, []facts.Question) {
		n++
		return &facts.Facts{Domain: d}, []facts.Question{{Name: fmt.Sprintf("n%d.example", n), Kind: "TXT"}}
	}
	asked := 0
	count := resolver(func(_ context.Context, qs []facts.Question) ([]facts.Observation, error) {
		asked += len(qs)
		return []facts.Observation{{Question: qs[0], Status: facts.NoData}}, nil
	})
	if _, _, err := scan(context.Background(), "a.example", Config{Resolver: count}, greedy); err != nil {
		t.Fatal(err)
	}
	if asked != maxRounds+1 || n != 2*maxRounds+2 {
		t.Errorf("asked %d times, built %d times", asked, n)
	}
}

// A resolver that breaks its word is an error, before it can become a result.
func TestBrokenResolver(t *testing.T) {
	other := errors.New("other")
	for want, r := range map[string]resolver{
		"resolver gave 0 answers to ": func(context.Context, []facts.Question) ([]facts.Observation, error) { return nil, nil },
		"resolver gave no answer to MX a.example": func(_ context.Context, qs []facts.Question) ([]facts.Observation, error) {
			return make([]facts.Observation, len(qs)), nil
		},
		"other": func(context.Context, []facts.Question) ([]facts.Observation, error) { return nil, other },
	} {
		_, _, err := Scan(context.Background(), "a.example", Config{Resolver: r})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// The whole stack over a real server, answers in any order: the same bytes as
// from the zone itself, but for who answered.
func TestLiveIsTheSame(t *testing.T) {
	now := func() time.Time { return time.Time{} }
	file := zones(t, world)
	for _, domain := range []facts.Domain{"a.example", "b.example", "missing.example"} {
		want, _, err := Scan(context.Background(), domain, Config{Resolver: file, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(3) {
			d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{dnstest.Serve(t, world, dnstest.Shuffle(seed))}})
			got, _, err := Scan(context.Background(), domain, Config{Resolver: NewCache(d, CacheConfig{}), Now: now})
			if err != nil {
				t.Fatal(err)
			}
			if a, b := asJSON(t, said(want)), asJSON(t, said(got)); a != b {
				t.Errorf("%s, seed %d: %s", domain, seed, cmp.Diff(a, b))
			}
		}
	}
}

// said is a snapshot's observations without who answered, and where.
func said(s *facts.Snapshot) []facts.Observation {
	var all []facts.Observation
	for _, o := range s.Observations {
		o.Via, o.Source = nil, ""
		all = append(all, o)
	}
	return all
}

// Each fault of a server makes the parts that it hits unknown, never absent.
func TestFaultsAreUnknown(t *testing.T) {
	for fault, cause := range map[dnstest.Behaviour]string{
		dnstest.Servfail:      "SERVFAIL",
		dnstest.Refused:       "REFUSED",
		dnstest.Silence:       "timeout",
		dnstest.Garbage:       "timeout",
		dnstest.OtherQuestion: "timeout",
		dnstest.TruncateNoTCP: "truncated, and TCP failed: connection closed",
	} {
		addr := dnstest.Serve(t, world, dnstest.Fault(func(facts.Question, bool) dnstest.Behaviour { return fault }))
		timeout := 5 * time.Second
		if cause == causeTimeout {
			timeout = 30 * time.Millisecond
		}
		d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: timeout, Retries: -1})
		s, f, err := Scan(context.Background(), "a.example", Config{Resolver: d})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range s.Observations {
			if brief(o) != "failed "+cause {
				t.Errorf("%s: %s: %s, want %s", fault, o.Question, brief(o), cause)
			}
		}
		if f.MX.State != facts.Unknown || f.SPF.State != facts.Unknown || f.DMARC.State != facts.Unknown {
			t.Errorf("%s: MX %s, SPF %s, DMARC %s", fault, f.MX.State, f.SPF.State, f.DMARC.State)
		}
	}
}

// What a domain may take in packets and octets ends its questions, with the
// reason, and leaves what is known standing.
func TestBudgetOfPacketsAndOctets(t *testing.T) {
	set := zones(t, `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 include:a.example.com -all"
a.example.com. TXT "v=spf1 include:b.example.com -all"
b.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
mx.example.com. A 192.0.2.1`)
	for cause, budget := range map[string]facts.Budget{
		"":        {},
		"packets": {Packets: 4},
		"octets":  {Octets: 60},
	} {
		cfg := Config{Resolver: set, Options: facts.Options{Budget: budget}}
		_, f, err := Scan(context.Background(), "example.com", cfg)
		if err != nil {
			t.Fatal(err)
		}
		if f.MX.State != facts.Present || f.SPF.State != facts.Present {
			t.Errorf("%s: what came first is lost: mx %s, spf %s", cause, f.MX.State, f.SPF.State)
		}
		want := facts.Present
		if cause != "" {
			want = facts.Unknown
		}
		if f.SPF.Walk.State != want || !strings.Contains(f.SPF.Walk.Reason, cause) {
			t.Errorf("%q: the walk is %+v", cause, f.SPF.Walk)
		}
	}
}
