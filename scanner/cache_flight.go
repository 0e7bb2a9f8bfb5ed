package scanner

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
)

// flight is a question of a Cache under way for one or more callers. All of it
// is guarded by Cache.mu.
type flight struct {
	cache    *Cache
	question facts.Question
	use      use
	riders   []rider
	one      [1]rider // where riders begins: most have no company
	inquiry  inquiry  // nil: not known yet, or there is none
	second   *flight  // of those riders whose share was a failure
	empty    bool     // nobody waits any more
}

// rider is a caller in a flight.
type rider struct {
	to    caller
	i     int
	leads bool // its answer is final: it began the flight, or rides for the second time
}

// start asks the question.
func (f *flight) start() {
	inquiry := f.cache.next.begin(f.question, forAll, f, 0)
	f.cache.mu.Lock()
	f.inquiry = inquiry
	empty := f.empty
	f.cache.mu.Unlock()
	if empty && inquiry != nil {
		inquiry.leave(f, 0) // the last left meanwhile
	}
}

// answered ends the flight. Those who joined it late, and got a failure, take a
// second one together.
func (f *flight) answered(_ int, o facts.Observation) {
	c := f.cache
	c.mu.Lock()
	if c.flights[f.question] == f {
		delete(c.flights, f.question)
	}
	if f.use == forAll {
		c.put(o)
	}
	told := f.riders
	if o.Status == facts.Failed {
		told = f.split()
	}
	f.riders = nil
	c.mu.Unlock()
	for _, r := range told {
		r.to.answered(r.i, o)
	}
	if f.second != nil {
		f.second.start()
	}
}

// split returns the riders for whom the answer is final, and puts the others
// into a flight of their own.
func (f *flight) split() []rider {
	final := slices.DeleteFunc(slices.Clone(f.riders), func(r rider) bool { return !r.leads })
	if len(final) == len(f.riders) {
		return final
	}
	again := &flight{cache: f.cache, question: f.question}
	for _, r := range f.riders {
		if !r.leads {
			again.riders = append(again.riders, rider{to: r.to, i: r.i, leads: true})
		}
	}
	if f.cache.flights[f.question] == nil {
		f.cache.flights[f.question] = again
	}
	f.second = again
	return final
}

// leave takes a caller out of the flight. The last to leave ends it.
func (f *flight) leave(to caller, i int) {
	c := f.cache
	c.mu.Lock()
	for f.second != nil {
		f = f.second
	}
	before := len(f.riders)
	f.riders = slices.DeleteFunc(f.riders, func(r rider) bool { return r.to == to && r.i == i })
	f.empty = before > 0 && len(f.riders) == 0
	if f.empty && c.flights[f.question] == f {
		delete(c.flights, f.question) // nobody may join it any more
	}
	empty, inquiry := f.empty, f.inquiry
	c.mu.Unlock()
	if empty && inquiry != nil {
		inquiry.leave(f, 0)
	}
}
