package relay

import (
	"fmt"
	"slices"
	"strings"
)

// asGiven is why an input has a value that was given.
const asGiven = "as given"

// With is the reading with an input set to a value that somebody gave. The
// error names what there is to choose from.
func (r Reading) With(input Input, value string) (Reading, error) {
	var names []string
	for i, c := range Choices() {
		names = append(names, string(c.Input))
		if c.Input != input {
			continue
		}
		if !slices.Contains(c.Values, value) {
			return r, fmt.Errorf("%s cannot be \"%s\": choose %s", input, value, strings.Join(c.Values, ", "))
		}
		return r.with(i, Ground{Input: input, Value: value, Basis: Given, Why: asGiven}), nil
	}
	return r, fmt.Errorf("no input is called \"%s\": choose one of %s", input, strings.Join(names, ", "))
}

// with is a copy with another ground for the input at a place of Choices.
func (r Reading) with(at int, g Ground) Reading {
	Choices()[at].Set(&r.Path, g.Value)
	r.Grounds = slices.Clone(r.Grounds)
	r.Grounds[at] = g
	return r
}

// Combinations are the readings with a value for what DNS leaves open and the
// rest hangs on: Enhanced Filtering off and on, where a gateway is in front,
// and the message unsigned and signed, where no key was seen. A reading in
// which both are known is its own only combination.
func (r Reading) Combinations() []Reading {
	all := []Reading{r}
	if r.Path.MX == MXGateway {
		all = branch(all, fFiltering.name, string(FilteringOff), string(FilteringOn))
	}
	if r.Path.MX == MXGateway || r.Path.MX == MXMicrosoft {
		all = branch(all, fDKIM.name, string(DKIMNone), string(DKIMAligned))
	}
	return all
}

// branch makes one reading for each value of an input that is open.
func branch(readings []Reading, input Input, values ...string) []Reading {
	at := slices.IndexFunc(readings[0].Grounds, func(g Ground) bool { return g.Input == input })
	if at < 0 || readings[0].Grounds[at].Basis != Open {
		return readings
	}
	var all []Reading
	for _, r := range readings {
		for _, v := range values {
			all = append(all, r.with(at, Ground{Input: input, Value: v, Basis: Tried, Why: r.Grounds[at].Why}))
		}
	}
	return all
}

// Follow works out what becomes of the message, with what each hop rests on
// added to its reason.
func (r Reading) Follow() Route {
	route := Follow(r.Path)
	told := map[Input]bool{}
	for i := range route.Hops {
		h := &route.Hops[i]
		for _, name := range h.Rests {
			g, ok := r.ground(name)
			if !ok || told[name] || g.Why == cannotShow || g.Why == asGiven && h.Why != "" {
				continue // that says nothing about the hop
			}
			told[name] = true
			switch {
			case h.Why == "":
				h.Why = g.Why
			case !strings.Contains(h.Why, g.Why):
				h.Why += "; " + g.Why
			}
		}
	}
	return route
}

// ground finds what an input rests on.
func (r Reading) ground(name Input) (Ground, bool) {
	i := slices.IndexFunc(r.Grounds, func(g Ground) bool { return g.Input == name })
	if i < 0 {
		return Ground{}, false
	}
	return r.Grounds[i], true
}

// Hinges lists what was tried, then what is assumed or given and decides
// something: with it open, the pool or the outcome would be, too.
func (r Reading) Hinges() []Ground {
	whole := Follow(r.Path)
	var tried, all []Ground
	for i, c := range Choices() {
		switch g := r.Grounds[i]; g.Basis {
		case Tried:
			tried = append(tried, g)
		case Assumed, Given:
			without := r.Path
			c.Set(&without, "")
			route := Follow(without)
			if route.Pool != whole.Pool || route.Outcome != whole.Outcome || route.Code != whole.Code {
				all = append(all, g)
			}
		}
	}
	return append(tried, all...)
}

// Verdict is what one version of the criteria says.
type Verdict struct {
	Criteria Criteria
	Pool     Pool
	Outcome  Outcome
}

// ByCriteria is the pool and the outcome by each published version.
func ByCriteria(p Path) []Verdict {
	var all []Verdict
	for _, c := range AllCriteria() {
		p.Criteria = c
		r := Follow(p)
		all = append(all, Verdict{Criteria: c, Pool: r.Pool, Outcome: r.Outcome})
	}
	return all
}
