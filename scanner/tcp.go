package scanner

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// maxTCPJunk is how many messages over TCP that are no answer are put up with.
const maxTCPJunk = 4

// askTCP sends a query over a connection of its own and waits for its answer.
// The wait is for all of it, so that a server that sends an octet now and then
// wins nothing. RFC 7766.
func askTCP(ctx context.Context, server netip.AddrPort, q *query, wait time.Duration) (*message, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", server.String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	framed := binary.BigEndian.AppendUint16(nil, uint16(len(q.wire)))
	if _, err := conn.Write(append(framed, q.wire...)); err != nil {
		return nil, err
	}
	for range maxTCPJunk {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return nil, err
		}
		msg := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, msg); err != nil {
			return nil, err
		}
		if m, err := q.read(msg); err != errJunk {
			return m, err
		}
	}
	return nil, errJunk
}

// networkCause is an error of the network in a few words that are the same each
// run: without addresses, ports and the call that failed.
func networkCause(err error) string {
	var errno syscall.Errno
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errJunk), errors.Is(err, errTruncated), errors.Is(err, errPlain):
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
