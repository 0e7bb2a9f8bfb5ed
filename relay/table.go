package relay

import (
	"slices"
	"strings"
)

// state is a path and what has been worked out of it so far.
type state struct {
	Path
	Route
}

// field is one of the values that lines of the tables look at.
type field[T ~string] struct {
	name Input
	at   func(*state) *T
}

// cond is one cell of a line.
type cond struct {
	name Input
	test func(*state) Answer
}

// is holds when the value is one of these.
func (f field[T]) is(values ...T) cond {
	return cond{f.name, func(s *state) Answer {
		have := *f.at(s)
		switch {
		case have == "":
			return ""
		case slices.Contains(values, have):
			return Yes
		}
		return No
	}}
}

// not holds when the value is known, and is none of these.
func (f field[T]) not(values ...T) cond {
	is := f.is(values...)
	return cond{f.name, func(s *state) Answer {
		switch is.test(s) {
		case Yes:
			return No
		case No:
			return Yes
		}
		return ""
	}}
}

// row is one line of a truth table: when all cells hold, the value follows.
type row[T ~string] struct {
	when   []cond
	then   T
	like   *field[T] // the value is that of another field instead
	code   string    // the status codes that go with the value
	why    string
	source Source
}

// table is a truth table. Its lines are tried from the top, and the first that
// holds decides.
type table[T ~string] []row[T]

// decision is what a table says.
type decision[T ~string] struct {
	value  T // "" when it is not known
	code   string
	why    string
	source Source
	needs  []Input // what is not known and matters, where value is ""
	rests  []Input // what the line looked at, where there is a value
}

// decide finds the line that holds. A line may hold when a cell of it is not
// known; the table then speaks only if all lines that may hold, down to one
// that does, give the same value.
func (t table[T]) decide(s *state) decision[T] {
	var d decision[T]
	var needs []Input
	found := false
	for i := range t {
		r := &t[i]
		holds, open := r.holds(s)
		if holds == No {
			continue
		}
		value := r.then
		if open != "" {
			needs = add(needs, open)
		}
		if r.like != nil {
			if value = *r.like.at(s); value == "" {
				needs = add(needs, r.like.name)
			}
		}
		switch {
		case !found:
			d, found = decision[T]{value: value, code: r.code, why: r.why, source: r.source, rests: r.rests()}, true
		case d.value != value || d.code != r.code:
			return t.open(s, needs, i+1)
		}
		if holds == Yes {
			if d.value != "" {
				return d
			}
			break
		}
	}
	return t.open(s, needs, len(t))
}

// open is the decision of a table that cannot decide: it names what is missing
// in the lines that were looked at, and in those below that may still hold.
func (t table[T]) open(s *state, needs []Input, from int) decision[T] {
	for i := from; i < len(t); i++ {
		holds, name := t[i].holds(s)
		if name != "" {
			needs = add(needs, name)
		}
		if holds == Yes {
			break
		}
	}
	return decision[T]{needs: needs, why: whyOpen(needs), rests: needs}
}

// add adds a name that is not there yet.
func add(names []Input, name Input) []Input {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// holds reports whether all cells hold, and the first one that is not known.
func (r *row[T]) holds(s *state) (Answer, Input) {
	var open Input
	for _, c := range r.when {
		switch c.test(s) {
		case No:
			return No, ""
		case "":
			if open == "" {
				open = c.name
			}
		}
	}
	if open != "" {
		return "", open
	}
	return Yes, ""
}

// rests is what a line looks at.
func (r *row[T]) rests() []Input {
	var names []Input
	for _, c := range r.when {
		names = add(names, c.name)
	}
	if r.like != nil {
		names = add(names, r.like.name)
	}
	return names
}

// whyOpen says what is not known.
func whyOpen(needs []Input) string {
	if len(needs) == 0 {
		return "no line of the table is about this"
	}
	var names []string
	for _, n := range needs {
		names = append(names, string(n))
	}
	return "not known, since this is not: " + strings.Join(names, ", ")
}
