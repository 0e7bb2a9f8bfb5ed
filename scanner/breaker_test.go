package scanner

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// outage is a breaker that has just opened, on a clock that the test moves.
func outage(t *testing.T, now *time.Time) *breaker {
	t.Helper()
	b := &breaker{now: func() time.Time { return *now }}
	b.answered()
	for n := range outageStreak {
		if b.open() {
			t.Fatalf("open after %d silent tries", n)
		}
		b.silence()
	}
	if !b.open() {
		t.Fatal("not open")
	}
	return b
}

// In an outage one try goes at a time.
func TestBreakerProbes(t *testing.T) {
	now := time.Unix(0, 0)
	b := outage(t, &now)
	goes := func() bool { over, _ := b.hold(); return over == nil }
	if goes() {
		t.Error("a try goes at once")
	}
	if _, wait := b.hold(); wait != probePause {
		t.Errorf("looks again after %s", wait)
	}
	now = now.Add(probePause)
	if !goes() || goes() {
		t.Error("not exactly one probe")
	}
	over, _ := b.hold()
	b.answered()
	if _, open := <-over; open || b.open() || !goes() {
		t.Error("an answer does not end the outage")
	}
}

// The time for outages is spent once.
func TestBreakerBudget(t *testing.T) {
	now := time.Unix(0, 0)
	b := outage(t, &now)
	now = now.Add(outageBudget - time.Second)
	b.answered()
	for range outageStreak {
		b.silence()
	}
	if _, wait := b.hold(); !b.open() || wait != probePause {
		t.Errorf("the second outage: open %v, wait %s", b.open(), wait)
	}
	now = now.Add(time.Second)
	if over, _ := b.hold(); over != nil || b.open() || !b.vain() {
		t.Error("the budget does not end the outage")
	}
	for range 2 * outageStreak {
		b.silence()
	}
	if b.open() {
		t.Error("a third outage, without time for it")
	}
}

// A server that never answered is not waited for.
func TestBreakerNeverHeard(t *testing.T) {
	b := &breaker{now: time.Now}
	for range 10 * outageStreak {
		b.silence()
	}
	if b.open() {
		t.Error("open")
	}
}

func TestBreakerPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &breaker{now: time.Now}
		b.answered()
		for range outageStreak {
			b.silence()
		}
		ctx, cancel := context.WithCancel(context.Background())
		errs := make(chan error, 3)
		go func() { errs <- b.pass(ctx) }() // becomes the probe
		time.Sleep(probePause)
		synctest.Wait()
		go func() { errs <- b.pass(ctx) }()
		synctest.Wait()
		if len(errs) != 1 {
			t.Fatalf("%d tries went", len(errs))
		}
		cancel()
		synctest.Wait()
		if <-errs != nil || <-errs != context.Canceled {
			t.Error("the context does not end the wait")
		}
		// All the others wait in vain, but for the probes.
		var vain, probes int
		for range 100 {
			go func() { errs <- b.pass(context.Background()) }()
		}
		for range 100 {
			if err := <-errs; err == nil {
				probes++
			} else if err == errTimeout {
				vain++
			}
		}
		if most := int(outageBudget / probePause); probes == 0 || probes > most || vain+probes != 100 {
			t.Errorf("%d probes, %d waited in vain", probes, vain)
		}
	})
}
