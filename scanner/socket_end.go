package scanner

import "time"

// drop takes a query out of flight whose answer nobody waits for any more. False:
// it has ended before.
func (s *socket) drop(p *pending) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.table[p.query.id] != p {
		return false
	}
	s.finish(p, true)
	return true
}

// end ends a query, and has its task told.
func (s *socket) end(p *pending, o outcome, late bool) {
	s.finish(p, late)
	if p.task == nil {
		p.done <- o
		return
	}
	s.ended = append(s.ended, ended{p.task, o})
}

// unlock frees mu, and tells the tasks: they may send the next query at once.
func (s *socket) unlock() {
	all := s.ended
	s.ended = nil
	s.mu.Unlock()
	for _, e := range all {
		e.task.landed(e.how)
	}
}

// finish takes a query out of flight. If its answer may yet come, the ID stays
// taken for a while, so that a late answer is known as such. It is called under mu.
func (s *socket) finish(p *pending, late bool) {
	id := p.query.id
	if late {
		s.table[id] = nil
		now := time.Now()
		s.graves.push(due{now.Add(max(now.Sub(p.sent), s.pool.idle)), p.serial, id})
	} else {
		delete(s.table, id)
	}
	if s.live--; s.live > 0 {
		return
	}
	if s.retired.Load() {
		s.sleep(p.sent) // is past: wakes the reader, which closes the socket
	}
}

// finishAll ends the queries that match.
func (s *socket) finishAll(o outcome, match func(*pending) bool) {
	for _, p := range s.table {
		if p != nil && match(p) {
			s.end(p, o, true)
		}
	}
}

// refuse is told that the server's port is closed. That is a hint and no answer:
// queries that could go to another server give up sooner, but not at once.
func (s *socket) refuse(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pool.server.counts.refused.Add(1)
	s.refused = now
	if s.hurried.IsZero() {
		s.hurry(now.Add(unreachableWait))
	}
}

func (s *socket) hurry(until time.Time) {
	s.hurried = until
	if until.Before(s.wake) {
		s.sleep(until)
	}
}

// turn ends what is due, and sets when to look again. It reports whether the
// socket is of no use any more.
func (s *socket) turn(now time.Time) bool {
	s.mu.Lock()
	defer s.unlock()
	s.expire(now)
	s.giveUp(now)
	if s.live == 0 && (s.retired.Load() || now.Sub(s.used) >= s.pool.idle) {
		s.closed = true
		s.retired.Store(true)
		return true
	}
	next := now.Add(s.pool.idle)
	if !s.order.empty() {
		next = earlier(next, s.order.front().at)
	}
	if !s.hurried.IsZero() {
		next = earlier(next, s.hurried)
	}
	s.sleep(next)
	return false
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// expire ends the queries whose time is up, and frees the IDs of those that
// ended long ago.
func (s *socket) expire(now time.Time) {
	for !s.order.empty() {
		first := s.order.front()
		p := s.table[first.id]
		over := p == nil || p.serial != first.serial
		if !over && now.Before(first.at) {
			break
		}
		if !over {
			s.end(p, outcome{err: errTimeout}, true)
		}
		s.order.pop()
	}
	for !s.graves.empty() && !now.Before(s.graves.front().at) {
		if id := s.graves.front().id; s.table[id] == nil {
			delete(s.table, id)
		}
		s.graves.pop()
	}
}

// giveUp ends the queries in a hurry that were in flight when an ICMP message
// came, if the wait after it is over.
func (s *socket) giveUp(now time.Time) {
	if s.hurried.IsZero() || now.Before(s.hurried) {
		return
	}
	came := s.hurried.Add(-unreachableWait)
	s.finishAll(outcome{err: errTimeout}, func(p *pending) bool { return p.hurry && !p.sent.After(came) })
	s.hurried = time.Time{}
	if s.refused.After(came) { // for queries that were sent since
		s.hurried = s.refused.Add(unreachableWait)
	}
}

// shut ends a socket that reads no more, and all its queries.
func (s *socket) shut(why error) {
	s.mu.Lock()
	s.closed = true
	s.retired.Store(true)
	s.finishAll(outcome{err: why}, func(*pending) bool { return true })
	s.unlock()
	s.conn.Close()
	s.pool.forget(s)
}
