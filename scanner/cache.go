package scanner

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// CacheConfig bounds a Cache. The zero value of each field means its default.
type CacheConfig struct {
	Octets int              // what the answers kept may take; default 64 MiB
	Now    func() time.Time // default time.Now
}

// DefaultCacheOctets is the default of CacheConfig.Octets. A typical answer
// takes about half a kilobyte.
const DefaultCacheOctets = 64 << 20

// entryOctets is what an answer takes besides its texts: the maps' slots and
// the headers of strings and slices, roughly.
const entryOctets = 400

// Cache keeps what another resolver answered, so that records which many
// domains share are asked for once, and one question is never under way twice
// at the same time. It implements Resolver.
//
// An answer is kept for its TTL, and one without a TTL for as long as there is
// room. Failures are not kept. Who shared the question of another and got its
// failure asks once more, so that no domain rests on a failure that began
// before its own question; should that be shared, too, it counts.
type Cache struct {
	next    Resolver
	now     func() time.Time
	mu      sync.Mutex
	young   map[facts.Question]entry // at most half of the room
	old     map[facts.Question]entry // as much, from before young was last emptied
	taken   int                      // octets in young
	half    int                      // of the room, in octets
	flights map[facts.Question]*flight
}

// entry is an answer and when it ends.
type entry struct {
	obs     facts.Observation
	expires time.Time // zero: never
}

// flight is a question under way for one or more callers.
type flight struct {
	waiting int // callers; under Cache.mu
	cancel  context.CancelFunc
	done    chan struct{} // closed when obs is there
	obs     facts.Observation
}

// NewCache puts a cache before a resolver.
func NewCache(next Resolver, cfg CacheConfig) *Cache {
	if cfg.Octets <= 0 {
		cfg.Octets = DefaultCacheOctets
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Cache{
		next: next, now: cfg.Now, half: cfg.Octets / 2,
		young: map[facts.Question]entry{}, flights: map[facts.Question]*flight{},
	}
}

// Lookup answers from the cache, and asks for the rest, all at once. Each
// question goes to the next resolver on its own: an answer that is there need
// not wait for one that is slow in coming, perhaps for another domain.
func (c *Cache) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	obs := make([]facts.Observation, len(qs))
	var wg sync.WaitGroup
	for i, q := range qs {
		t := c.join(ctx, q)
		if t.flight == nil {
			obs[i] = t.obs
			continue
		}
		wg.Go(func() {
			obs[i] = c.wait(ctx, q, t)
			if !t.leads && obs[i].Status == facts.Failed {
				obs[i] = c.wait(ctx, q, c.join(ctx, q))
			}
		})
	}
	wg.Wait()
	for _, o := range obs {
		if o.Status == facts.NotAsked {
			return obs, ctx.Err()
		}
	}
	return obs, nil
}

// ticket is a kept answer or, where there is none, a place in a flight.
type ticket struct {
	obs    facts.Observation
	flight *flight
	leads  bool // began the flight
}

// join finds the answer to a question, or the flight, which it begins if there
// is none.
func (c *Cache) join(ctx context.Context, q facts.Question) ticket {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o, ok := c.get(q); ok {
		return ticket{obs: o}
	}
	if f := c.flights[q]; f != nil {
		f.waiting++
		return ticket{flight: f}
	}
	// The flight must survive the caller who began it, if others wait.
	alone, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight{waiting: 1, cancel: cancel, done: make(chan struct{})}
	c.flights[q] = f
	go c.fly(alone, q, f)
	return ticket{flight: f, leads: true}
}

// fly asks one question, and keeps the answer.
func (c *Cache) fly(ctx context.Context, q facts.Question, f *flight) {
	defer f.cancel()
	f.obs = facts.Observation{Question: q}
	if obs, _ := c.next.Lookup(ctx, []facts.Question{q}); len(obs) == 1 {
		f.obs = obs[0]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flights[q] == f {
		delete(c.flights, q)
	}
	c.put(f.obs)
	close(f.done)
}

// wait waits for a flight, or leaves it. The last to leave ends it.
func (c *Cache) wait(ctx context.Context, q facts.Question, t ticket) facts.Observation {
	f := t.flight
	if f == nil {
		return t.obs
	}
	select {
	case <-f.done:
		return f.obs
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		if c.flights[q] == f {
			delete(c.flights, q) // nobody may join it any more
		}
		f.cancel()
	}
	return facts.Observation{Question: q}
}

// get returns a kept answer. One from the old half moves to the young: what is
// asked for often stays.
func (c *Cache) get(q facts.Question) (facts.Observation, bool) {
	e, young := c.young[q]
	if !young {
		var ok bool
		if e, ok = c.old[q]; !ok {
			return facts.Observation{}, false
		}
	}
	if !e.expires.IsZero() && !c.now().Before(e.expires) {
		delete(c.young, q)
		delete(c.old, q)
		return facts.Observation{}, false
	}
	if !young {
		delete(c.old, q)
		c.keep(q, e)
	}
	return e.obs, true
}

// put keeps an answer, unless it is none.
func (c *Cache) put(o facts.Observation) {
	if o.Status != facts.Found && !o.Absent() {
		return
	}
	e := entry{obs: o}
	if o.Via != nil { // a TTL of zero serves those who wait for it, and no more
		e.expires = c.now().Add(time.Duration(o.Via.TTL) * time.Second)
	}
	c.keep(o.Question, e)
}

// keep makes room when the young half is full: the old one is forgotten, and
// the young one is old. An answer that would take all the room is not kept.
func (c *Cache) keep(q facts.Question, e entry) {
	size := entryOctets + 2*len(q.Name) // in the key, and in the answer
	for _, text := range slices.Concat(e.obs.Data, e.obs.Chain) {
		size += len(text)
	}
	if size > c.half {
		return
	}
	if c.taken += size; c.taken > c.half {
		c.old, c.young, c.taken = c.young, make(map[facts.Question]entry), size
	}
	c.young[q] = e
}
