package scanner

import "testing"

// What rounds of exchanges make of a window.
func TestWindow(t *testing.T) {
	type round struct {
		answers, losses int
		idle, dropped   bool
	}
	rounds := func(n int, r round) []round {
		var all []round
		for range n {
			all = append(all, r)
		}
		return all
	}
	tests := []struct {
		name   string
		start  int
		rounds []round
		want   int
	}{
		{"answers", 64, rounds(1, round{answers: 64}), 96},
		{"answers, but the room was not needed", 64, rounds(3, round{answers: 64, idle: true}), 64},
		{"one loss in a hundred", 256, rounds(1, round{answers: 254, losses: 2}), 288},
		{"one loss in twenty", 256, rounds(1, round{answers: 243, losses: 13}), 256},
		{"one loss in four", 256, rounds(1, round{answers: 192, losses: 64}), 128},
		{"nothing but losses", 256, rounds(1, round{losses: 256}), 128},
		{"one loss in three, whatever the window", 256, rounds(20, round{answers: 172, losses: 84}), 256 + 18*widening},
		{"one loss in three, cured by the half", 256, append(rounds(1, round{answers: 172, losses: 84}), rounds(1, round{answers: 120, losses: 8})...), 128},
		{"losses without end", 256, rounds(20, round{losses: 256}), leastWindow},
		{"answers without end", 64, rounds(1000, round{answers: mostWindow}), mostWindow},
		{"answers, but this machine dropped some", 256, rounds(1, round{answers: 256, dropped: true}), 128},
		{"back from the least", leastWindow, rounds(2, round{answers: 64}), leastWindow + 2*widening},
	}
	for _, test := range tests {
		w := window{size: test.start}
		for _, r := range test.rounds {
			inFlight := w.size
			if r.idle {
				inFlight = 1
			}
			for range r.losses {
				w.learn(true, inFlight)
			}
			for range r.answers {
				w.learn(false, inFlight)
			}
			w.close(r.dropped)
		}
		if w.size != test.want {
			t.Errorf("%s: %d, want %d", test.name, w.size, test.want)
		}
	}
	w := window{size: 4}
	for n := 1; n <= leastRound; n++ {
		if over := w.learn(false, 4); over != (n == leastRound) {
			t.Errorf("after %d exchanges the round is over: %v", n, over)
		}
	}
	if newWindow(true).size != 256 || newWindow(false).size != 64 {
		t.Error("windows start elsewhere")
	}
}
