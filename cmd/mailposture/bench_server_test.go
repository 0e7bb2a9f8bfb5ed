package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mailposture/mailposture/internal/chaos"
)

// repeater is a server that asks another what it is asked for the first time,
// and then says the same again: so it takes less time than any client. It knows
// nothing of messages but where their ID is.
type repeater struct {
	other   netip.AddrPort
	queries atomic.Int64
	udp     sync.Map // the query without its ID: the answer without its ID
	tcp     sync.Map
}

// playServer serves a made-up world. It says its address, and after each line
// that it reads how many queries there were. It ends with its input.
func playServer(o orders, in io.Reader, out io.Writer) error {
	honest, err := chaos.Start(chaos.Config{Truth: chaos.World(worldSeed, o.World).Truth, Journal: chaos.NewJournal(1)})
	if err != nil {
		return err
	}
	defer honest.Close()
	r := &repeater{other: honest.Addr()}
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer l.Close()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(l.Addr().(*net.TCPAddr).AddrPort()))
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, set := range []func(int) error{conn.SetReadBuffer, conn.SetWriteBuffer} {
		if err := set(4 << 20); err != nil {
			return err
		}
	}
	go r.serveUDP(conn)
	go r.serveUDP(conn)
	go r.serveTCP(l)
	say := json.NewEncoder(out)
	if err := say.Encode(l.Addr().(*net.TCPAddr).AddrPort()); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if err := say.Encode(r.queries.Load()); err != nil {
			return err
		}
	}
	return nil
}

// answer finds the answer to a query, with its ID. nil: there is none.
func (r *repeater) answer(known *sync.Map, query []byte, ask func([]byte) ([]byte, error)) []byte {
	r.queries.Add(1)
	if len(query) < 12 {
		return nil
	}
	key := string(query[2:])
	if rest, ok := known.Load(key); ok {
		return append(append(make([]byte, 0, 512), query[:2]...), rest.([]byte)...)
	}
	answer, err := ask(query)
	if err != nil || len(answer) < 12 {
		return nil
	}
	known.Store(key, answer[2:])
	return answer
}

func (r *repeater) serveUDP(conn *net.UDPConn) {
	other, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(r.other))
	if err != nil {
		return // and nobody gets an answer
	}
	defer other.Close()
	ask := func(query []byte) ([]byte, error) {
		if _, err := other.Write(query); err != nil {
			return nil, err
		}
		answer := make([]byte, 4096)
		for {
			if err := other.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
				return nil, err
			}
			n, err := other.Read(answer)
			if err != nil || [2]byte(answer) == [2]byte(query) { // else it came too late for the query before
				return answer[:n], err
			}
		}
	}
	buf := make([]byte, 4096)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if answer := r.answer(&r.udp, buf[:n], ask); answer != nil {
			_, _ = conn.WriteToUDPAddrPort(answer, from) // who has gone needs none
		}
	}
}

func (r *repeater) serveTCP(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			for {
				query, err := readFrame(conn)
				if err != nil {
					return
				}
				if _, err := conn.Write(frame(r.answer(&r.tcp, query, r.askTCP))); err != nil {
					return
				}
			}
		}()
	}
}

func (r *repeater) askTCP(query []byte) ([]byte, error) {
	conn, err := net.DialTimeout("tcp4", r.other.String(), time.Second)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.Write(frame(query)); err != nil {
		return nil, err
	}
	return readFrame(conn)
}

// frame puts the length before a message. RFC 1035, section 4.2.2.
func frame(msg []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(msg))), msg...)
}

func readFrame(conn net.Conn) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	msg := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(conn, msg)
	return msg, err
}
