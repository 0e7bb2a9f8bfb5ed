//go:build linux

package scanner

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// echoServer answers every query with one TXT record as fast as it can. It
// counts the CPU time of its own thread, so that the client's can be told.
func echoServer(b *testing.B) (netip.AddrPort, *atomic.Int64) {
	b.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	conn.SetReadBuffer(4 << 20)
	conn.SetWriteBuffer(4 << 20)
	var own atomic.Int64
	done, ready := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		own.Store(cpu(rusageThread))
		close(ready)
		buf := make([]byte, 512)
		answer := []byte("\xC0\x0C\x00\x10\x00\x01\x00\x00\x01\x2C\x00\x0C\x0Bv=spf1 -all")
		for n := 0; ; n++ {
			size, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			end := 12
			for end < size && buf[end] != 0 {
				end += 1 + int(buf[end])
			}
			end += 5
			binary.BigEndian.PutUint16(buf[2:], 0x8180)
			binary.BigEndian.PutUint16(buf[6:], 1)
			binary.BigEndian.PutUint16(buf[10:], 0)
			conn.WriteToUDPAddrPort(append(buf[:end], answer...), from)
			if n%64 == 0 {
				own.Store(cpu(rusageThread))
			}
		}
	}()
	<-ready
	b.Cleanup(func() { conn.Close(); <-done })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort(), &own
}

const rusageThread = 1 // getrusage(2)

// cpu is the CPU time spent, in nanoseconds.
func cpu(who int) int64 {
	var u syscall.Rusage
	if syscall.Getrusage(who, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkLookup asks different questions, one or 256 at once. client-ns/op is
// the CPU time of this process, less the server's thread.
func BenchmarkLookup(b *testing.B) {
	for _, limit := range []int{1, 256} {
		b.Run(fmt.Sprint(limit), func(b *testing.B) {
			addr, own := echoServer(b)
			d, err := NewDNS(DNSConfig{Servers: []netip.AddrPort{addr}, Timeout: 5 * time.Second})
			if err != nil {
				b.Fatal(err)
			}
			if c, ok := any(d).(interface{ Close() error }); ok {
				defer c.Close()
			}
			b.ReportAllocs()
			var next atomic.Int64
			var wg sync.WaitGroup
			began, served := cpu(syscall.RUSAGE_SELF), own.Load()
			b.ResetTimer()
			for range limit {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						q := facts.Question{Name: fmt.Sprintf("d%d.example", n), Kind: "TXT"}
						obs, err := d.Lookup(context.Background(), []facts.Question{q})
						if err != nil || obs[0].Status != facts.Found {
							b.Errorf("got %v, %v", obs, err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			total := cpu(syscall.RUSAGE_SELF) - began
			b.ReportMetric(float64(total)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(total-(own.Load()-served))/float64(b.N), "client-ns/op")
		})
	}
}
