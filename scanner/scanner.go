// Package scanner does the I/O of a scan, and judges nothing.
//
// Scan asks what facts.Build would like answered until nothing is missing, and
// returns the answers as a snapshot with what they mean. ScanAll does so for
// many domains at once. The answers come from a Resolver: DNS asks real
// servers, a Cache keeps what was learnt, a zone.Set reads zone files, and each
// can stand in front of another.
//
// A question that could not be answered is an observation with status Failed,
// never one that claims absence, and never an error.
package scanner

import (
	"context"
	"fmt"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// Resolver asks questions, all at once, and returns their observations in the
// same order. Not learning an answer is an observation with status Failed and a
// cause. The error is only for a context that is done; the observations then
// hold what was learnt before, and status NotAsked for the rest, or are nil.
//
// Observations are shared between callers and must not be changed.
type Resolver interface {
	Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error)
}

// Config says how to scan. The zero value of each field but Resolver means its
// default.
type Config struct {
	Resolver    Resolver
	Options     facts.Options
	Concurrency int              // domains at once; default 64
	Timeout     time.Duration    // for one domain; default 30 s
	Unordered   bool             // ScanAll and Each yield each result as soon as it is final
	Now         func() time.Time // when a snapshot is taken; default time.Now
}

// The defaults of Config.
const (
	DefaultConcurrency = 64
	DefaultTimeout     = 30 * time.Second
)

// maxRounds bounds how often Build may ask for more. It is more than the
// longest way that the budget of questions allows, one question a round.
const maxRounds = 100

func (c Config) concurrency() int {
	if c.Concurrency > 0 {
		return c.Concurrency
	}
	return DefaultConcurrency
}

func (c Config) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return DefaultTimeout
}

func (c Config) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Scan asks about one domain until nothing is missing or its time is spent;
// what is then still open is Failed with that cause. The snapshot holds what
// the facts rest on, no more. The error is that of a context that is done, or
// of a Resolver that breaks its word.
func Scan(ctx context.Context, domain facts.Domain, cfg Config) (*facts.Snapshot, *facts.Facts, error) {
	return scan(ctx, domain, cfg, facts.Build)
}

// build is the type of facts.Build.
type build func(facts.Domain, facts.Answers, facts.Options) (*facts.Facts, []facts.Question)

func scan(ctx context.Context, domain facts.Domain, cfg Config, build build) (*facts.Snapshot, *facts.Facts, error) {
	c := newCourse(domain, &cfg, build)
	timed, cancel := context.WithTimeout(ctx, cfg.timeout())
	defer cancel()
	for {
		missing := c.step()
		if len(missing) == 0 {
			return c.snapshot(), c.facts, nil
		}
		if err := c.ask(timed, missing); err != nil {
			return nil, nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
	}
}

// ask puts the missing questions to the resolver. When the domain's time is
// spent, those without an answer fail.
func (c *course) ask(ctx context.Context, missing []facts.Question) error {
	var obs []facts.Observation
	err := ctx.Err()
	if err == nil {
		obs, err = c.cfg.Resolver.Lookup(ctx, missing)
	}
	switch {
	case err == nil && len(obs) != len(missing):
		return fmt.Errorf("resolver gave %d answers to %d questions", len(obs), len(missing))
	case err != nil && ctx.Err() == nil:
		return err
	}
	for i, q := range missing {
		switch {
		case i < len(obs) && obs[i].Status != facts.NotAsked:
			c.take(obs[i])
		case err == nil:
			return fmt.Errorf("resolver gave no answer to %s", q)
		default:
			c.take(c.late(q))
		}
	}
	return nil
}
