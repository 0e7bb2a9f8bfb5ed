package scanner

import (
	"context"
	"hash/fnv"
	"io"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// The pause before a server is asked again that failed at once: it doubles each
// time, and half of it is random.
const (
	firstPause = 50 * time.Millisecond
	maxPause   = time.Second
)

// The names of the transports.
const (
	protoUDP = "udp"
	protoTCP = "tcp"
)

// task is one question on its way to an answer. It is asked by whoever goes on
// with it: first the code in first.go, which never waits, then that in this file.
type task struct {
	*DNS
	question facts.Question
	query    query // the model of those that are sent
	plain    bool  // without EDNS: the server that is asked now takes none
	visits   []visit
	via      facts.Via // of the last valid answer; Tries counts all queries
	first    firstTry
}

// visit is what a task has had to do with a server.
type visit struct {
	asked int     // how often it was turned to
	done  bool    // it would only repeat itself
	plain bool    // it takes no EDNS
	worst verdict // the weightiest that it said
}

// ask finds the answer, with the first try's result if there is one. When ctx
// ends, the caller has left, or the DNS is closed.
func (t *task) ask(ctx context.Context) facts.Observation {
	t.visits = make([]visit, len(t.servers))
	v := t.round(ctx)
	for v.then != keep && v.weight == weightSilent && t.breaker.open() && ctx.Err() == nil {
		v = heavier(v, t.round(ctx)) // in an outage tries do not count
	}
	if v.then != keep {
		v = t.lastResort(ctx, v)
	}
	if v.then != keep {
		v = t.byControl(ctx, v)
	}
	if v.then != keep && ctx.Err() != nil {
		v = failed(keep, weightLocal, errClosed.Error())
	}
	return t.observation(v)
}

// round asks the servers in turn until one gives an answer to keep, or the tries
// are used up. Then it returns the failure that weighs most.
func (t *task) round(ctx context.Context) verdict {
	worst := failed(again, weightSilent, causeTimeout)
	last := worst
	for turn, tries := t.home(t.question), 0; tries <= t.cfg.Retries; turn++ {
		i := t.next(turn)
		if t.first.over {
			i = t.first.server // whatever has become of it since
		} else if i < 0 || t.pause(ctx, i, last) != nil {
			break
		}
		if last = t.visit(ctx, i); last.then == keep {
			return last
		}
		worst = heavier(worst, last)
		if !t.visits[i].done { // else it costs no try: every server gets its word
			tries++
		}
	}
	return worst
}

// visit asks one server.
func (t *task) visit(ctx context.Context, i int) verdict {
	here := &t.visits[i]
	here.asked++
	t.plain = here.plain
	v := t.vet(ctx, i, t.try(ctx, t.servers[i]))
	here.plain, here.done, here.worst = t.plain, v.then == elsewhere, heavier(here.worst, v)
	return v
}

// lastResort asks the servers that are set aside, once each, for what the others
// do not know. So it does not show in an answer when a server was set aside.
func (t *task) lastResort(ctx context.Context, worst verdict) verdict {
	for i, srv := range t.servers {
		if t.visits[i].asked > 0 || srv.aside.Load() == nil || ctx.Err() != nil {
			continue
		}
		v := t.visit(ctx, i)
		if v.then == keep {
			return v
		}
		worst = heavier(worst, v)
	}
	return worst
}

// home spreads questions over the servers, each always to the same.
func (d *DNS) home(q facts.Question) int {
	if len(d.servers) == 1 {
		return 0
	}
	h := fnv.New32a()
	_, _ = io.WriteString(h, q.Kind) // a hash takes everything
	_, _ = io.WriteString(h, q.Name)
	return int(h.Sum32() % uint32(len(d.servers)))
}

// next is the server for a turn, passing over those that are done, and those
// that are set aside while there are others. It is below zero when all are done.
func (t *task) next(turn int) int {
	least := -1
	for k := range t.servers {
		i := (turn + k) % len(t.servers)
		switch {
		case t.visits[i].done:
		case t.servers[i].aside.Load() == nil:
			return i
		case least < 0:
			least = i
		}
	}
	if least >= 0 && t.anyGood() {
		return -1 // the last resort
	}
	return least
}

// anyGood reports whether a server is not set aside.
func (d *DNS) anyGood() bool {
	for _, srv := range d.servers {
		if srv.aside.Load() == nil {
			return true
		}
	}
	return false
}

// pause waits while no server answers anyone, and before the same server is
// asked again, unless the try before took its time anyway.
func (t *task) pause(ctx context.Context, i int, last verdict) error {
	if err := t.breaker.pass(ctx); err != nil {
		return err
	}
	n := t.visits[i].asked
	if n == 0 || last.weight == weightSilent {
		return ctx.Err()
	}
	return sleep(ctx, t.chance.jitter(min(firstPause<<(min(n, 10)-1), maxPause)))
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// observation is the end of the task.
func (t *task) observation(v verdict) facts.Observation {
	via := t.via
	via.TTL, via.Proof, via.Dissent = v.ttl, v.proof, t.dissent(v)
	via.AD = via.AD && v.status != facts.Failed
	o := facts.Observation{Question: t.question, Status: v.status, Data: v.data, Chain: v.chain, Cause: v.cause, Via: &via}
	if o.Status == facts.Failed {
		o.Chain = nil
	}
	return o
}
