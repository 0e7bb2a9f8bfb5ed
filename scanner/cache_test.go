package scanner

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// counter answers each question after a second, and counts.
type counter struct {
	mu    sync.Mutex
	asked map[string]int
	// answer may change what is answered to the nth asking of a question.
	answer func(n int, o *facts.Observation)
}

func (c *counter) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	c.mu.Lock()
	if c.asked == nil {
		c.asked = map[string]int{}
	}
	obs := make([]facts.Observation, len(qs))
	for i, q := range qs {
		c.asked[q.Name]++
		obs[i] = facts.Observation{Question: q, Status: facts.Found, Data: []string{"1"}}
		if c.answer != nil {
			c.answer(c.asked[q.Name], &obs[i])
		}
	}
	c.mu.Unlock()
	if err := sleep(ctx, time.Second); err != nil {
		for i := range obs {
			obs[i] = facts.Observation{Question: qs[i]}
		}
		return obs, err
	}
	return obs, nil
}

func (c *counter) times(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked[name]
}

func ask(name string) []facts.Question { return []facts.Question{{Name: name, Kind: "TXT"}} }

func TestCacheOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &counter{}
		c := NewCache(next, CacheConfig{})
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				obs, err := c.Lookup(t.Context(), append(ask("a"), ask("b")...))
				if err != nil || obs[0].Name != "a" || obs[1].Name != "b" || obs[1].Status != facts.Found {
					t.Errorf("got %v, %v", obs, err)
				}
			})
		}
		wg.Wait()
		lookup(t, c, ask("a")[0])
		if next.times("a") != 1 || next.times("b") != 1 {
			t.Errorf("asked %v", next.asked)
		}
	})
}

func TestCacheTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &counter{answer: func(_ int, o *facts.Observation) {
			switch o.Name {
			case "short":
				o.Via = &facts.Via{TTL: 60}
			case "absent":
				*o = facts.Observation{Question: o.Question, Status: facts.NXDomain, Via: &facts.Via{TTL: 60}}
			}
		}}
		c := NewCache(next, CacheConfig{})
		twice := func() {
			for _, name := range []string{"short", "absent", "ever"} {
				lookup(t, c, ask(name)[0])
				lookup(t, c, ask(name)[0])
			}
		}
		twice()
		time.Sleep(50 * time.Second) // of the bubble's clock
		twice()
		if next.times("short") != 1 || next.times("absent") != 1 {
			t.Errorf("before the TTL's end: asked %v", next.asked)
		}
		time.Sleep(10 * time.Second)
		twice()
		if next.times("short") != 2 || next.times("absent") != 2 {
			t.Errorf("after the TTL's end: asked %v", next.asked)
		}
		time.Sleep(1000 * time.Hour)
		twice()
		if next.times("ever") != 1 {
			t.Errorf("without a TTL: asked %v", next.asked)
		}
	})
}

// A failure is not kept, and who shared it asks once more.
func TestCacheFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := 1
		next := &counter{answer: func(n int, o *facts.Observation) {
			if n <= fails {
				*o = facts.Observation{Question: o.Question, Status: facts.Failed, Cause: "SERVFAIL"}
			}
		}}
		c := NewCache(next, CacheConfig{})
		var found, failed atomic.Int32
		all := func() {
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					if obs, _ := c.Lookup(t.Context(), ask("a")); obs[0].Status == facts.Found {
						found.Add(1)
					} else {
						failed.Add(1)
					}
				})
			}
			wg.Wait()
		}
		all()
		if found.Load() != 19 || failed.Load() != 1 || next.times("a") != 2 {
			t.Errorf("%d found, %d failed, asked %v", found.Load(), failed.Load(), next.asked)
		}
		// If it fails for good, twenty callers do not make forty questions of it.
		next.asked, fails = nil, 1000
		c = NewCache(next, CacheConfig{})
		found.Store(0)
		failed.Store(0)
		all()
		if failed.Load() != 20 || next.times("a") != 2 {
			t.Errorf("%d failed, asked %v", failed.Load(), next.asked)
		}
		if o := lookup(t, c, ask("a")[0]); o.Status != facts.Failed || next.times("a") != 3 {
			t.Errorf("a failure was kept: %s, asked %v", brief(o), next.asked)
		}
	})
}

