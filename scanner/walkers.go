package scanner

import (
	"context"
	"sync"
)

// walkers are the goroutines that go on with questions where the first try was
// not enough.
type walkers struct {
	ctx    context.Context // ends when they are to end
	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu     sync.Mutex
	closed bool
}

func newWalkers() *walkers {
	ctx, cancel := context.WithCancel(context.Background())
	return &walkers{ctx: ctx, cancel: cancel}
}

// begin runs one more. False: none is to begin any more.
func (w *walkers) begin(walk func()) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.wait.Go(walk)
	}
	return !w.closed
}

// close ends all, and waits until they have.
func (w *walkers) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.cancel()
	w.wait.Wait()
}
