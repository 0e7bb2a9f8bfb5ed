package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/policy"
)

// Cause is one thing outside of domains that is behind findings in several of
// them: a record that they include, a host that they name, a server that does
// not answer.
type Cause struct {
	Thing   string   `json:"thing"`   // "include:_spf.old.example", "MX host mx.old.example", "TXT _spf.x.example: SERVFAIL"
	Family  string   `json:"family"`  // what it is bad for: "SPF", "MX", ...; "unknown" when it leaves rules undecided
	Rules   []string `json:"rules"`   // IDs, sorted
	Domains int      `json:"domains"` // results; at least so many
	Exact   bool     `json:"exact"`   // no more than so many
}

// The bounds on what is kept of causes, and on what is told. A thing that is
// behind more than one domain in mostThings/2 is never lost.
const (
	mostThings = 4096
	mostCauses = 10
	mostOpen   = 3   // of them, those that only leave rules undecided
	thingRoom  = 200 // characters
)

// familyUnknown is the family of what leaves rules undecided.
const familyUnknown = "unknown"

// causes counts things as results pass by. The zero value is ready.
type causes struct {
	seen map[causeKey]*causeCount
	lost int // the most that a thing that was dropped had
}

type causeKey struct{ family, thing string }

type causeCount struct {
	rules   []string
	domains int
	before  int // how often it may have been seen and dropped before
}

// note counts what is behind the findings of one result, each thing once.
func (c *causes) note(r *Result) {
	if len(r.Findings) == 0 && len(r.Unknown) == 0 {
		return
	}
	var mine []causeKey
	add := func(key causeKey, rule string) {
		if key.thing == "" {
			return
		}
		key.thing = strings.Clone(key.thing[:min(len(key.thing), thingRoom)]) // not the whole result
		c.count(key, rule, !slices.Contains(mine, key))
		mine = append(mine, key)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Severity.Rank() < policy.Low.Rank() { // hygiene and context break nothing
			add(causeKey{f.Family, thingBehind(r, f)}, f.Rule)
		}
	}
	for _, u := range r.Unknown {
		if outside(r, reasonName(u.Reason)) {
			add(causeKey{familyUnknown, u.Reason}, u.Rule)
		}
	}
}

// count adds to one thing; fresh is set for its first time in a result.
func (c *causes) count(key causeKey, rule string, fresh bool) {
	at := c.seen[key]
	if at == nil {
		if len(c.seen) >= mostThings {
			c.makeRoom()
		}
		if c.seen == nil {
			c.seen = make(map[causeKey]*causeCount)
		}
		at = &causeCount{before: c.lost}
		c.seen[key] = at
	}
	if fresh {
		at.domains++
	}
	if !slices.Contains(at.rules, rule) {
		at.rules = append(at.rules, rule)
	}
}

// makeRoom drops the rarer half.
func (c *causes) makeRoom() {
	for _, key := range c.byWeight()[mostThings/2:] {
		c.lost = max(c.lost, c.seen[key].domains+c.seen[key].before)
		delete(c.seen, key)
	}
}

// byWeight lists the things: those behind most domains first, then by name.
func (c *causes) byWeight() []causeKey {
	return slices.SortedFunc(maps.Keys(c.seen), func(a, b causeKey) int {
		return cmp.Or(cmp.Compare(c.seen[b].domains, c.seen[a].domains), cmp.Compare(a.thing, b.thing), cmp.Compare(a.family, b.family))
	})
}

// top are the things behind several domains, most domains first; what leaves
// rules undecided comes after what is behind findings.
func (c *causes) top() []Cause {
	var found, open []Cause
	for _, key := range c.byWeight() {
		at := c.seen[key]
		if at.domains < 2 {
			break
		}
		list := &found
		if key.family == familyUnknown {
			list = &open
		}
		*list = append(*list, Cause{Thing: key.thing, Family: key.family, Rules: slices.Sorted(slices.Values(at.rules)), Domains: at.domains, Exact: at.before == 0})
	}
	open = open[:min(len(open), mostOpen)]
	found = found[:min(len(found), mostCauses-len(open))]
	return slices.Concat([]Cause{}, found, open)
}

