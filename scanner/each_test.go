package scanner

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// numbers is 0, 1, 2 ... n-1, or without end if n is negative.
func numbers(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i != n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

// later works on a number for a time that has nothing to do with its place.
func later(ctx context.Context, n int) (int, error) {
	delay := rand.New(rand.NewPCG(1, uint64(n))).IntN(1000)
	return n, sleep(ctx, time.Duration(delay)*time.Millisecond)
}

func TestEachOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 5000
		next := 0
		for got, err := range Each(t.Context(), numbers(n), Config{}, later) {
			if err != nil || got != next {
				t.Fatalf("got %d, %v; want %d", got, err, next)
			}
			next++
		}
		if next != n {
			t.Errorf("%d results of %d", next, n)
		}
		// The control: without the order, all come, and not in order.
		var all []int
		for got, err := range Each(t.Context(), numbers(n), Config{Unordered: true}, later) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, got)
		}
		if slices.IsSorted(all) {
			t.Error("unordered results are in order: the delays do nothing")
		}
		slices.Sort(all)
		if !slices.Equal(all, slices.Collect(numbers(n))) {
			t.Error("unordered: not each result once")
		}
	})
}

// One value that takes an hour holds back what follows, but never more than the
// window.
func TestEachWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fed, working, most atomic.Int32
		in := func(yield func(int) bool) {
			for i := range numbers(-1) {
				fed.Add(1)
				if !yield(i) {
					return
				}
			}
		}
		work := func(ctx context.Context, n int) (int, error) {
			if w := working.Add(1); w > most.Load() {
				most.Store(w)
			}
			defer working.Add(-1)
			if n == 0 {
				return n, sleep(ctx, time.Hour)
			}
			return n, sleep(ctx, time.Millisecond)
		}
		cfg := Config{Concurrency: 4}
		began := time.Now()
		for n := range Each(t.Context(), in, cfg, work) {
			if n == 0 {
				if got, limit := fed.Load(), int32(cfg.Concurrency+waiting+1); got > limit {
					t.Errorf("%d values were fed while the first was waited for, want at most %d", got, limit)
				}
				if time.Since(began) < time.Hour {
					t.Error("the first result came early")
				}
			}
			if n == 10_000 {
				break
			}
		}
		if most.Load() != 4 {
			t.Errorf("%d at once, want 4", most.Load())
		}
	})
}

// Breaking off stops everything: the bubble of synctest fails the test if a
// goroutine is left.
func TestEachBreak(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			for range Each(t.Context(), numbers(-1), Config{Unordered: unordered}, later) {
				break
			}
		})
	}
}

func TestEachEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var last error
		results := 0
		for _, err := range Each(ctx, numbers(-1), Config{}, later) {
			if last != nil {
				t.Fatal("something came after the error")
			}
			if last = err; err == nil {
				results++
			}
		}
		if last != context.DeadlineExceeded || results == 0 {
			t.Errorf("%d results, then %v", results, last)
		}
	})
}

func TestEachWorkFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		var last error
		next := 0
		for n, err := range Each(t.Context(), numbers(-1), Config{Concurrency: 3}, func(ctx context.Context, n int) (int, error) {
			if n == 100 {
				return 0, broken
			}
			return later(ctx, n)
		}) {
			if last = err; err == nil {
				if n != next {
					t.Errorf("got %d, want %d", n, next)
				}
				next++
			}
		}
		if last != broken || next > 100 {
			t.Errorf("%d results, then %v", next, last)
		}
	})
}

func TestEachNothing(t *testing.T) {
	for range Each(t.Context(), numbers(0), Config{}, later) {
		t.Error("a result of nothing")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n := 0
	for _, err := range Each(ctx, numbers(-1), Config{}, later) {
		if n++; err != context.Canceled {
			t.Errorf("got %v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d results, want the error alone", n)
	}
}

// One domain whose every answer fails changes nothing for the others, and the
// number of workers changes nothing at all.
func TestScanAll(t *testing.T) {
	set := zones(t, world)
	failing := resolver(func(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
		obs, err := set.Lookup(ctx, qs)
		for i, q := range qs {
			if strings.HasSuffix(q.Name, "bad.example") {
				obs[i] = facts.Observation{Question: q, Status: facts.Failed, Cause: "SERVFAIL"}
			}
		}
		return obs, err
	})
	domains := []facts.Domain{"a.example", "bad.example", "b.example", "a.example", "missing.example"}
	scan := func(cfg Config) string {
		cfg.Now = func() time.Time { return time.Time{} }
		var out strings.Builder
		for line, err := range ScanAll(t.Context(), slices.Values(domains), cfg, func(s *facts.Snapshot, f *facts.Facts) string {
			return fmt.Sprintln(s.Domain, f.MX.State, asJSON(t, s))
		}) {
			if err != nil {
				t.Fatal(err)
			}
			out.WriteString(line)
		}
		return out.String()
	}
	want := scan(Config{Resolver: failing, Concurrency: 1})
	for _, state := range []string{"a.example present", "bad.example unknown", "b.example present", "missing.example absent"} {
		if !strings.Contains(want, state) {
			t.Errorf("no %s in %s", state, want)
		}
	}
	for _, workers := range []int{2, 64} {
		if got := scan(Config{Resolver: NewCache(failing, CacheConfig{}), Concurrency: workers}); got != want {
			t.Errorf("%d workers change the result", workers)
		}
	}
}
