//go:build full

package chaos

import (
	"testing"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/chaos/oracle"
)

// The long form of TestScanInChaos: 100,000 domains, a server dead for ten
// seconds, five minutes at most. DKIM is left to the short form: its guesses are
// half of all questions, and one like the other.
func TestScanInChaosLong(t *testing.T) {
	c := campaign{
		domains: 100_000, concurrency: 1000, timeout: 80 * time.Millisecond,
		outage: Outage{From: 10 * time.Second, For: 10 * time.Second}, spare: 5 * time.Minute,
		parts: []facts.Part{facts.PartMX, facts.PartHosts, facts.PartSPF, facts.PartDMARC},
	}
	e, l := c.run(t)
	judge(t, e, l)
	if n := tallied(e.Results); n[oracle.Unknown] > (n[oracle.Present]+n[oracle.Absent])/1000 {
		t.Errorf("conclusions are %v: too few known", n)
	}
}

// A longer form of TestFlat. An hour of it is for who has one: see flatFor.
func TestFlatMinute(t *testing.T) {
	t.Parallel()
	flat(t, time.Minute)
}
