package scanner

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
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

// task is one question on its way to an answer.
type task struct {
	*DNS
	question facts.Question
	plain    bool             // without EDNS
	asked    map[*server]int  // how often each server was turned to
	done     map[*server]bool // servers that would only repeat themselves
	via      facts.Via        // of the last valid answer; Tries counts all queries
}

// ask finds the answer to one question. The status is NotAsked if ctx ends
// before.
func (d *DNS) ask(ctx context.Context, q facts.Question) facts.Observation {
	if _, err := newQuery(q, 0, true); err != nil {
		return facts.Observation{Question: q, Status: facts.Failed, Cause: err.Error()}
	}
	t := &task{DNS: d, question: q, asked: map[*server]int{}, done: map[*server]bool{}}
	worst := failed(again, weightSilent, causeTimeout)
	last := worst
	for turn, tries := d.first(q), 0; tries <= d.cfg.Retries; turn++ {
		srv := t.next(turn)
		if srv == nil || t.pause(ctx, srv, last) != nil {
			break
		}
		t.asked[srv]++
		if last = t.try(ctx, srv); last.then == keep {
			return t.observation(last)
		}
		worst = heavier(worst, last)
		if last.then == elsewhere {
			t.done[srv] = true // and costs no try: every server gets its word
			continue
		}
		tries++
	}
	if ctx.Err() != nil {
		return facts.Observation{Question: q}
	}
	return t.observation(worst)
}

// first spreads questions over the servers, each always to the same.
func (d *DNS) first(q facts.Question) int {
	h := fnv.New32a()
	fmt.Fprint(h, q)
	return int(h.Sum32() % uint32(len(d.servers)))
}

// next is the server for a turn, passing over those that are done; nil when all
// are.
func (t *task) next(turn int) *server {
	for i := range t.servers {
		if srv := t.servers[(turn+i)%len(t.servers)]; !t.done[srv] {
			return srv
		}
	}
	return nil
}

// pause waits before the same server is asked again, unless the try before took
// its time anyway.
func (t *task) pause(ctx context.Context, srv *server, last verdict) error {
	n := t.asked[srv]
	if n == 0 || last.weight == weightSilent {
		return ctx.Err()
	}
	return sleep(ctx, t.jitter(min(firstPause<<(n-1), maxPause)))
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// try asks one server: over UDP, without EDNS if it does not take that, and over
// TCP if UDP is not enough.
func (t *task) try(ctx context.Context, srv *server) verdict {
	v, _ := t.exchange(ctx, srv, protoUDP)
	if v.then == plainly {
		t.plain = true
		v, _ = t.exchange(ctx, srv, protoUDP)
	}
	if v.then != overTCP {
		return v
	}
	over, err := t.exchange(ctx, srv, protoTCP)
	t.plain = t.plain || over.then == plainly
	switch {
	case err == nil && over.then == overTCP:
		over.then = elsewhere // TCP has no more to say
		return over
	case err == nil:
		return over
	case v.weight == weightTruncated:
		return failed(again, weightTruncated, "truncated, and TCP failed: "+networkCause(err))
	case v.weight == weightHollow:
		v.then = elsewhere
		return v
	}
	return failed(again, weightSilent, causeTimeout)
}

// exchange sends one query, and works out what comes back. The error is that of
// the network, for when no valid answer came.
func (t *task) exchange(ctx context.Context, srv *server, proto string) (verdict, error) {
	leave, err := t.enter(ctx, srv)
	if err != nil {
		return failed(again, weightSilent, causeTimeout), err
	}
	defer leave()
	q, err := newQuery(t.question, t.id(), !t.plain)
	if err != nil {
		return failed(again, weightLocal, err.Error()), err
	}
	t.via.Tries++
	sent := time.Now()
	var m *message
	if proto == protoUDP {
		m, err = askUDP(ctx, srv.addr, q, t.cfg.Timeout, len(t.servers)-len(t.done) > 1)
	} else {
		m, err = askTCP(ctx, srv.addr, q, t.cfg.Timeout)
	}
	rtt := time.Since(sent)
	event := TraceEvent{Question: t.question, Server: srv.addr, Proto: proto, Try: t.via.Tries, Status: facts.Failed, RTT: rtt}
	if err != nil {
		event.Cause = networkCause(err)
		t.cfg.Trace(event)
		return silent(err), err
	}
	t.via.Server, t.via.Proto, t.via.RTT, t.via.AD = srv.addr.String(), proto, rtt.Microseconds(), m.ad
	v := m.verdict(q)
	event.Status, event.Cause = v.status, v.cause
	t.cfg.Trace(event)
	return v, nil
}

// silent is what a try amounts to in which no valid answer came.
func silent(err error) verdict {
	switch {
	case errors.Is(err, errTruncated):
		return failed(overTCP, weightTruncated, err.Error())
	case errors.Is(err, errPlain):
		return failed(plainly, weightRcode, err.Error())
	case errors.Is(err, errJunk):
		return failed(overTCP, weightSilent, causeTimeout)
	case errors.Is(err, errTimeout):
		return failed(again, weightSilent, causeTimeout)
	}
	return failed(again, weightLocal, networkCause(err))
}

// enter waits for a free slot, and for the server's next turn.
func (t *task) enter(ctx context.Context, srv *server) (func(), error) {
	select {
	case t.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	leave := func() { <-t.slots }
	if srv.limit == nil {
		return leave, nil
	}
	r := srv.limit.Reserve()
	if err := sleep(ctx, r.Delay()); err != nil {
		r.Cancel()
		leave()
		return nil, err
	}
	return leave, nil
}

// observation is the end of the task.
func (t *task) observation(v verdict) facts.Observation {
	via := t.via
	via.TTL, via.Proof = v.ttl, v.proof
	via.AD = via.AD && v.status != facts.Failed
	return facts.Observation{
		Question: t.question, Status: v.status, Data: v.data, Chain: v.chain, Cause: v.cause, Via: &via,
	}
}

// id is a message ID that nobody can foresee. RFC 5452, section 9.2.
func (d *DNS) id() uint16 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return uint16(d.random.Uint32())
}

// jitter makes part of a pause random, so that many questions that failed
// together are not asked together again.
func (d *DNS) jitter(pause time.Duration) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return pause/2 + time.Duration(d.random.Int64N(int64(pause/2)+1))
}
