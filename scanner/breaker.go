package scanner

import (
	"context"
	"sync"
	"time"
)

const (
	// outageStreak is how many tries in a row, of any questions to any servers,
	// end in silence before that looks like an outage.
	outageStreak = 8
	// outageBudget is how long a DNS waits for outages to end, in all.
	outageBudget = 10 * time.Second
	// probePause is the time between the single tries that find out whether an
	// outage is over.
	probePause = 250 * time.Millisecond
)

// breaker holds questions back while no server answers any of them, so that a
// resolver that is restarted costs none of them their tries. A server that has
// never answered is not waited for: that is no outage, but a wrong address.
type breaker struct {
	now   func() time.Time
	quiet time.Duration // without an answer, before silence can be an outage: one try's wait

	mu     sync.Mutex
	heard  time.Time     // when the last answer came; zero: none did
	streak int           // silent tries since then
	over   chan struct{} // closed when the outage ends; nil: there is none
	began  time.Time     // of the outage
	probe  time.Time     // when the next single try may go
	spent  time.Duration // on outages that ended
}

// answered ends an outage.
func (b *breaker) answered() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard, b.streak = b.now(), 0
	if b.over != nil {
		b.end(b.heard)
	}
}

// silence counts a try to which nothing valid came. Enough of them begin an
// outage, if there is time left to wait for its end. On a bad line eight losses
// in a row are common, so nothing may have come for a while, either.
func (b *breaker) silence() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streak++
	now := b.now()
	if b.heard.IsZero() || b.streak < outageStreak || now.Sub(b.heard) < b.quiet || b.over != nil || b.spent >= outageBudget {
		return
	}
	b.over, b.began = make(chan struct{}), now
	b.probe = b.began.Add(probePause)
}

// end closes the outage that there is. It is called under mu.
func (b *breaker) end(now time.Time) {
	close(b.over)
	b.over = nil
	b.spent += now.Sub(b.began)
}

// open reports whether there is an outage.
func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.over != nil
}

// hold says whether a try may go now. If not, it is to look again when the
// channel is closed or the time has passed. The end of the budget ends the
// outage for this breaker, and lets everything go.
func (b *breaker) hold() (<-chan struct{}, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over == nil {
		return nil, 0
	}
	now := b.now()
	left := outageBudget - b.spent - now.Sub(b.began)
	switch {
	case left <= 0:
		b.end(now)
		return nil, 0
	case !now.Before(b.probe):
		b.probe = now.Add(probePause)
		return nil, 0
	}
	return b.over, min(left, b.probe.Sub(now))
}

// vain reports whether the waiting is over for good without an answer.
func (b *breaker) vain() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.over == nil && b.streak >= outageStreak && b.spent >= outageBudget
}

// pass waits while there is an outage. The error is the context's, or errTimeout
// if all the time for waiting went by without an answer.
func (b *breaker) pass(ctx context.Context) error {
	for waited := false; ; waited = true {
		over, wait := b.hold()
		switch {
		case over != nil:
		case waited && b.vain():
			return errTimeout
		default:
			return ctx.Err()
		}
		timer := time.NewTimer(wait)
		select {
		case <-over:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
