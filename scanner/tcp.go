package scanner

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// mostStreams bounds the connections to a server that take queries.
	mostStreams = 4
	// streamFull is how many queries in flight make another connection worth it.
	streamFull = 64
	// mostStalled bounds the connections that are kept for one answer that comes
	// too slowly.
	mostStalled = 16
	// mostMoves is how often a query goes to another connection because its own
	// broke.
	mostMoves = 16
	// maxTCPJunk is how many messages over TCP that are no answer are put up with.
	maxTCPJunk = 4
)

// streams are the TCP connections to a server. They open when they are needed,
// and each carries many queries. RFC 7766, section 6.2.
type streams struct {
	server   *server
	chance   *chance
	wait     time.Duration // for a connection, and for room to write
	idle     time.Duration // how long an unused one is kept
	group    sync.WaitGroup
	oneByOne atomic.Bool  // the server takes one query a connection
	stalled  atomic.Int32 // connections kept for a slow answer
	mu       sync.Mutex   // guards the rest
	closed   bool
	open     []*stream // those that take queries
	all      map[*stream]bool
	turns    chan struct{} // for oneByOne: a place for each connection
}

// ask sends a query over TCP and waits for its answer. The wait is for all of
// it, from the connection on, so that a server that sends an octet now and then
// wins nothing. A query whose connection broke for another's sake moves.
func (t *streams) ask(ctx context.Context, q *query, wait time.Duration) (*message, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for moves := 0; ; moves++ {
		o := t.try(ctx, q)
		if !o.again || moves == mostMoves {
			return o.message, o.err
		}
	}
}

func (t *streams) try(ctx context.Context, q *query) outcome {
	alone := t.oneByOne.Load()
	if alone {
		leave, err := t.turn(ctx)
		if err != nil {
			return outcome{err: err}
		}
		defer leave()
	}
	p := &pending{query: q, done: make(chan outcome, 1)}
	var on *stream
	for on == nil {
		st, err := t.pick(alone)
		if err != nil {
			return outcome{err: err}
		}
		if st.launch(p, alone) {
			on = st
		}
	}
	select {
	case o := <-p.done:
		return o
	case <-ctx.Done():
		on.drop(p, ctx.Err())
		return outcome{err: ctx.Err()}
	}
}

// turn waits for a place where each query has its own connection.
func (t *streams) turn(ctx context.Context) (func(), error) {
	t.mu.Lock()
	if t.turns == nil {
		t.turns = make(chan struct{}, mostStreams)
	}
	turns := t.turns
	t.mu.Unlock()
	select {
	case turns <- struct{}{}:
		return func() { <-turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// pick returns the connection with the fewest queries, or a new one.
func (t *streams) pick(alone bool) (*stream, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, errClosed
	}
	t.open = slices.DeleteFunc(t.open, (*stream).isRetired)
	var best *stream
	least := 0
	for _, st := range t.open {
		if n := st.load(); best == nil || n < least {
			best, least = st, n
		}
	}
	if !alone && best != nil && (least < streamFull || len(t.open) == mostStreams) {
		return best, nil
	}
	st := newStream(t)
	if t.all == nil {
		t.all = map[*stream]bool{}
	}
	t.all[st] = true
	if !alone {
		t.open = append(t.open, st)
	}
	t.group.Go(st.run)
	return st, nil
}

// forget is told of a connection that is closed.
func (t *streams) forget(st *stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.all, st)
}

// close closes all connections for good.
func (t *streams) close() {
	t.mu.Lock()
	t.closed = true
	var all []*stream
	for st := range t.all {
		all = append(all, st)
	}
	t.mu.Unlock()
	for _, st := range all {
		st.shut(errClosed)
	}
	t.group.Wait()
}

// networkCause is an error of the network in a few words that are the same each
// run: without addresses, ports and the call that failed.
func networkCause(err error) string {
	var errno syscall.Errno
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errJunk), errors.Is(err, errTruncated), errors.Is(err, errPlain),
		errors.Is(err, errCase), errors.Is(err, errClosed), errors.Is(err, errTimeout):
		return err.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return causeTimeout
	case errors.As(err, &timeout) && timeout.Timeout():
		return causeTimeout
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed" // how it ends depends on who is first
	case errors.As(err, &errno):
		return errno.Error()
	}
	return "network error"
}
