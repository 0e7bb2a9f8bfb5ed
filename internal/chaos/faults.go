package chaos

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
)

// Faults say what a server does to which query. The first Rule that matches
// wins; without one, the Mix draws; what is left of it is the true answer.
type Faults struct {
	Rules []Rule
	Mix   Mix
	Loss  Loss
}

// Rule is what to do with some queries. A zero field matches all.
type Rule struct {
	Name        string // a glob as in path.Match, on the lower-case name; * matches dots, too
	Type        Type
	Proto       Proto
	First, Last int // attempts, from 1; counted for each name, type and transport
	Do          []Step
}

// Mix is drawn from by chance. The zero value is always honest.
type Mix []Chance

// Chance is one entry of a Mix. The probabilities of a Mix add up to at most 1;
// what is missing is honesty.
type Chance struct {
	Probability float64
	Do          []Step
}

// Loss is the part of the datagrams that is lost on the way to and from the
// server, before any Rule; 0.2 is one of five. TCP loses nothing.
type Loss struct{ Query, Answer float64 }

// check finds what no query could be played by.
func (f Faults) check() error {
	var all []Step
	for _, r := range f.Rules {
		if _, err := path.Match(r.Name, ""); err != nil {
			return fmt.Errorf("rule for %q: %w", r.Name, err)
		}
		if len(r.Do) == 0 {
			return fmt.Errorf("rule for %q does nothing: to be silent is %s", r.Name, Drop)
		}
		all = append(all, r.Do...)
	}
	sum := 0.0
	for _, c := range f.Mix {
		sum += c.Probability
		all = append(all, c.Do...)
	}
	if sum > 1 {
		return fmt.Errorf("the mix adds up to %g", sum)
	}
	for _, s := range all {
		if plays[s.Do] == nil {
			return fmt.Errorf("no step can do %q", s.Do)
		}
	}
	return nil
}

func (r Rule) matches(q *query, proto Proto, attempt int) bool {
	glob := r.Name == ""
	if !glob {
		glob, _ = path.Match(r.Name, q.lower()) // checked before
	}
	return glob && (r.Type == 0 || r.Type == q.kind) && (r.Proto == "" || r.Proto == proto) &&
		attempt >= r.First && (r.Last == 0 || attempt <= r.Last)
}

// asked is what attempts are counted for.
type asked struct {
	name  string
	kind  Type
	proto Proto
}

// chance is the source of all chance about one query: the same for the same
// seed, server, question, transport and attempt.
func chance(seed uint64, server string, a asked, attempt int) *rand.Rand {
	mac := hmac.New(sha256.New, binary.BigEndian.AppendUint64(nil, seed))
	fmt.Fprintf(mac, "%q %q %d %s %d", server, a.name, a.kind, a.proto, attempt)
	return rand.New(rand.NewChaCha8([32]byte(mac.Sum(nil))))
}

// choose finds the steps for a query. It draws the same number of times in any
// case, so that a change of the rules leaves the other choices as they are.
func (f Faults) choose(q *query, proto Proto, attempt int, random *rand.Rand) []Step {
	lost := random.Float64() < f.Loss.Query && proto == UDP
	draw := random.Float64()
	if lost {
		return nil
	}
	for _, r := range f.Rules {
		if r.matches(q, proto, attempt) {
			return r.Do
		}
	}
	for _, c := range f.Mix {
		if draw < c.Probability {
			return c.Do
		}
		draw -= c.Probability
	}
	return []Step{{Do: OK}}
}

// lose removes the datagrams that do not arrive.
func (f Faults) lose(sends []send, random *rand.Rand) []send {
	for i := range sends {
		if random.Float64() < f.Loss.Answer {
			sends[i].wire, sends[i].honest, sends[i].tc, sends[i].swap = nil, false, false, false
		}
	}
	return sends
}

// describe is the steps as a journal shows them.
func describe(steps []Step) string {
	if len(steps) == 0 {
		return string(Lost)
	}
	words := make([]string, len(steps))
	for i, s := range steps {
		words[i] = s.String()
	}
	return strings.Join(words, " ")
}
