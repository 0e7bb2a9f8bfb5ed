package scanner

import "encoding/binary"

// take looks at a message. False: there was too much junk.
func (st *stream) take(msg []byte) bool {
	var id uint16
	if len(msg) >= 2 {
		id = binary.BigEndian.Uint16(msg)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	p, known := st.table[id]
	if known && p == nil {
		st.pool.server.counts.late.Add(1)
		return true
	}
	if p != nil {
		if m, err := p.query.read(msg); err != errJunk {
			st.served++
			st.finish(p, outcome{message: m, err: err}, false)
			return true
		}
	}
	st.pool.server.counts.junk.Add(1)
	st.junk++
	return st.junk < maxTCPJunk
}

// stall is told how a message begins that is slow in coming. The query that it
// answers stays, and has all its time; the others move to another connection.
// If the beginning does not tell, a query that is alone stays.
func (st *stream) stall(head []byte) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.stalled || st.closed {
		return
	}
	st.retired, st.stalled = true, true
	crowd := st.pool.stalled.Add(1) > mostStalled
	for id, p := range st.table {
		switch {
		case p == nil:
		case len(head) == 4 && binary.BigEndian.Uint16(head[2:]) == id, st.live == 1:
			if crowd {
				st.finish(p, outcome{err: errTimeout}, true)
			}
		default:
			st.finish(p, outcome{err: errTimeout, again: true}, true)
		}
	}
	st.wakeIfDone()
}

// shut ends the connection, and its queries. Those of a connection that has
// answered before, or was shared, are worth another one: the server may have
// closed an idle connection, or take one query on each.
func (st *stream) shut(why error) {
	st.mu.Lock()
	defer st.cancel()
	defer st.mu.Unlock()
	if st.closed {
		return
	}
	st.closed, st.retired = true, true
	if st.stalled {
		st.pool.stalled.Add(-1)
	}
	if st.live > 0 && st.crowded && st.served <= 1 && st.conn != nil && why != errClosed {
		st.pool.oneByOne.Store(true)
	}
	again := (st.served > 0 || st.crowded) && st.conn != nil && why != errClosed
	for _, p := range st.table {
		if p != nil {
			st.finish(p, outcome{err: why, again: again}, true)
		}
	}
}
