package scanner

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/time/rate"

	"github.com/mailposture/mailposture/facts"
)

// DNSConfig says which servers to ask, and how patiently. The zero value of
// each field but Servers means its default.
type DNSConfig struct {
	Servers []netip.AddrPort // recursive resolvers
	Timeout time.Duration    // of one try; default 3 s
	Retries int              // tries after the first; default 3, negative: none
	// RateLimit is the queries a second to each server. Default: 500, but none
	// for a server on a loopback address. Negative: none.
	RateLimit float64
	// Trace is told of each exchange, from several goroutines at once. nil: nobody.
	Trace func(TraceEvent)
}

// TraceEvent is one exchange with a server, or the failure to have one.
type TraceEvent struct {
	Question facts.Question
	Server   netip.AddrPort
	Proto    string // "udp" or "tcp"
	Try      int    // from 1; counts the queries for this question
	Status   facts.Status
	Cause    string // of Failed; here also what is not final, such as "truncated"
	RTT      time.Duration
}

// The defaults of DNSConfig.
const (
	DefaultTryTimeout = 3 * time.Second
	DefaultRetries    = 3
	DefaultRateLimit  = 500 // queries a second to a remote server
)

// DNS asks recursive resolvers. It implements Resolver, keeps nothing between
// questions, and is safe for concurrent use.
//
// It opens sockets when there is something to ask, shares them among all
// questions, and closes those that are idle for some seconds. So a DNS whose
// Close is forgotten leaves nothing behind for long; one that was never asked
// needs none.
type DNS struct {
	cfg     DNSConfig
	servers []*server
	chance  *chance
	breaker breaker
	drops   drops
	walkers *walkers
	tally   tally
}

// NewDNS makes a resolver of servers. An error names a server that is no
// address with a port.
func NewDNS(cfg DNSConfig) (*DNS, error) {
	if len(cfg.Servers) == 0 {
		return nil, errors.New("no DNS server to ask: use --resolver")
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultTryTimeout
	}
	switch {
	case cfg.Retries == 0:
		cfg.Retries = DefaultRetries
	case cfg.Retries < 0:
		cfg.Retries = 0
	}
	if cfg.Trace == nil {
		cfg.Trace = func(TraceEvent) {}
	}
	d := &DNS{cfg: cfg, chance: newChance(), breaker: breaker{now: time.Now, quiet: cfg.Timeout}, drops: drops{read: readDrops}, walkers: newWalkers()}
	for _, addr := range cfg.Servers {
		if !addr.IsValid() || addr.Port() == 0 {
			return nil, fmt.Errorf("DNS server %s is no address with a port", addr)
		}
		d.servers = append(d.servers, newServer(addr, d))
	}
	return d, nil
}

// Close closes all sockets and waits until they are closed. Questions that are
// under way, or asked later, fail; nothing of them is left when it returns. It may
// be called more than once, but not from Trace, nor while an answer is passed on;
// the error is always nil.
func (d *DNS) Close() error {
	d.walkers.close()
	for _, s := range d.servers {
		s.close()
	}
	return nil
}

// dropped reports whether this machine threw arriving datagrams away lately.
func (d *DNS) dropped() bool { return d.drops.more(time.Now()) }

// limiter spaces queries evenly: with no burst to spare, no second holds more
// than its share.
func limiter(addr netip.AddrPort, limit float64) *rate.Limiter {
	if limit == 0 && !addr.Addr().Unmap().IsLoopback() {
		limit = DefaultRateLimit
	}
	if limit <= 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(limit), 1)
}

// Lookup asks all questions at once.
func (d *DNS) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	return gather(ctx, d, qs)
}
