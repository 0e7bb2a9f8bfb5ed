package scanner

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{window: window{size: 2}, drops: func() bool { return false }}
		ctx, cancel := context.WithCancel(context.Background())
		var order []int
		enter := func(ctx context.Context, i int) {
			go func() {
				if g.enter(ctx) == nil {
					order = append(order, i)
				}
			}()
			synctest.Wait()
		}
		for i := range 3 {
			enter(context.Background(), i)
		}
		enter(ctx, 3) // gives up
		enter(context.Background(), 4)
		if len(order) != 2 {
			t.Fatalf("%v are in", order)
		}
		cancel()
		synctest.Wait()
		for range 2 {
			g.leave()
			synctest.Wait()
		}
		if len(order) != 4 || order[2] != 2 || order[3] != 4 {
			t.Errorf("they came in as %v", order)
		}
		g.leave()
		g.leave()
		if g.busy != 0 {
			t.Errorf("%d places are lost", g.busy)
		}
		if g.enter(ctx) == nil {
			t.Error("in, although the context had ended")
		}
	})
}

// One question is in one lane.
func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lanes
		ctx, cancel := context.WithCancel(context.Background())
		in := make(chan error, 3)
		if l.enter(ctx, spf) != nil {
			t.Fatal("the first must wait")
		}
		go func() { in <- l.enter(ctx, spf) }()
		synctest.Wait()
		go func() { in <- l.enter(context.Background(), spf) }()
		synctest.Wait()
		if len(in) != 0 {
			t.Error("two in one lane")
		}
		cancel()
		if <-in != context.Canceled {
			t.Error("the context does not end the wait")
		}
		l.leave(spf)
		if <-in != nil {
			t.Error("the next is not let in")
		}
		l.leave(spf)
		if len(l.busy) != 0 {
			t.Error("a lane is left over")
		}
	})
}

func TestDrops(t *testing.T) {
	for in, want := range map[string]int64{
		"Udp: RcvbufErrors\nUdp: 7\n":         7,
		"Udp: A RcvbufErrors B\nUdp: 1 2 3\n": 2,
		"Udp: RcvbufErrors\n":                 -1, // no numbers
		"Udp: A\nUdp: 1\n":                    -1, // not counted
		"Udp: A RcvbufErrors\nUdp: 1\n":       -1, // cut off
		"Udp: RcvbufErrors\nUdp: x\n":         -1, // no number
		"":                                    -1,
		"UdpLite: RcvbufErrors\nUdpLite: 3\n": -1, // of another protocol
	} {
		got, ok := rcvbufErrors(in)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
	now, count, known := time.Unix(0, 0), int64(5), true
	d := drops{read: func() (int64, bool) { return count, known }}
	for _, step := range []struct {
		name  string
		after time.Duration
		count int64
		known bool
		more  bool
	}{
		{"the first reading is where it begins", 0, 5, true, false},
		{"no more", dropsEvery, 5, true, false},
		{"more", dropsEvery, 7, true, true},
		{"more, but it is too soon to look", dropsEvery / 2, 9, true, false},
		{"seen now", dropsEvery / 2, 9, true, true},
		{"not known any more", dropsEvery, 99, false, false},
	} {
		now, count, known = now.Add(step.after), step.count, step.known
		if got := d.more(now); got != step.more {
			t.Errorf("%s: %v", step.name, got)
		}
	}
	if d.seen() != 4 {
		t.Errorf("%d in all", d.seen())
	}
}
