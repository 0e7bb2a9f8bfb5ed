package scanner

import (
	crand "crypto/rand"
	"math/rand/v2"
	"sync"
	"time"
)

// chance gives numbers that nobody can foresee: for IDs, sockets, the case of
// names and pauses. RFC 5452, section 9.2.
type chance struct {
	mu  sync.Mutex
	src *rand.Rand
}

func newChance() *chance {
	var seed [32]byte
	crand.Read(seed[:]) // never fails
	return &chance{src: rand.New(rand.NewChaCha8(seed))}
}

// bits are 64 random bits.
func (c *chance) bits() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.src.Uint64()
}

// below is a random number from 0 to n-1.
func (c *chance) below(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.src.IntN(n)
}

// jitter makes part of a pause random, so that many questions that failed
// together are not asked together again.
func (c *chance) jitter(pause time.Duration) time.Duration {
	return pause/2 + time.Duration(c.below(int(pause/2)+1))
}
