package scanner

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// maxJunk is how many datagrams that are no answer are put up with. More of
	// them look like an attempt to guess the ID, which TCP ends.
	maxJunk = 20
	// strayCredit is how many stray datagrams an answer makes up for: some
	// servers send their answers twice.
	strayCredit = 4
)

// socket is a connected UDP socket with many queries in flight. Being connected
// makes the kernel drop what other addresses send. One goroutine reads, and its
// read deadline is the only timer.
type socket struct {
	pool    *sockets
	conn    *net.UDPConn
	retired atomic.Bool // sends no more queries

	mu      sync.Mutex
	table   map[uint16]*pending // by ID; nil: a query that is given up, whose answer may yet come
	live    int                 // queries in flight
	order   fifo[due]           // of all queries, the first to time out first
	graves  fifo[due]           // of the IDs that are given up
	serial  uint64              // queries sent
	born    time.Time
	used    time.Time // when the last query was sent
	wake    time.Time // the read deadline
	strays  int       // datagrams that belong to no ID, less the credit
	refused time.Time // when the last ICMP message came
	hurried time.Time // when the queries in a hurry give up; zero: no reason to
	closed  bool
	ended   []ended // queries whose tasks are to be told, when mu is free
}

// ended is a query that ended, and how.
type ended struct {
	task *task
	how  outcome
}

// pending is a query in flight. How it ended is told to task, or where there is
// none to done; the rest belongs to the socket.
type pending struct {
	task     *task
	query    *query
	hurry    bool
	serial   uint64
	sent     time.Time
	deadline time.Time
	junk     int
	done     chan outcome // takes one
}

// outcome is how a query ended.
type outcome struct {
	message *message
	err     error
	again   bool // the connection is at fault: another one may do
}

// due is when the wait for a query, or the care for an ID, ends.
type due struct {
	at     time.Time
	serial uint64
	id     uint16
}

func newSocket(pool *sockets, conn *net.UDPConn) *socket {
	now := time.Now()
	s := &socket{pool: pool, conn: conn, table: map[uint16]*pending{}, born: now, used: now}
	s.sleep(now.Add(s.pool.idle))
	return s
}

// launch gives a query its ID and its place in the table. False: the socket
// takes none any more.
func (s *socket) launch(p *pending, wait time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.retired.Load() {
		return false
	}
	now := time.Now()
	id := uint16(s.pool.chance.bits())
	for _, taken := s.table[id]; taken; _, taken = s.table[id] {
		id = uint16(s.pool.chance.bits())
	}
	p.query.setID(id)
	s.serial++
	p.serial, p.sent, p.deadline = s.serial, now, now.Add(wait)
	s.table[id] = p
	s.live++
	s.used = now
	s.order.push(due{p.deadline, p.serial, id})
	if p.deadline.Before(s.wake) {
		s.sleep(p.deadline)
	}
	if s.worn(now) {
		s.retired.Store(true)
	}
	return true
}

// worn reports whether the socket has sent its last query.
func (s *socket) worn(now time.Time) bool {
	if len(s.table) >= mostIDs {
		return true
	}
	return !s.pool.server.local && s.pool.open.Load() < mostSockets &&
		(s.serial >= socketQueries || now.Sub(s.born) > socketAge)
}

// send sends a query. That a port is closed is told to whoever sends next, and
// the datagram of that one does not leave.
func (s *socket) send(p *pending) error {
	const most = 4
	for range most {
		_, err := s.conn.Write(p.query.wire)
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			s.refuse(time.Now())
		case errors.Is(err, net.ErrClosed):
			return nil // whoever closed it ends the query
		default:
			return err
		}
	}
	return nil // left to the timeout
}

// sleep sets when the reader next looks at the time. It is called under mu.
func (s *socket) sleep(until time.Time) {
	s.wake = until
	_ = s.conn.SetReadDeadline(until) // fails only when closed, which the reader sees itself
}

// run reads until the socket is closed.
func (s *socket) run() {
	buf := make([]byte, udpBuffer)
	for {
		n, err := s.conn.Read(buf)
		switch {
		case err == nil:
			s.take(buf, n)
		case errors.Is(err, os.ErrDeadlineExceeded):
			s.catchUp(buf)
			if s.turn(time.Now()) {
				s.shut(errClosed)
				return
			}
		case errors.Is(err, syscall.ECONNREFUSED):
			s.refuse(time.Now())
		case errors.Is(err, net.ErrClosed):
			s.shut(errClosed)
			return
		default:
			s.shut(err)
			return
		}
	}
}

// arriving is how long a datagram is waited for that should be there already.
const arriving = time.Millisecond

// catchUp reads what came in time and waits in the kernel: on a busy machine the
// deadline may be over before it is looked at, and past it nothing is read. There
// are no more answers than queries.
func (s *socket) catchUp(buf []byte) {
	s.mu.Lock()
	answers := s.live
	s.mu.Unlock()
	for range answers {
		_ = s.conn.SetReadDeadline(time.Now().Add(arriving)) // fails only when closed
		n, err := s.conn.Read(buf)
		if err != nil {
			return // what it is, the next read tells, too
		}
		s.take(buf, n)
	}
}

// take looks at a datagram. It is validated outside the lock: what the query
// says does not change.
func (s *socket) take(buf []byte, n int) {
	var id uint16
	if n >= 2 {
		id = binary.BigEndian.Uint16(buf)
	}
	s.mu.Lock()
	p, known := s.table[id]
	s.mu.Unlock()
	var m *message
	err := errJunk
	if p != nil {
		m, err = p.query.take(buf, n)
	}
	s.mu.Lock()
	defer s.unlock()
	switch {
	case n < 2 || !known:
		s.stray()
	case p == nil || s.table[id] != p:
		s.pool.server.counts.late.Add(1)
	case err != errJunk:
		s.strays = max(s.strays-strayCredit, 0)
		s.end(p, outcome{message: m, err: err}, false)
	default:
		s.pool.server.counts.junk.Add(1)
		if p.junk++; p.junk > maxJunk {
			s.end(p, outcome{err: errJunk}, true)
		}
	}
}

// stray counts a datagram that belongs to no query. Too many of them look like
// guessing: then all queries in flight go elsewhere, and later ones to another
// port. It is called under mu.
func (s *socket) stray() {
	s.pool.server.counts.junk.Add(1)
	if s.strays++; s.strays <= maxJunk {
		return
	}
	s.strays = 0
	if s.live > 0 {
		s.retired.Store(true)
		s.finishAll(outcome{err: errJunk}, func(*pending) bool { return true })
	}
}
