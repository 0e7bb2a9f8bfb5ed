package chaos

import (
	"slices"
	"strings"
)

// maxChain bounds the CNAMEs that an honest answer follows; the world has to
// stay below it.
const maxChain = 8

// Truth is what exists. A name exists if it or a name below it was added; so
// empty non-terminals do. A record of which the first label is * is a wildcard.
// It must not be changed while a server uses it.
type Truth struct {
	names map[string][]RR
}

// NewTruth makes a truth of records.
func NewTruth(records ...RR) *Truth {
	t := &Truth{names: map[string][]RR{"": nil}}
	t.Add(records...)
	return t
}

// Add adds records.
func (t *Truth) Add(records ...RR) {
	for _, r := range records {
		t.names[r.Owner] = append(t.names[r.Owner], r)
		for name := parent(r.Owner); name != ""; name = parent(name) {
			if _, ok := t.names[name]; ok {
				break
			}
			t.names[name] = nil
		}
	}
}

// Answer is what an honest recursive resolver says.
type Answer struct {
	Rcode     int
	Records   []RR // the chain of CNAMEs, then the records asked for
	Authority []RR // of a negative answer: the zone's SOA record
	Empty     bool // the name exists only because others below it do
}

// Ask answers a question. A chain that is too long is SERVFAIL.
func (t *Truth) Ask(name string, kind Type) Answer {
	a := Answer{}
	name = strings.ToLower(name)
	for range maxChain + 1 {
		records, exists := t.find(name)
		found := ofType(records, kind)
		alias := ofType(records, TypeCNAME)
		switch {
		case len(found) > 0:
			a.Records = append(a.Records, found...)
			return a
		case len(alias) > 0:
			a.Records = append(a.Records, alias[0])
			name = alias[0].Host
			continue
		case !exists:
			a.Rcode = rcodeNXDomain
		}
		a.Empty = exists && len(records) == 0
		a.Authority = []RR{t.soa(name)}
		return a
	}
	return Answer{Rcode: rcodeServfail}
}

// Values is the truth about a question for an oracle: the presentation form of
// the records at the end of the chain, sorted and each once; nil if there are
// none. The kind is a mnemonic.
func (t *Truth) Values(name, kind string) []string {
	var values []string
	want := ParseType(kind)
	for _, r := range t.Ask(name, want).Records {
		if r.Type == want {
			values = append(values, r.Text())
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// find returns the records at a name, a wildcard's where the name itself does
// not exist, and whether it exists. RFC 4592, section 3.3.1.
func (t *Truth) find(name string) ([]RR, bool) {
	if records, ok := t.names[name]; ok {
		return records, true
	}
	encloser := parent(name)
	for {
		if _, ok := t.names[encloser]; ok || encloser == "" {
			break
		}
		encloser = parent(encloser)
	}
	wild, ok := t.names[join("*", encloser)]
	wild = slices.Clone(wild)
	for i := range wild {
		wild[i].Owner = name
	}
	return wild, ok
}

// soa returns the SOA record of the zone that a name is in.
func (t *Truth) soa(name string) RR {
	for ; name != ""; name = parent(name) {
		if soa := ofType(t.names[name], TypeSOA); len(soa) > 0 {
			return soa[0]
		}
	}
	return SOA("")
}

func ofType(records []RR, kind Type) []RR {
	var found []RR
	for _, r := range records {
		if r.Type == kind {
			found = append(found, r)
		}
	}
	return found
}

// parent is the name without its first label.
func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}

// join puts labels before a name, which may be the root.
func join(labels, name string) string {
	return strings.TrimSuffix(labels+"."+name, ".")
}
