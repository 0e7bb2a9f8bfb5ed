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
	in   chan struct{} // closed when it may go through
	gone bool          // its context ended; under gate.mu
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
	w := &waiter{in: make(chan struct{})}
	g.queue.push(w)
	g.mu.Unlock()
	select {
	case <-w.in:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-w.in: // the place came too late
		g.busy--
		g.admit()
	default:
		w.gone = true
	}
	return ctx.Err()
}

// leave gives a place back.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.busy--
	g.admit()
}

// admit lets those in for whom there is room. It is called under mu.
func (g *gate) admit() {
	for g.busy < g.window.size && !g.queue.empty() {
		w := g.queue.front()
		g.queue.pop()
		if !w.gone {
			g.busy++
			close(w.in)
		}
	}
}

// learn tells the window how an exchange ended.
func (g *gate) learn(lost bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.window.learn(lost, g.busy) {
		g.window.close(g.drops())
		g.admit()
	}
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

// lane is a question in flight, and those who wait to ask it, too.
type lane struct {
	users int // under lanes.mu
	free  chan struct{}
}

// enter waits until the question is not in flight. The error is the context's.
func (l *lanes) enter(ctx context.Context, q facts.Question) error {
	l.mu.Lock()
	if l.busy == nil {
		l.busy = map[facts.Question]*lane{}
	}
	own := l.busy[q]
	first := own == nil
	if first {
		own = &lane{free: make(chan struct{}, 1)}
		l.busy[q] = own
	}
	own.users++
	l.mu.Unlock()
	if first {
		return nil
	}
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
