package scanner

import (
	"context"
	"errors"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// try asks one server: over UDP, without EDNS if it does not take that, and over
// TCP if UDP is not enough.
func (t *task) try(ctx context.Context, srv *server) verdict {
	v, err := t.exchange(ctx, srv, protoUDP)
	if v.then == plainly {
		t.plain = true
		v, err = t.exchange(ctx, srv, protoUDP)
	}
	if v.then != overTCP {
		return v
	}
	over, tcpErr := t.exchange(ctx, srv, protoTCP)
	t.plain = t.plain || over.then == plainly
	srv.note(err, tcpErr)
	switch {
	case tcpErr == nil && over.then == overTCP:
		over.then = elsewhere // TCP has no more to say
		return over
	case tcpErr == nil:
		return over
	case v.weight == weightTruncated:
		return failed(again, weightTruncated, "truncated, and TCP failed: "+networkCause(tcpErr))
	case v.weight == weightHollow:
		v.then, v.denial = elsewhere, facts.NotAsked // over UDP alone it may be forged
		return v
	}
	return failed(again, weightSilent, causeTimeout)
}

// note remembers what a server did over UDP that made TCP necessary, and whether
// it was there then.
func (s *server) note(udp, tcp error) {
	switch {
	case errors.Is(udp, errCase) && tcp == nil:
		s.miscased.Add(1)
	case !errors.Is(udp, errTruncated) || errors.Is(tcp, context.Canceled) || errors.Is(tcp, errClosed):
	case tcp == nil:
		s.tcpFailed.Store(0)
	case s.tcpFailed.Add(1) >= mostTCPFailed:
		s.setAside(asideTCP)
	}
}

// exchange sends one query, and works out what comes back. The error is that of
// the network, for when no valid answer came.
func (t *task) exchange(ctx context.Context, srv *server, proto string) (verdict, error) {
	if t.first.over {
		t.first.over = false
		return t.first.verdict, t.first.err
	}
	if proto == protoUDP { // before the gate, where twins would keep others out
		if err := srv.lanes.enter(ctx, t.question); err != nil {
			return failed(again, weightSilent, causeTimeout), err
		}
		defer srv.lanes.leave(t.question)
	}
	leave, err := t.enter(ctx, srv)
	if err != nil {
		return failed(again, weightSilent, causeTimeout), err
	}
	defer leave()
	t.via.Tries++
	sent := time.Now()
	q, m, err := t.carry(ctx, srv, proto)
	return t.judge(srv, proto, q, outcome{message: m, err: err}, sent), err
}

// judge works out what an exchange amounts to, and tells everyone who counts.
func (t *task) judge(srv *server, proto string, q *query, o outcome, sent time.Time) verdict {
	rtt := time.Since(sent)
	srv.count(proto, o.err, rtt)
	t.watch(proto, o.err)
	event := TraceEvent{Question: t.question, Server: srv.addr, Proto: proto, Try: t.via.Tries, Status: facts.Failed, RTT: rtt}
	if o.err != nil {
		event.Cause = networkCause(o.err)
		t.cfg.Trace(event)
		return silent(o.err)
	}
	t.via.Server, t.via.Proto, t.via.RTT, t.via.AD = srv.name, proto, rtt.Microseconds(), o.message.ad
	v := o.message.verdict(q)
	if v.weight == weightFiltered {
		srv.withholds.Store(true)
		srv.setAside(asideFilter)
	}
	if v.proof == proofSOA && !srv.showsSOA.Load() {
		srv.showsSOA.Store(true)
	}
	event.Status, event.Cause = v.status, v.cause
	t.cfg.Trace(event)
	return v
}

// carry takes a query to the server, and back what answers it.
func (t *task) carry(ctx context.Context, srv *server, proto string) (*query, *message, error) {
	if proto == protoTCP {
		q := t.query.fresh(0, !t.plain, 0)
		m, err := srv.tcp.ask(ctx, q, t.cfg.Timeout)
		return q, m, err
	}
	mix := uint64(0)
	if srv.mixes() {
		mix = t.chance.bits()
	}
	q := t.query.fresh(0, !t.plain, mix)
	m, err := srv.udp.ask(ctx, q, t.cfg.Timeout, t.others(srv))
	return q, m, err
}

// others reports whether another server could be asked.
func (t *task) others(srv *server) bool {
	for i, other := range t.servers {
		if other != srv && !t.visits[i].done {
			return true
		}
	}
	return false
}

// count adds an exchange to the server's numbers, and tells its window.
func (s *server) count(proto string, err error, rtt time.Duration) {
	if proto == protoTCP {
		s.counts.tcp.Add(1)
		return
	}
	s.counts.queries.Add(1)
	switch {
	case heard(err):
		s.counts.answers.Add(1)
		s.counts.rtt.Add(int64(rtt))
		s.gate.learn(false)
	case errors.Is(err, errTimeout):
		s.counts.timeouts.Add(1)
		s.gate.learn(true)
	}
}

// watch tells the breaker of an exchange.
func (t *task) watch(proto string, err error) {
	switch {
	case heard(err):
		t.breaker.answered()
	case proto == protoUDP && errors.Is(err, errTimeout):
		t.breaker.silence()
	}
}

// heard reports whether the server itself said something.
func heard(err error) bool {
	return err == nil || errors.Is(err, errTruncated) || errors.Is(err, errPlain)
}

// silent is what a try amounts to in which no valid answer came.
func silent(err error) verdict {
	switch {
	case errors.Is(err, errTruncated):
		return failed(overTCP, weightTruncated, err.Error())
	case errors.Is(err, errPlain):
		return failed(plainly, weightRcode, err.Error())
	case errors.Is(err, errJunk), errors.Is(err, errCase):
		return failed(overTCP, weightSilent, causeTimeout)
	case errors.Is(err, errTimeout):
		return failed(again, weightSilent, causeTimeout)
	case errors.Is(err, errClosed):
		return failed(keep, weightLocal, err.Error())
	}
	return failed(again, weightLocal, networkCause(err))
}

// enter waits for the server's window, and for its next turn.
func (t *task) enter(ctx context.Context, srv *server) (func(), error) {
	if err := srv.gate.enter(ctx); err != nil {
		return nil, err
	}
	if srv.limit == nil {
		return srv.gate.leave, nil
	}
	r := srv.limit.Reserve()
	if err := sleep(ctx, r.Delay()); err != nil {
		r.Cancel()
		srv.gate.leave()
		return nil, err
	}
	return srv.gate.leave, nil
}
