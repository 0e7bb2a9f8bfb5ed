package scanner

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// maxMessage is the longest message over TCP, with its length before it.
const maxMessage = 2 + 65535

// stallShare is the part of a query's time in which a message must be whole once
// it has begun to come: one in so many. The queries behind it then still have
// the time to go elsewhere.
const stallShare = 4

// stream is a TCP connection with many queries in flight, answered in any order.
// RFC 7766, section 7. One goroutine reads, another writes.
type stream struct {
	pool   *streams
	ctx    context.Context // ends with the stream
	cancel context.CancelFunc
	ready  chan struct{} // there is something to write

	mu      sync.Mutex
	conn    net.Conn            // nil: not yet connected
	out     []byte              // to be written
	table   map[uint16]*pending // by ID; nil: a query that is given up
	live    int                 // queries in flight
	crowded bool                // there was more than one at a time
	served  int                 // answers
	junk    int
	retired bool // takes no queries any more
	stalled bool // is kept for one answer
	closed  bool
}

func newStream(pool *streams) *stream {
	ctx, cancel := context.WithCancel(context.Background())
	return &stream{pool: pool, ctx: ctx, cancel: cancel, ready: make(chan struct{}, 1), table: map[uint16]*pending{}}
}

// load is how many queries are in flight.
func (st *stream) load() int {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.live
}

func (st *stream) isRetired() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.retired
}

// launch gives a query its ID and has it written. Alone, it is the only one.
// False: the connection takes none any more.
func (st *stream) launch(p *pending, alone bool) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.closed || st.retired {
		return false
	}
	id := uint16(st.pool.chance.bits())
	for _, taken := st.table[id]; taken; _, taken = st.table[id] {
		id = uint16(st.pool.chance.bits())
	}
	p.query.setID(id)
	p.serial = uint64(st.served)
	st.table[id] = p
	st.live++
	st.crowded = st.crowded || st.live > 1
	st.out = binary.BigEndian.AppendUint16(st.out, uint16(len(p.query.wire)))
	st.out = append(st.out, p.query.wire...)
	st.retired = alone || len(st.table) >= mostIDs
	select {
	case st.ready <- struct{}{}:
	default:
	}
	return true
}

// drop takes a query out of flight whose time is up. If nothing at all came for
// as long, later queries had better take another connection.
func (st *stream) drop(p *pending, why error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.table[p.query.id] != p {
		return
	}
	st.finish(p, outcome{}, true)
	silent := why == context.DeadlineExceeded && p.serial == uint64(st.served)
	st.retired = st.retired || silent
	st.wakeIfDone()
}

// finish ends a query. It is called under mu.
func (st *stream) finish(p *pending, o outcome, late bool) {
	if late {
		st.table[p.query.id] = nil
	} else {
		delete(st.table, p.query.id)
	}
	st.live--
	p.done <- o
}

// wakeIfDone wakes the reader if the connection is of no use any more.
func (st *stream) wakeIfDone() {
	switch {
	case !st.retired || st.live > 0:
	case st.conn == nil:
		st.cancel()
	default:
		_ = st.conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// run connects, reads until the connection is done with, and closes it.
func (st *stream) run() {
	defer st.pool.forget(st)
	ctx, cancel := context.WithTimeout(st.ctx, st.pool.wait)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", st.pool.server.addr.String())
	if err != nil {
		st.shut(err)
		return
	}
	defer conn.Close()
	st.mu.Lock()
	st.conn = conn
	st.mu.Unlock()
	stop := context.AfterFunc(st.ctx, func() { conn.Close() })
	defer stop()
	st.pool.group.Go(func() { st.write(conn) })
	st.shut(st.read(conn))
}

// write sends what is to be sent, until the stream ends.
func (st *stream) write(conn net.Conn) {
	for {
		select {
		case <-st.ready:
		case <-st.ctx.Done():
			return
		}
		st.mu.Lock()
		out := st.out
		st.out = nil
		st.mu.Unlock()
		_ = conn.SetWriteDeadline(time.Now().Add(st.pool.wait)) // fails only when closed
		if _, err := conn.Write(out); err != nil {
			st.shut(err)
			return
		}
	}
}

// read takes messages until the connection fails, or is of no use any more. A
// message is left in the buffer until it is whole.
func (st *stream) read(conn net.Conn) error {
	r := bufio.NewReaderSize(conn, maxMessage)
	for {
		if err := st.await(conn, r, 1, st.pool.idle); err != nil {
			return err
		}
		size := 2
		err := st.within(conn, r, size)
		if err == nil {
			head, _ := r.Peek(2)
			size += int(binary.BigEndian.Uint16(head))
			err = st.within(conn, r, size)
		}
		if err != nil {
			return err
		}
		msg, _ := r.Peek(size)
		if !st.take(msg[2:]) {
			return errJunk
		}
		_, _ = r.Discard(size) // it is there
	}
}

// await waits for so many octets as long as there are queries in flight, or the
// connection has not been idle for long.
func (st *stream) await(conn net.Conn, r *bufio.Reader, n int, idle time.Duration) error {
	for {
		_ = conn.SetReadDeadline(time.Now().Add(idle))
		if st.done(false) {
			return errClosed
		}
		_, err := r.Peek(n)
		switch {
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case st.done(true):
			return errClosed
		}
	}
}

// within waits for octets of a message that has begun. If they are slow, the
// connection is left to the query that it answers.
func (st *stream) within(conn net.Conn, r *bufio.Reader, n int) error {
	_ = conn.SetReadDeadline(time.Now().Add(st.pool.wait / stallShare))
	if st.done(false) {
		return errClosed
	}
	_, err := r.Peek(n)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	head, _ := r.Peek(min(r.Buffered(), 4))
	st.stall(head)
	return st.await(conn, r, n, st.pool.idle)
}

// done reports whether nothing is left to wait for; and then takes no more.
func (st *stream) done(idle bool) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.retired = st.retired || idle && st.live == 0
	return st.closed || st.retired && st.live == 0
}
