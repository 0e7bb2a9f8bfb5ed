package scanner

import (
	"context"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mailposture/mailposture/facts"
)

// crew scans many domains at once without a goroutine for each: whoever brings
// the last answer that a domain waits for builds its facts and puts its next
// questions, or makes its result. Over a DNS that is mostly the goroutine that
// reads a socket.
type crew[In, Out any] struct {
	*pool[In, Out]
	cfg    *Config
	asker  asker
	domain func(In) (facts.Domain, bool)
	out    func(In, *facts.Snapshot, *facts.Facts) Out
	seats  chan int // the places of afoot that are free
	afoot  []atomic.Pointer[trip[In, Out]]
	ended  sync.WaitGroup // the trips
	broken atomic.Bool    // no result is wanted any more
}

// scanEach is ScanEach over an asker.
func scanEach[In, Out any](ctx context.Context, in iter.Seq[In], cfg *Config, a asker,
	domain func(In) (facts.Domain, bool), out func(In, *facts.Snapshot, *facts.Facts) Out) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		c := &crew[In, Out]{
			pool: newPool[In, Out](*cfg), cfg: cfg, asker: a, domain: domain, out: out,
			seats: make(chan int, cfg.concurrency()), afoot: make([]atomic.Pointer[trip[In, Out]], cfg.concurrency()),
		}
		// A result must never wait for the consumer: the goroutine that brings it
		// may have a socket to read.
		c.results = make(chan job[Out], cap(c.slots))
		for i := range c.afoot {
			c.seats <- i
		}
		c.pool.run(ctx, cfg.Unordered, yield, func(ctx context.Context) func() error { return c.start(ctx, in) })
	}
}

// start runs the feeder and the watch, as pool.start runs feeder and workers.
func (c *crew[In, Out]) start(ctx context.Context, in iter.Seq[In]) func() error {
	over := make(chan struct{})
	var g errgroup.Group
	g.Go(func() error {
		c.watch(ctx, over)
		return nil
	})
	var err error
	go func() {
		err = c.feed(ctx, in)
		c.ended.Wait()
		close(over)
		_ = g.Wait() // it has no error
		close(c.results)
	}()
	return func() error { return err }
}

