package scanner

import (
	"context"
	"iter"

	"golang.org/x/sync/errgroup"

	"github.com/mailposture/mailposture/facts"
)

// waiting is how many finished results may wait for an earlier one, besides
// those that are being worked on. It bounds the memory that one slow domain can
// cost: when so many wait, no new domain is begun.
const waiting = 1024

// ScanAll scans domains and yields what each returns for them, in input order
// unless cfg.Unordered is set. A domain that is listed twice is scanned twice.
// It is ScanEach over domains, and keeps its promises.
func ScanAll[T any](ctx context.Context, domains iter.Seq[facts.Domain], cfg Config,
	each func(*facts.Snapshot, *facts.Facts) T) iter.Seq2[T, error] {
	itself := func(d facts.Domain) (facts.Domain, bool) { return d, true }
	return ScanEach(ctx, domains, cfg, itself, func(_ facts.Domain, s *facts.Snapshot, f *facts.Facts) T {
		return each(s, f)
	})
}

// ScanEach scans the domain of every value of in, if it has one: a line of a list
// may have none. It yields what out makes of the value and of what was found; of
// a value without a domain, snapshot and facts are nil. The order and the end are
// those of Each.
//
// Over a DNS, or a Cache before one, no domain costs a goroutine, and a question
// only if its first query does not answer it, or has more to wait for than a
// place: the rate limit of a remote server, above all. So out is called in the
// goroutines that read the network: it must not wait for anything.
func ScanEach[In, Out any](ctx context.Context, in iter.Seq[In], cfg Config, domain func(In) (facts.Domain, bool),
	out func(In, *facts.Snapshot, *facts.Facts) Out) iter.Seq2[Out, error] {
	if a, ok := cfg.Resolver.(asker); ok {
		return scanEach(ctx, in, &cfg, a, domain, out)
	}
	return Each(ctx, in, cfg, func(ctx context.Context, value In) (Out, error) {
		d, ok := domain(value)
		if !ok {
			return out(value, nil, nil), nil
		}
		s, f, err := Scan(ctx, d, cfg)
		if err != nil {
			var none Out
			return none, err
		}
		return out(value, s, f), nil
	})
}

// Each calls work for every value of in, cfg.Concurrency at once, and yields
// the results in input order or, with cfg.Unordered, as they come. It is for
// callers whose input is more than a domain: a line of a list, say, that may
// hold none. Memory is bounded whatever the length of the input.
//
// An error of work, or the end of ctx, stops everything and is yielded last.
// Breaking off the loop stops everything, too. In both cases Each returns after
// its last goroutine has ended; so a sequence that blocks must end with ctx.
func Each[In, Out any](ctx context.Context, in iter.Seq[In], cfg Config,
	work func(context.Context, In) (Out, error)) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		p := newPool[In, Out](cfg)
		p.run(ctx, cfg.Unordered, yield, func(ctx context.Context) func() error {
			return p.start(ctx, in, cfg.concurrency(), work)
		})
	}
}

// pool carries values from the feeder to the workers, and results from them to
// the collector.
type pool[In, Out any] struct {
	jobs    chan job[In]
	results chan job[Out]
	slots   chan struct{} // one for each value that is fed and not yet yielded
}

// job is a value with its place in the input.
type job[T any] struct {
	seq   int
	value T
}

func newPool[In, Out any](cfg Config) *pool[In, Out] {
	return &pool[In, Out]{
		jobs:    make(chan job[In]),
		results: make(chan job[Out]),
		slots:   make(chan struct{}, cfg.concurrency()+waiting),
	}
}

// run yields what comes of start, and then its error, or the context's.
func (p *pool[In, Out]) run(parent context.Context, unordered bool, yield func(Out, error) bool,
	start func(context.Context) func() error) {
	ctx, cancel := context.WithCancel(parent)
	wait := start(ctx)
	defer func() {
		cancel()
		for range p.results { // until the last goroutine has ended
		}
	}()
	if !p.collect(unordered, func(out Out) bool { return yield(out, nil) }) {
		return
	}
	err := wait()
	if parent.Err() != nil {
		err = parent.Err() // rather than what became of it on its way through work
	}
	if err != nil {
		var none Out
		yield(none, err)
	}
}

// start runs the feeder and the workers. They end with the input, the context,
// or the first error of work. The channel of results is then closed, and the
// function returned tells the error.
func (p *pool[In, Out]) start(ctx context.Context, in iter.Seq[In], workers int,
	work func(context.Context, In) (Out, error)) func() error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(p.jobs)
		return p.feed(ctx, in)
	})
	for range workers {
		g.Go(func() error { return p.work(ctx, work) })
	}
	var err error
	go func() {
		err = g.Wait()
		close(p.results)
	}()
	return func() error { return err }
}

// feed passes the input on, as long as there are slots.
func (p *pool[In, Out]) feed(ctx context.Context, in iter.Seq[In]) error {
	seq := 0
	for value := range in {
		select {
		case p.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case p.jobs <- job[In]{seq, value}:
		case <-ctx.Done():
			return ctx.Err()
		}
		seq++
	}
	return ctx.Err()
}

// work turns jobs into results.
func (p *pool[In, Out]) work(ctx context.Context, work func(context.Context, In) (Out, error)) error {
	for j := range p.jobs {
		out, err := work(ctx, j.value)
		if err != nil {
			return err
		}
		select {
		case p.results <- job[Out]{j.seq, out}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// collect yields the results until there are no more, or the consumer has
// enough: then it returns false.
func (p *pool[In, Out]) collect(unordered bool, yield func(Out) bool) bool {
	early := map[int]Out{} // results that wait for an earlier one
	next := 0
	for r := range p.results {
		if unordered {
			<-p.slots
			if !yield(r.value) {
				return false
			}
			continue
		}
		for early[r.seq] = r.value; ; next++ {
			out, ok := early[next]
			if !ok {
				break
			}
			delete(early, next)
			<-p.slots
			if !yield(out) {
				return false
			}
		}
	}
	return true
}
