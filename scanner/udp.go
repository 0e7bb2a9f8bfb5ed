package scanner

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

const (
	// udpBuffer is more than any server may send; a datagram that fills it is
	// treated as cut off.
	udpBuffer = 4096
	// maxJunk is how many datagrams that are no answer are put up with. More of
	// them look like an attempt to guess the ID, which TCP ends.
	maxJunk = 20
	// unreachableWait is how much longer an answer is waited for after an ICMP
	// message said that the port is closed, when there is another server to ask.
	// The message may be forged, or the server about to be back.
	unreachableWait = 250 * time.Millisecond
)

var errTimeout = errors.New(causeTimeout)

// askUDP sends a query and waits for its answer, ignoring everything that is
// none. A socket of its own gives each query a random port, and makes the
// kernel drop what other addresses send. With hurry it does not wait long for a
// server whose port is closed. The errors are errTruncated, errPlain, errJunk
// for too much of that, errTimeout, and those of this machine.
func askUDP(ctx context.Context, server netip.AddrPort, q *query, wait time.Duration, hurry bool) (*message, error) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(server))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	deadline := time.Now().Add(wait)
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if _, err := conn.Write(q.wire); err != nil {
		return nil, err
	}
	buf := make([]byte, udpBuffer)
	for range maxJunk {
		n, err := conn.Read(buf)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, errTimeout
		case errors.Is(err, syscall.ECONNREFUSED):
			if soon := time.Now().Add(unreachableWait); hurry && soon.Before(deadline) {
				deadline = soon
				if err := conn.SetDeadline(deadline); err != nil {
					return nil, err
				}
			}
			continue
		case err != nil:
			return nil, err
		}
		m, err := q.read(buf[:n])
		if n == len(buf) {
			if _, err = q.head(buf); err == nil {
				return nil, errTruncated
			}
		}
		if err != errJunk {
			return m, err
		}
	}
	return nil, errJunk
}
