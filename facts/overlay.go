package facts

import (
	"slices"

	"github.com/mailposture/mailposture/record"
)

// Overlay is a set of changes that answers are seen through: what would be
// answered if they were made. The zero value changes nothing. It does not
// change once made, and is safe for concurrent use.
//
// A name at or above a record that comes exists. Kinds other than CNAME at a
// name that a change makes an alias are answered from the alias's target.
type Overlay struct{ changes []Change }

// NewOverlay joins changes; of two with one question the later counts.
func NewOverlay(changes ...Change) Overlay { return Overlay{changes: changes} }

// Empty reports whether the overlay changes nothing.
func (l Overlay) Empty() bool { return len(l.changes) == 0 }

// change finds the change of a question.
func (l Overlay) change(q Question) (Change, bool) {
	for i := len(l.changes) - 1; i >= 0; i-- {
		if l.changes[i].Question == q {
			return l.changes[i], true
		}
	}
	return Change{}, false
}

// maxAliases bounds the aliases of changes that are followed from one name.
const maxAliases = 8

// aliases are the targets that changes lead a name to, one after the other. Of
// a loop they are the first few, so that it ends, and answers as any name does.
func (l Overlay) aliases(q Question) []string {
	var chain []string
	name := q.Name
	for q.Kind != KindCNAME && len(chain) < maxAliases {
		c, ok := l.change(Question{Name: name, Kind: KindCNAME})
		if !ok || len(c.New) != 1 {
			break
		}
		name = canonical(c.New[0])
		chain = append(chain, name)
	}
	return chain
}

// Aim is the question whose answer Make needs to answer q: q itself, unless
// the changes make its name an alias.
func (l Overlay) Aim(q Question) Question {
	if chain := l.aliases(q); len(chain) > 0 {
		q.Name = chain[len(chain)-1]
	}
	return q
}

// Make is the answer to q, of the answer to Aim(q) without the changes. known
// is false when that was not asked. So is the second result when the answer
// depends on it.
func (l Overlay) Make(q Question, base Observation, known bool) (Observation, bool) {
	chain := l.aliases(q)
	aim := l.Aim(q)
	o, ok := base, known
	switch c, changed := l.change(aim); {
	case changed:
		o, ok = c.apply(base, known)
	case known && len(base.Chain) > 0:
		o = l.along(aim, base)
	}
	if !ok {
		return Observation{}, false
	}
	if o.Status == NXDomain && l.exists(aim.Name) {
		o.Status = NoData // RFC 8020: a name above one that exists does, too
	}
	if len(chain) > 0 {
		o.Chain = slices.Concat(chain, o.Chain)
	}
	o.Question = q
	return o, true
}

// along is an answer that came by aliases, of which a change may take one away
// or publish records at the end of one.
func (l Overlay) along(q Question, o Observation) Observation {
	if c, ok := l.change(Question{Name: q.Name, Kind: KindCNAME}); ok && len(c.New) == 0 {
		return Observation{Question: q, Status: NoData}
	}
	for i, name := range o.Chain {
		c, ok := l.change(Question{Name: name, Kind: q.Kind})
		if !ok {
			continue
		}
		there := Observation{Status: NoData} // an alias itself, which the change replaces
		if i == len(o.Chain)-1 {
			there = o
			there.Chain = nil
		}
		made, _ := c.apply(there, true)
		made.Chain = o.Chain[:i+1]
		return made
	}
	return o
}

// exists reports whether a record comes at a name or below it.
func (l Overlay) exists(name string) bool {
	return slices.ContainsFunc(l.changes, func(c Change) bool { return len(c.New) > 0 && under(c.Name, name) })
}

// Over is answers as the overlay shows them.
func (l Overlay) Over(answers Answers) Answers { return overlaid{l, answers} }

// overlaid implements Answers.
type overlaid struct {
	Overlay
	answers Answers
}

// Get answers a question.
func (a overlaid) Get(q Question) (Observation, bool) {
	base, known := a.answers.Get(a.Aim(q))
	return a.Make(q, base, known)
}

// sortOf is the test for TXT records of one record's sort, or nil when it is of
// none that receivers select by.
func sortOf(data string) func(string) bool {
	octets := octetsOf(data)
	for _, is := range []func(string) bool{record.IsSPF, record.IsDMARC, record.IsDKIMKey} {
		if is(octets) {
			return is
		}
	}
	return nil
}

// octetsOf decodes a TXT record, or leaves what cannot be decoded as it is.
func octetsOf(data string) string {
	octets, _, err := record.ParseTXT(data)
	if err != nil {
		return data
	}
	return octets
}

// FormatText is octets as one TXT record in the form of Observation.Data, in
// character-strings of at most 255 octets. RFC 1035, section 3.3.14.
func FormatText(octets string) string {
	const most = 255
	var ends []int
	for at := most; at < len(octets); at += most {
		ends = append(ends, at)
	}
	return record.FormatTXT(octets, append(ends, len(octets)))
}
