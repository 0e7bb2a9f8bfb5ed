package scanner

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// udpBuffer is more than any server may send; a datagram that fills it is
	// treated as cut off.
	udpBuffer = 4096
	// socketBuffer is asked of the kernel for each direction; it may give less.
	// Its default holds about ninety large answers.
	socketBuffer = 4 << 20
	// unreachableWait is how much longer an answer is waited for after an ICMP
	// message said that the port is closed, when there is another server to ask.
	// The message may be forged, or the server about to be back.
	unreachableWait = 250 * time.Millisecond
	// idleClose is how long a socket or connection without queries is kept.
	idleClose = 2 * time.Second
)

// The sockets of a server. A remote one is asked from many ports that soon
// change, so that a forger who cannot see the queries must guess the port, too.
// RFC 5452, section 9.2.
const (
	localSockets  = 2
	remoteSockets = 16
	// socketQueries and socketAge bound what a remote server is asked from one
	// port: 100,000 queries come from more than 2,000 ports.
	socketQueries = 48
	socketAge     = 10 * time.Second
	// mostSockets bounds those of a server that are open, retired ones included.
	mostSockets = 128
	// mostIDs of a socket are taken at once, so that a free one is soon found.
	mostIDs = 1 << 14
)

var (
	errTimeout = errors.New(causeTimeout)
	errClosed  = errors.New("resolver closed")
	errCase    = errors.New("question in another case")
)

// sockets are the UDP sockets to a server. They open when they are needed.
type sockets struct {
	server *server
	chance *chance
	idle   time.Duration // how long an unused one is kept
	open   atomic.Int32
	wait   sync.WaitGroup // the goroutines

	mu     sync.Mutex
	closed bool
	slots  [remoteSockets]*socket // those to send from
	all    map[*socket]bool
}

// ask sends a query and waits for its answer, ignoring everything that is none.
// With hurry it does not wait long for a server whose port is closed. The errors
// are errTruncated, errPlain, errCase, errJunk for too much of that, errTimeout,
// errClosed, the context's, and those of this machine.
func (s *sockets) ask(ctx context.Context, q *query, wait time.Duration, hurry bool) (*message, error) {
	p := &pending{query: q, hurry: hurry, done: make(chan outcome, 1)}
	from, err := s.send(p, wait)
	if err != nil {
		return nil, err
	}
	select {
	case o := <-p.done:
		return o.message, o.err
	case <-ctx.Done():
		from.drop(p)
		return nil, ctx.Err()
	}
}

// send sends a query, and returns the socket that waits for the answer.
func (s *sockets) send(p *pending, wait time.Duration) (*socket, error) {
	for {
		sock, err := s.pick()
		if err != nil {
			return nil, err
		}
		if !sock.launch(p, wait) {
			continue
		}
		if err := sock.send(p); err != nil && sock.drop(p) {
			return nil, err
		}
		return sock, nil
	}
}

// pick returns a socket to send from, any of them.
func (s *sockets) pick() (*socket, error) {
	n := remoteSockets
	if s.server.local {
		n = localSockets
	}
	slot := s.chance.below(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	if sock := s.slots[slot]; sock != nil && !sock.retired.Load() {
		return sock, nil
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(s.server.addr))
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(socketBuffer) // less will do
	_ = conn.SetWriteBuffer(socketBuffer)
	sock := newSocket(s, conn)
	if s.all == nil {
		s.all = map[*socket]bool{}
	}
	s.slots[slot], s.all[sock] = sock, true
	s.open.Add(1)
	s.wait.Go(sock.run)
	return sock, nil
}

// forget is told of a socket that is closed.
func (s *sockets) forget(sock *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sock)
	s.open.Add(-1)
	for i := range s.slots {
		if s.slots[i] == sock {
			s.slots[i] = nil
		}
	}
}

// close closes all sockets for good.
func (s *sockets) close() {
	s.mu.Lock()
	s.closed = true
	for sock := range s.all {
		sock.conn.Close()
	}
	s.mu.Unlock()
	s.wait.Wait()
}
