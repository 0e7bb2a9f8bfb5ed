package zone

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mailposture/mailposture/facts"
)

// Outside says what a Set answers for names that no zone answers for: those
// outside every zone, and those below a delegation.
type Outside string

// The choices. The zero value means Unasked.
const (
	Unasked  Outside = "unasked"  // a failed answer: nothing is known
	Resolve  Outside = "resolve"  // what Next says
	NXDomain Outside = "nxdomain" // that they do not exist
)

// The causes of a failed answer.
const (
	causeOutside   = "outside the zone files"
	causeDelegated = "below a delegation in the zone file"
	causeLoop      = "CNAME loop"
	causeLong      = "CNAME chain too long"
	causeKind      = "not a DNS record type"
)

// MaxChain is the number of CNAMEs that are followed from one name.
const MaxChain = 8

// Next is asked for what no zone answers for, under Resolve. Every resolver of
// package scanner is one.
type Next interface {
	Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error)
}

// Set answers from several zones; of those that cover a name, the one with the
// longest apex. It is safe for concurrent use if its Next is.
type Set struct {
	zones   map[string]*Zone // by apex
	outside Outside
	next    Next
}

// NewSet joins zones. Next may be nil unless outside is Resolve. Two zones with
// the same apex are an error, as is a word that Outside does not know.
func NewSet(zones []*Zone, outside Outside, next Next) (*Set, error) {
	switch outside {
	case "", Unasked, NXDomain:
	case Resolve:
		if next == nil {
			return nil, errors.New("names outside the zone files need a resolver")
		}
	default:
		return nil, fmt.Errorf("outside %q: want unasked, resolve or nxdomain", outside)
	}
	s := &Set{zones: make(map[string]*Zone, len(zones)), outside: outside, next: next}
	for _, z := range zones {
		if other := s.zones[z.apex]; other != nil {
			return nil, fmt.Errorf("%s and %s are both for the zone %s", other.file, z.file, absolute(z.apex))
		}
		s.zones[z.apex] = z
	}
	return s, nil
}

// Lookup answers each question, in the order of qs. The error is that of a
// context that is done; questions that are then open have the status NotAsked.
func (s *Set) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	obs := make([]facts.Observation, len(qs))
	walks := make([]walk, len(qs))
	for i, q := range qs {
		obs[i].Question = q
		walks[i].obs = &obs[i]
		if walks[i].start() {
			s.follow(&walks[i])
		}
	}
	for {
		var open []*walk
		for i := range walks {
			if walks[i].open {
				open = append(open, &walks[i])
			}
		}
		if len(open) == 0 {
			return obs, nil
		}
		if err := s.ask(ctx, open); err != nil {
			return obs, err
		}
	}
}

// walk is one question on its way along a chain.
type walk struct {
	obs   *facts.Observation
	first string // canonical form of the name asked
	name  string // to look up next
	open  bool   // name is for Next
}

func (w *walk) start() bool {
	name, err := Canonical(w.obs.Name)
	if err != nil {
		return w.fail(err.Error())
	}
	if _, ok := Type(w.obs.Kind); !ok {
		return w.fail(causeKind)
	}
	w.first, w.name = name, name
	return true
}

// fail ends the walk.
func (w *walk) fail(cause string) bool {
	w.obs.Status, w.obs.Cause = facts.Failed, cause
	return false
}

// to goes on with the next name of a chain, unless that leads nowhere.
func (w *walk) to(next string) bool {
	switch {
	case next == w.first || slices.Contains(w.obs.Chain, next):
		return w.fail(causeLoop)
	case len(w.obs.Chain) == MaxChain:
		return w.fail(causeLong)
	}
	w.obs.Chain = append(w.obs.Chain, next)
	w.name = next
	return true
}

// follow goes along a chain as far as the zones answer.
func (s *Set) follow(w *walk) {
	for {
		z := s.zone(w.name)
		if z == nil {
			s.leave(w, causeOutside)
			return
		}
		step := z.step(w.name, w.obs.Kind)
		switch {
		case step.delegated:
			s.leave(w, causeDelegated)
			return
		case step.alias:
			if !w.to(step.next) {
				return
			}
		default:
			w.obs.Status, w.obs.Cause = step.status, step.cause
			if step.set != nil {
				w.obs.Data, w.obs.Source = step.set.data, z.source(step.set)
			}
			return
		}
	}
}

// zone finds the zone with the longest apex that covers a name.
func (s *Set) zone(name string) *Zone {
	for ; ; name = Parent(name) {
		if z := s.zones[name]; z != nil || name == "" {
			return z
		}
	}
}

// leave ends a walk at a name that no zone answers for.
func (s *Set) leave(w *walk, cause string) {
	switch s.outside {
	case Resolve:
		w.open = true
	case NXDomain:
		w.obs.Status = facts.NXDomain
	default:
		w.fail(cause)
	}
}

// ask puts the open questions to Next, all at once.
func (s *Set) ask(ctx context.Context, open []*walk) error {
	qs := make([]facts.Question, len(open))
	for i, w := range open {
		qs[i] = facts.Question{Name: w.name, Kind: w.obs.Kind}
	}
	answers, err := s.next.Lookup(ctx, qs)
	for i, w := range open {
		w.open = false
		if i < len(answers) {
			s.join(w, answers[i])
		}
	}
	return err
}

// join adds Next's answer to a walk. Where its chain comes to a name that one
// of the zones answers for, the zone's word counts from there.
func (s *Set) join(w *walk, o facts.Observation) {
	for _, name := range o.Chain {
		if !w.to(name) {
			return
		}
		z := s.zone(name)
		if z != nil && !z.step(name, w.obs.Kind).delegated {
			s.follow(w)
			return
		}
	}
	w.obs.Status, w.obs.Data, w.obs.Cause, w.obs.Via = o.Status, o.Data, o.Cause, o.Via
}
