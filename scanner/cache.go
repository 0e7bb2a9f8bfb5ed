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
//
// ScanAll has no answer kept that is about a domain of its list, or a name below
// it, unless another domain asked for it at the same time.
type Cache struct {
	next    asker
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

// NewCache puts a cache before a resolver.
func NewCache(next Resolver, cfg CacheConfig) *Cache {
	if cfg.Octets <= 0 {
		cfg.Octets = DefaultCacheOctets
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Cache{
		next: askerOf(next), now: cfg.Now, half: cfg.Octets / 2,
		young: map[facts.Question]entry{}, flights: map[facts.Question]*flight{},
	}
}

// Lookup answers from the cache, and asks for the rest, all at once. Each
// question goes to the next resolver on its own: an answer that is there need
// not wait for one that is slow in coming, perhaps for another domain.
func (c *Cache) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	return gather(ctx, c, qs)
}

// known returns an answer that is kept.
func (c *Cache) known(q facts.Question) (facts.Observation, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get(q)
}

// begin answers from the cache, or takes part in a flight, which it begins if
// there is none.
func (c *Cache) begin(q facts.Question, use use, to caller, i int) inquiry {
	c.mu.Lock()
	if use == forAll { // of the others, next to none is kept
		if o, ok := c.get(q); ok {
			c.mu.Unlock()
			to.answered(i, o)
			return nil
		}
	}
	if f := c.flights[q]; f != nil {
		f.riders = append(f.riders, rider{to: to, i: i})
		f.use = forAll
		c.mu.Unlock()
		return f
	}
	f := &flight{cache: c, question: q, use: use}
	f.riders = append(f.one[:0], rider{to: to, i: i, leads: true})
	c.flights[q] = f
	c.mu.Unlock()
	f.start()
	return f
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