// feed begins domains, as long as there are slots and seats.
func (c *crew[In, Out]) feed(ctx context.Context, in iter.Seq[In]) error {
	seq := 0
	for value := range in {
		select {
		case c.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		domain, ok := c.domain(value)
		if !ok {
			c.results <- job[Out]{seq, c.out(value, nil, nil)}
			seq++
			continue
		}
		select {
		case seat := <-c.seats:
			c.begin(seq, seat, value, domain)
		case <-ctx.Done():
			return ctx.Err()
		}
		seq++
	}
	return ctx.Err()
}

// begin sends a domain on its way.
func (c *crew[In, Out]) begin(seq, seat int, value In, domain facts.Domain) {
	t := &trip[In, Out]{crew: c, seq: seq, seat: seat, value: value, began: time.Now(), course: newCourse(domain, c.cfg, facts.Build)}
	c.ended.Add(1)
	c.afoot[seat].Store(t)
	t.advance()
}

// The time between two looks at the clock is a part of the time that a domain
// has, within bounds.
const (
	looks     = 64
	leastLook = time.Millisecond
	mostLook  = 250 * time.Millisecond
)

// watch ends the trips whose time is spent, until all are over, and all of them
// when the context ends.
func (c *crew[In, Out]) watch(ctx context.Context, over <-chan struct{}) {
	timeout := c.cfg.timeout()
	clock := time.NewTicker(min(max(timeout/looks, leastLook), mostLook))
	defer clock.Stop()
	done := ctx.Done()
	for {
		select {
		case <-over:
			return
		case <-done:
			c.broken.Store(true)
			done = nil // the clock looks after those that begin just now
		case <-clock.C:
		}
		for i := range c.afoot {
			t := c.afoot[i].Load()
			if t != nil && (c.broken.Load() || time.Since(t.began) >= timeout) {
				t.hasten()
			}
		}
	}
}

// trip is one domain under way. It is its own caller.
type trip[In, Out any] struct {
	crew  *crew[In, Out]
	seq   int
	seat  int
	value In
	began time.Time
	course

	mu        sync.Mutex // guards the rest
	missing   []facts.Question
	got       []facts.Observation // to missing; NotAsked: not yet
	inquiries []inquiry           // for missing
	open      int                 // answers to come, and one while questions are put
	spent     bool                // the time is
}

// advance goes on until the trip has to wait for an answer, or is over. It is
// called by one goroutine at a time.
func (t *trip[In, Out]) advance() {
	for {
		missing := t.step()
		if t.crew.broken.Load() {
			t.end()
			return
		}
		if len(missing) == 0 {
			t.crew.results <- job[Out]{t.seq, t.crew.out(t.value, t.snapshot(), t.facts)}
			t.end()
			return
		}
		if !t.put(missing) {
			return
		}
		t.collect()
	}
}

// end gives the seat back.
func (t *trip[In, Out]) end() {
	c := t.crew
	c.afoot[t.seat].Store(nil)
	c.seats <- t.seat
	c.ended.Done()
}

// put asks questions. True: all are answered.
func (t *trip[In, Out]) put(missing []facts.Question) bool {
	t.mu.Lock()
	t.missing, t.open = missing, len(missing)+1
	t.got = slices.Grow(t.got[:0], len(missing))[:len(missing)]
	t.inquiries = slices.Grow(t.inquiries[:0], len(missing))[:len(missing)]
	clear(t.got)
	clear(t.inquiries)
	for i, q := range missing {
		if t.spent {
			t.note(i, t.late(q))
			continue
		}
		t.mu.Unlock()
		inquiry := t.crew.asker.begin(q, t.use(q), t, i)
		t.mu.Lock()
		t.inquiries[i] = inquiry
		if t.spent && inquiry != nil { // hasten did not know it yet
			t.mu.Unlock()
			inquiry.leave(t, i)
			t.mu.Lock()
		}
	}
	t.open--
	all := t.open == 0
	t.mu.Unlock()
	return all
}

// use says who has a use for the answer.
func (t *trip[In, Out]) use(q facts.Question) use { return use(!t.shares(q)) }

// note keeps an answer, and reports whether it was the last. It is called under
// mu.
func (t *trip[In, Out]) note(i int, o facts.Observation) bool {
	if t.got[i].Status != facts.NotAsked {
		return false // answered, or hasten was here before
	}
	if o.Status == facts.NotAsked {
		o = facts.Observation{Question: t.missing[i], Status: facts.Failed, Cause: "resolver gave no answer"}
	}
	t.got[i] = o
	t.open--
	return t.open == 0
}

// answered takes an answer, and goes on if it was the last.
func (t *trip[In, Out]) answered(i int, o facts.Observation) {
	t.mu.Lock()
	last := !t.spent && t.note(i, o) // or it was on its way when hasten came: i may be of another round
	t.mu.Unlock()
	if last {
		t.collect()
		t.advance()
	}
}

// hasten is told that the time is spent: what is open fails, and nothing is
// asked any more.
func (t *trip[In, Out]) hasten() {
	t.mu.Lock()
	if t.spent {
		t.mu.Unlock()
		return
	}
	t.spent = true
	last := false
	for i, q := range t.missing {
		if t.note(i, t.late(q)) {
			last = true
		}
	}
	inquiries := append([]inquiry(nil), t.inquiries...)
	t.mu.Unlock()
	for i, inquiry := range inquiries {
		if inquiry != nil {
			inquiry.leave(t, i)
		}
	}
	if last {
		t.collect()
		t.advance()
	}
}

// collect takes the answers over.
func (t *trip[In, Out]) collect() {
	for _, o := range t.got {
		t.take(o)
	}
}
