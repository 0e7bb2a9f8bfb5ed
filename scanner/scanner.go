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

// answers is what is known so far. It implements facts.Answers.
type answers map[facts.Question]facts.Observation

// Get returns the observation of a question, and whether there is one.
func (a answers) Get(q facts.Question) (facts.Observation, bool) {
	o, ok := a[q]
	return o, ok
}

// fail answers questions that will not be asked any more.
func (a answers) fail(qs []facts.Question, cause string) {
	for _, q := range qs {
		a[q] = facts.Observation{Question: q, Status: facts.Failed, Cause: cause}
	}
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
	taken := cfg.now().UTC()
	timed, cancel := context.WithTimeout(ctx, cfg.timeout())
	defer cancel()
	known := answers{}
	var spend spending
	for round := 0; ; round++ {
		f, missing := build(domain, known, cfg.Options)
		if len(missing) == 0 || round > 2*maxRounds {
			return facts.NewSnapshot(domain, taken, f.Used), f, nil
		}
		if round > maxRounds {
			known.fail(missing, "too many rounds of questions")
			continue
		}
		if spent := spend.over(cfg.Options); spent != "" {
			known.fail(missing, spent)
			continue
		}
		if err := known.ask(timed, missing, cfg); err != nil {
			return nil, nil, err
		}
		spend.add(known, missing)
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
	}
}

// spending is what the answers for one domain have taken. Answers of the cache
// count as if they had been asked for, so that a domain's result does not
// depend on its neighbours; only how often a question was repeated may differ.
type spending struct{ packets, octets int }

// add counts the answers to questions.
func (s *spending) add(known answers, asked []facts.Question) {
	for _, q := range asked {
		o := known[q]
		s.packets++
		if o.Via != nil {
			s.packets += max(o.Via.Tries-1, 0)
		}
		for _, data := range o.Data {
			s.octets += len(data)
		}
	}
}

// over names what is spent, as a cause, or "".
func (s *spending) over(opt facts.Options) string {
	switch {
	case s.packets >= opt.MostPackets():
		return fmt.Sprintf("not asked, the domain's budget of %d packets is spent", opt.MostPackets())
	case s.octets >= opt.MostOctets():
		return fmt.Sprintf("not asked, the domain's budget of %d octets is spent", opt.MostOctets())
	}
	return ""
}

// ask puts the missing questions to the resolver. When the domain's time is
// spent, those without an answer fail.
func (a answers) ask(ctx context.Context, missing []facts.Question, cfg Config) error {
	var obs []facts.Observation
	err := ctx.Err()
	if err == nil {
		obs, err = cfg.Resolver.Lookup(ctx, missing)
	}
	switch {
	case err == nil && len(obs) != len(missing):
		return fmt.Errorf("resolver gave %d answers to %d questions", len(obs), len(missing))
	case err != nil && ctx.Err() == nil:
		return err
	}
	for i, q := range missing {
		if i < len(obs) && obs[i].Status != facts.NotAsked {
			a[q] = obs[i]
			continue
		}
		if err == nil {
			return fmt.Errorf("resolver gave no answer to %s", q)
		}
		a.fail(missing[i:i+1], fmt.Sprintf("time budget of %s spent", cfg.timeout()))
	}
	return nil
}