// words is "include:_spf.old.example breaks SPF of 212 domains".
func (c Cause) words() string {
	n := plural(c.Domains, "domain")
	if !c.Exact {
		n = "at least " + n
	}
	switch {
	case c.Family == familyUnknown:
		return c.Thing + " leaves rules open for " + n
	case strings.HasPrefix(c.Thing, lookupsOf):
		return c.Thing + " weigh on SPF of " + n
	case c.Family == "MX":
		return c.Thing + " is in the way of mail to " + n
	case c.Family == "SPF":
		return c.Thing + " breaks SPF of " + n
	}
	return c.Thing + " is bad for " + c.Family + " of " + n
}

// thingBehind is what is behind a finding, where that lies outside the domain:
// the record that shows it, the term that leads there, or the host that it is
// about. It is "" for what is the domain's own matter.
func thingBehind(r *Result, f *Finding) string {
	if f.Rule == "SPF005" {
		return costliest(r)
	}
	for i := range f.Evidence {
		e := &f.Evidence[i]
		if e.Text != "" && outside(r, e.Name) && f.Family != "MX" && f.Family != "M365" {
			return e.Kind + " " + e.Name
		}
		if term := termTo(r, e); term != "" {
			return term
		}
	}
	switch {
	case !outside(r, f.Key):
		return ""
	case f.Family == "MX":
		return "MX host " + f.Key
	case f.Family == "DMARC":
		return "reports to " + f.Key
	}
	return ""
}

// lookupsOf begins what takes many lookups, and does no wrong by itself.
const lookupsOf = "lookups of "

// costliest is the include that takes the most lookups, of those outside.
func costliest(r *Result) string {
	if r.SPF == nil || r.SPF.Tree == nil {
		return ""
	}
	best, most := "", 1 // what takes one lookup is not to blame
	for i := range r.SPF.Tree.Terms {
		t := &r.SPF.Tree.Terms[i]
		if target := termTarget(t.Term); t.Lookups > most && outside(r, target) {
			best, most = lookupsOf+strings.ToLower(strings.TrimLeft(t.Term, "+")), t.Lookups
		}
	}
	return best
}

// termTo is the marked term of a record, if it leads outside.
func termTo(r *Result, e *Evidence) string {
	if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > len(e.Text) || e.Length == len(e.Text) || e.Kind != "TXT" {
		return ""
	}
	term := e.Text[e.Offset : e.Offset+e.Length]
	if !outside(r, termTarget(term)) {
		return ""
	}
	return strings.ToLower(strings.TrimLeft(term, "+"))
}

// termTarget is the name that an SPF term leads to, or "".
func termTarget(term string) string {
	name, target, ok := strings.Cut(strings.ToLower(strings.TrimLeft(term, "+-~?")), ":")
	if !ok {
		name, target, ok = strings.Cut(name, "=")
	}
	target, _, _ = strings.Cut(target, "/")
	switch {
	case !ok || strings.Contains(target, "%"):
		return "" // a macro: it depends on the message
	case name == "include" || name == "redirect" || name == "a" || name == "mx" || name == "exists":
		return strings.TrimSuffix(target, ".")
	}
	return ""
}

// reasonName is the name in "TXT _spf.example.net: SERVFAIL", or "".
func reasonName(reason string) string {
	question, _, ok := strings.Cut(reason, ": ")
	_, name, two := strings.Cut(question, " ")
	if !ok || !two {
		return ""
	}
	return name
}

// outside reports whether a text is a name that is not of the domain.
func outside(r *Result, name string) bool {
	if name == "" || !strings.Contains(name, ".") || strings.ContainsAny(name, " /@:\\") || strings.Trim(name, "0123456789.") == "" {
		return false
	}
	name = strings.ToLower(name)
	return name != r.Domain && !strings.HasSuffix(name, "."+r.Domain)
}
