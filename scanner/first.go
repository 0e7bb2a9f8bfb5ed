package scanner

import (
	"context"
	"sync"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// firstTry is the first query of a task. It costs no goroutine: the socket hands
// over what comes, and in most cases that is the answer. Where it is not, or
// where there is something to wait for first, a goroutine goes on; it begins
// with what the first try brought.
type firstTry struct {
	to     caller
	index  int // the caller's number for the question
	server int
	flying pending

	over    bool // there is a result
	verdict verdict
	err     error

	mu     sync.Mutex // guards the rest
	ended  bool       // the caller was told, or has left
	from   *socket    // nil: not sent yet, or not any more
	cancel context.CancelFunc
}

// begin asks one question.
func (d *DNS) begin(q facts.Question, _ use, to caller, i int) inquiry {
	t := &task{DNS: d, question: q}
	t.first.to, t.first.index = to, i
	if err := t.query.pack(q); err != nil {
		t.end(facts.Observation{Question: q, Status: facts.Failed, Cause: err.Error()})
		return nil
	}
	if !t.fly() {
		t.walk()
	}
	return t
}

// fly sends the first query, if there is nothing to wait for but a place in the
// server's window, which comes to the task by itself.
func (t *task) fly() bool {
	i := t.home(t.question)
	srv := t.servers[i]
	if srv.aside.Load() != nil || srv.limit != nil || t.breaker.open() || !srv.lanes.tryEnter(t.question) {
		return false
	}
	t.first.server = i
	if srv.gate.join(t.admitted) && !t.admitted() {
		srv.gate.leave()
	}
	return true
}

// admitted is called with a place in the window. False: it is not needed.
func (t *task) admitted() bool {
	f, srv := &t.first, t.servers[t.first.server]
	f.mu.Lock()
	if f.ended {
		f.mu.Unlock()
		srv.lanes.leave(t.question)
		return false
	}
	t.via.Tries++
	f.flying = pending{query: &t.query, hurry: len(t.servers) > 1, task: t, sent: time.Now()}
	if srv.mixes() {
		f.flying.query = t.query.fresh(0, true, t.chance.bits())
	}
	var err error
	f.from, err = srv.udp.send(&f.flying, t.cfg.Timeout)
	f.mu.Unlock()
	if err == nil {
		return true
	}
	o := outcome{err: err}
	v := t.learn(o)
	srv.lanes.leave(t.question)
	t.conclude(v, o)
	return false
}

// landed is told by the socket how the query ended.
func (t *task) landed(o outcome) {
	v := t.learn(o)
	t.quit()
	t.conclude(v, o)
}

// learn works out what the first try amounts to.
func (t *task) learn(o outcome) verdict {
	f := &t.first
	return t.judge(t.servers[f.server], protoUDP, f.flying.query, o, f.flying.sent)
}

// quit gives back what fly took.
func (t *task) quit() {
	srv := t.servers[t.first.server]
	srv.lanes.leave(t.question)
	srv.gate.leave()
}

// conclude tells the answer, or goes on if the first try did not bring it.
func (t *task) conclude(v verdict, o outcome) {
	f := &t.first
	if v.then == keep && !t.needsControl(t.servers[f.server], v) {
		t.end(t.observation(v))
		return
	}
	f.over, f.verdict, f.err = true, v, o.err
	t.walk()
}

// walk goes on in a goroutine, unless the caller has left.
func (t *task) walk() {
	f := &t.first
	f.mu.Lock()
	f.from = nil
	if f.ended {
		f.mu.Unlock()
		return
	}
	ctx, cancel := context.WithCancel(t.walkers.ctx)
	f.cancel = cancel
	f.mu.Unlock()
	ask := func() {
		defer cancel()
		t.end(t.ask(ctx))
	}
	if !t.walkers.begin(ask) {
		ask() // in vain, so it does not take long
	}
}

// end tells the caller, if it still waits.
func (t *task) end(o facts.Observation) {
	f := &t.first
	f.mu.Lock()
	told := f.ended
	f.ended = true
	f.mu.Unlock()
	if told {
		return
	}
	t.tally.add(o.Status)
	f.to.answered(f.index, o)
}

// leave gives the question up.
func (t *task) leave(caller, int) {
	f := &t.first
	f.mu.Lock()
	ended, from, cancel := f.ended, f.from, f.cancel
	f.ended = true
	f.mu.Unlock()
	if ended {
		return
	}
	t.tally.add(facts.NotAsked)
	switch {
	case cancel != nil:
		cancel()
	case from != nil && from.drop(&f.flying):
		t.quit()
	}
}
