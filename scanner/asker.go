package scanner

import (
	"context"
	"sync"

	"github.com/mailposture/mailposture/facts"
)

// asker is a Resolver that can be asked without a goroutine for each question.
type asker interface {
	Resolver
	// begin asks a question for a caller, who is told the answer once, from any
	// goroutine, perhaps before begin returns: then there may be no inquiry to
	// return. It does not block.
	begin(q facts.Question, use use, to caller, i int) inquiry
}

// use says who has a use for an answer.
type use bool

// The uses. An answer of use to one domain only need not be kept: a list of a
// million domains has three million of them.
const (
	forAll use = false
	forOne use = true
)

// caller waits for answers to numbered questions. It is called without any lock
// of the asker's.
type caller interface {
	answered(i int, o facts.Observation)
}

// inquiry is a question under way. A caller that leaves it is told no answer
// any more, unless that is on its way already; a question for which nobody waits
// is given up.
type inquiry interface {
	leave(c caller, i int)
}

// gathering collects the answers to the questions of one Lookup.
type gathering struct {
	mu   sync.Mutex
	obs  []facts.Observation
	left int
	done chan struct{} // closed when no question is left
}

// gather is Lookup by way of an asker.
func gather(ctx context.Context, a asker, qs []facts.Question) ([]facts.Observation, error) {
	g := &gathering{obs: make([]facts.Observation, len(qs)), left: len(qs), done: make(chan struct{})}
	for i, q := range qs {
		g.obs[i].Question = q
	}
	if err := ctx.Err(); err != nil || len(qs) == 0 {
		return g.obs, err
	}
	inquiries := make([]inquiry, len(qs))
	for i, q := range qs {
		inquiries[i] = a.begin(q, forAll, g, i)
	}
	select {
	case <-g.done:
		return g.obs, nil
	case <-ctx.Done():
	}
	for i, inquiry := range inquiries {
		if inquiry != nil {
			inquiry.leave(g, i)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left == 0 {
		return g.obs, nil
	}
	obs := append([]facts.Observation(nil), g.obs...) // an answer on its way must not change what is returned
	return obs, ctx.Err()
}

func (g *gathering) answered(i int, o facts.Observation) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.obs[i] = o
	if g.left--; g.left == 0 {
		close(g.done)
	}
}

// askerOf makes an asker of any Resolver.
func askerOf(r Resolver) asker {
	if a, ok := r.(asker); ok {
		return a
	}
	return patient{r}
}

// patient asks a Resolver that cannot but wait: in a goroutine for each question.
// It tells also those who left, that they were not answered; a Cache, its only
// caller, does not mind.
type patient struct{ Resolver }

// errand is a question put to such a Resolver.
type errand struct{ cancel context.CancelFunc }

func (p patient) begin(q facts.Question, _ use, to caller, i int) inquiry {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		o := facts.Observation{Question: q}
		if obs, _ := p.Lookup(ctx, []facts.Question{q}); len(obs) == 1 {
			o = obs[0]
		}
		to.answered(i, o)
	}()
	return errand{cancel}
}

func (e errand) leave(caller, int) { e.cancel() }