// Who began a flight may leave it; the last to leave ends it.
func TestCacheLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &counter{}
		c := NewCache(next, CacheConfig{})
		short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		left := make(chan error)
		go func() {
			obs, err := c.Lookup(short, ask("a"))
			if obs[0].Status != facts.NotAsked {
				err = fmt.Errorf("got %s", brief(obs[0]))
			}
			left <- err
		}()
		synctest.Wait() // the first is under way
		stayed := make(chan facts.Observation)
		go func() {
			obs, _ := c.Lookup(t.Context(), ask("a"))
			stayed <- obs[0]
		}()
		if err := <-left; err != context.DeadlineExceeded {
			t.Errorf("the first: %v", err)
		}
		if o := <-stayed; o.Status != facts.Found || next.times("a") != 1 {
			t.Errorf("the second: %s, asked %v", brief(o), next.asked)
		}

		began := time.Now()
		short, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := c.Lookup(short, append(ask("a"), ask("b")...)); err != context.DeadlineExceeded {
			t.Errorf("alone: %v", err)
		}
		synctest.Wait()
		if took := time.Since(began); took != 100*time.Millisecond {
			t.Errorf("left after %s", took)
		}
		if o := lookup(t, c, ask("b")[0]); o.Status != facts.Found || next.times("b") != 2 {
			t.Errorf("after all had left: %s, asked %v", brief(o), next.asked)
		}
	})
}

// The cache stays within its bounds, and keeps what is asked for often.
func TestCacheBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &counter{}
		c := NewCache(next, CacheConfig{Octets: 100 * entryOctets})
		for i := range 1000 {
			lookup(t, c, ask(fmt.Sprintf("n%d", i))[0])
			lookup(t, c, ask("often")[0])
			if n := len(c.young) + len(c.old); n > 100 {
				t.Fatalf("%d entries", n)
			}
		}
		if next.times("often") != 1 {
			t.Errorf("asked %d times for what is asked for often", next.times("often"))
		}
		lookup(t, c, ask("n0")[0])
		if next.times("n0") != 2 {
			t.Error("nothing was forgotten")
		}
	})
}

// A few large answers take the room of many small ones, and one that is larger
// than all the room is not kept.
func TestCacheOctets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		large := func(octets int) *counter {
			return &counter{answer: func(_ int, o *facts.Observation) {
				o.Status, o.Data = facts.Found, []string{strings.Repeat("x", octets)}
			}}
		}
		next := large(20_000)
		c := NewCache(next, CacheConfig{Octets: 100_000})
		for i := range 10 {
			lookup(t, c, ask(fmt.Sprintf("n%d", i))[0])
		}
		if n := len(c.young) + len(c.old); n > 4 {
			t.Errorf("%d answers of 20,000 octets in 100,000", n)
		}
		huge := large(60_000)
		c = NewCache(huge, CacheConfig{Octets: 100_000})
		lookup(t, c, ask("huge")[0])
		if len(c.young) > 0 {
			t.Error("an answer larger than half of the room was kept")
		}
	})
}

// A slow question holds up nothing but itself.
func TestCacheNoConvoy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewCache(resolver(func(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
			if qs[0].Name == "slow" {
				if err := sleep(ctx, time.Hour); err != nil {
					return nil, err
				}
			}
			return []facts.Observation{{Question: qs[0], Status: facts.NoData}}, nil
		}), CacheConfig{})
		go c.Lookup(t.Context(), append(ask("slow"), ask("quick")...))
		synctest.Wait()
		began := time.Now()
		if o := lookup(t, c, ask("quick")[0]); o.Status != facts.NoData || time.Since(began) > 0 {
			t.Errorf("got %s after %s", brief(o), time.Since(began))
		}
		time.Sleep(time.Hour) // let the slow one end
	})
}
