package scanner

import (
	"context"
	"sync"

	"github.com/mailposture/mailposture/facts"
)

// gate lets as many exchanges through at once as its window allows, in the order
// in which they came.
type gate struct {
	mu     sync.Mutex
	window window
	busy   int
	queue  fifo[*waiter]
	drops  func() bool // whether this machine has dropped datagrams since the last call
}

// waiter is one exchange before the gate.
type waiter struct {
	admit func() bool // called when it may go through, without gate.mu; false: it needs the place no more
	over  bool        // it was called, or its context ended; under gate.mu
}

// join takes a place if there is one. If not, it queues, and admit is called with
// a place later.
func (g *gate) join(admit func() bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy < g.window.size {
		g.busy++
		return true
	}
	g.queue.push(&waiter{admit: admit})
	return false
}

// enter waits for a place. The error is the context's.
func (g *gate) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if g.busy < g.window.size {
		g.busy++
		g.mu.Unlock()
		return nil
	}
	in := make(chan struct{})
	w := &waiter{admit: func() bool { close(in); return true }}
	g.queue.push(w)
	g.mu.Unlock()
	select {
	case <-in:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	late := w.over
	w.over = true
	g.mu.Unlock()
	if late { // the place is there, but comes too late
		g.leave()
	}
	return ctx.Err()
}

// leave gives a place back.
func (g *gate) leave() {
	g.mu.Lock()
	g.busy--
	g.unlock()
}

// unlock frees mu, and lets those in for whom there is room. A place that is not
// needed goes to the next here, and not from there: the queue may be long.
func (g *gate) unlock() {
	for in := g.next(); len(in) > 0; in = g.next() {
		g.mu.Unlock()
		spare := 0
		for _, w := range in {
			if !w.admit() {
				spare++
			}
		}
		g.mu.Lock()
		g.busy -= spare
	}
	g.mu.Unlock()
}

// next takes those out of the queue for whom there is room. It is called under mu.
func (g *gate) next() []*waiter {
	var in []*waiter
	for g.busy < g.window.size && !g.queue.empty() {
		w := g.queue.front()
		g.queue.pop()
		if !w.over {
			w.over = true
			g.busy++
			in = append(in, w)
		}
	}
	return in
}

// learn tells the window how an exchange ended.
func (g *gate) learn(lost bool) {
	g.mu.Lock()
	if !g.window.learn(lost, g.busy) {
		g.mu.Unlock()
		return
	}
	g.window.close(g.drops())
	g.unlock()
}

func (g *gate) size() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.window.size
}

// lanes keeps one question from being in flight to a server twice: forged
// answers to it would have as many chances. RFC 5452, section 5.
type lanes struct {
	mu   sync.Mutex
	busy map[facts.Question]*lane
}

// lane is a question in flight that others wait to ask, too.
type lane struct {
	users int // who is in it and who waits; under lanes.mu
	free  chan struct{}
}

// tryEnter enters if the question is not in flight.
func (l *lanes) tryEnter(q facts.Question) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, busy := l.busy[q]; busy {
		return false
	}
	if l.busy == nil {
		l.busy = map[facts.Question]*lane{}
	}
	l.busy[q] = nil // a lane is made when somebody waits
	return true
}

// enter waits until the question is not in flight. The error is the context's.
func (l *lanes) enter(ctx context.Context, q facts.Question) error {
	if l.tryEnter(q) {
		return nil
	}
	l.mu.Lock()
	own, busy := l.busy[q]
	switch {
	case !busy:
		l.busy[q] = nil
		l.mu.Unlock()
		return nil
	case own == nil:
		own = &lane{users: 1, free: make(chan struct{}, 1)}
		l.busy[q] = own
	}
	own.users++
	l.mu.Unlock()
	select {
	case <-own.free:
		return nil
	case <-ctx.Done():
		l.quit(q, own)
		return ctx.Err()
	}
}

// leave lets the next in.
func (l *lanes) leave(q facts.Question) {
	l.mu.Lock()
	own := l.busy[q]
	if own == nil {
		delete(l.busy, q)
		l.mu.Unlock()
		return
	}
	l.mu.Unlock()
	own.free <- struct{}{}
	l.quit(q, own)
}

func (l *lanes) quit(q facts.Question, own *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if own.users--; own.users == 0 {
		delete(l.busy, q)
	}
}
