package facts

import "slices"

// Change is an edit of the records of one name and kind: some go, others come,
// and those that it does not name stay.
type Change struct {
	Question
	Old   []string // records that go, in the form of Observation.Data
	New   []string // records that come, in the same form; never two alike
	Scope Scope    // which records go besides Old
}

// Scope says which records a Change takes away besides those that it lists. The
// zero value is no others.
type Scope string

// The scopes.
const (
	ScopeKin   Scope = "kin"   // of TXT, those of the same sort as New: SPF, DMARC or DKIM; of other kinds all
	ScopeWhole Scope = "whole" // all
)

// causeNotThere is of a Change whose Old is not what is published.
const causeNotThere = "the record to be changed is not there"

// apply is what the answer to the change's question becomes. known is false
// for a question that nobody asked; the result is then not known either, unless
// the change does not depend on what is there.
func (c Change) apply(o Observation, known bool) (Observation, bool) {
	if len(o.Chain) > 0 {
		// The name was an alias, and an alias has no other records: RFC 1034,
		// section 3.6.2. The change takes its place.
		o, known = Observation{Status: NoData}, true
	}
	was := o.Status
	switch {
	case c.Scope == ScopeWhole:
		o.Data = nil
	case !known && c.Scope == ScopeKin:
		was = NXDomain // a name that is planned: nothing stands there yet
	case !known:
		return Observation{}, false
	case was == Failed || was == NotAsked:
		o.Question = c.Question
		return o, true
	}
	data, ok := c.edit(o.Data)
	if !ok {
		return Observation{Question: c.Question, Status: Failed, Cause: causeNotThere}, true
	}
	edited := Observation{Question: c.Question, Status: Found, Data: data, Via: o.Via}
	if len(data) == 0 {
		edited.Status = NoData // whatever else stands at the name
		if was == NXDomain {
			edited.Status = NXDomain
		}
	}
	return edited, true
}

// edit is what becomes of a record set; false when one of Old is not in it.
func (c Change) edit(data []string) ([]string, bool) {
	kept := slices.Clone(data)
	for _, old := range c.Old {
		i := slices.Index(kept, old)
		if i < 0 {
			return nil, false
		}
		kept = slices.Delete(kept, i, i+1)
	}
	if c.Scope == ScopeKin {
		kept = slices.DeleteFunc(kept, c.replaces)
	}
	kept = append(kept, c.New...)
	slices.Sort(kept)
	return slices.Compact(kept), true
}

// replaces reports whether a record is of the sort of one that comes. Text of
// no sort replaces nothing.
func (c Change) replaces(data string) bool {
	if c.Kind != KindTXT {
		return true
	}
	s := sortOf(data)
	return s != nil && slices.ContainsFunc(c.New, func(data string) bool { return s(octetsOf(data)) })
}
