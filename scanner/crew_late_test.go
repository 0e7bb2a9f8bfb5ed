package scanner

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// belated is an asker that answers no question before it is let go, and then
// also those that were left: their answers were on the way.
type belated struct {
	resolver
	mu      sync.Mutex
	answers []func()
}

func (b *belated) begin(q facts.Question, _ use, to caller, i int) inquiry {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers = append(b.answers, func() { to.answered(i, facts.Observation{Question: q, Status: facts.Found, Data: []string{"late"}}) })
	return errand{func() {}}
}

// An answer that was on its way when the domain's time was spent changes
// nothing, whatever the domain asks about by then.
func TestTripAnswerTooLate(t *testing.T) {
	for _, then := range []int{0, 1, 5} { // questions of the round after
		synctest.Test(t, func(t *testing.T) {
			b := &belated{}
			cfg := Config{Resolver: b, Timeout: time.Second}
			c := &crew[int, int]{
				pool: newPool[int, int](cfg), cfg: &cfg, asker: b, seats: make(chan int, 1), afoot: make([]atomic.Pointer[trip[int, int]], 1),
				out: func(int, *facts.Snapshot, *facts.Facts) int { return 0 },
			}
			c.results = make(chan job[int], 1)
			rounds := [][]facts.Question{{txt("a"), txt("b"), txt("c")}, nil}
			for range then {
				rounds[1] = append(rounds[1], txt("d"))
			}
			var known []facts.Observation
			one := &trip[int, int]{crew: c, course: newCourse("example.com", &cfg, func(_ facts.Domain, a facts.Answers, _ facts.Options) (*facts.Facts, []facts.Question) {
				known = slices.Clone(a.(*course).known.all)
				if len(rounds) == 0 {
					return &facts.Facts{}, nil
				}
				defer func() { rounds = rounds[1:] }()
				return &facts.Facts{}, rounds[0]
			})}
			c.ended.Add(1)
			one.advance()
			one.hasten()
			for _, answer := range b.answers {
				answer()
			}
			c.ended.Wait()
			for _, o := range known {
				if o.Status != facts.Failed {
					t.Errorf("%s was taken", brief(o))
				}
			}
			if len(known) != 3+then || len(c.results) != 1 {
				t.Errorf("%d answers, %d results", len(known), len(c.results))
			}
		})
	}
}
