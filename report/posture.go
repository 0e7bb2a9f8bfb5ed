package report

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// What a person reads about each part, for every format that lays out text.
// "2 keys" and the like are said here once.

// plural is "1 key", "2 keys".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if before, ok := strings.CutSuffix(one, "y"); ok && !strings.HasSuffix(one, "ey") {
		return fmt.Sprintf("%s %sies", grouped(n), before)
	}
	return fmt.Sprintf("%s %ss", grouped(n), one)
}

// grouped is n with thousands set apart: "12,345".
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// postureLine is the whole of what was seen in a few words, one for each part
// that was asked for.
func postureLine(r Result) []string {
	var parts []string
	if r.MX != nil {
		parts = append(parts, mxWords(r.MX))
	}
	if r.SPF != nil {
		parts = append(parts, spfWords(r.SPF))
	}
	if r.DMARC != nil {
		parts = append(parts, dmarcWords(r.DMARC))
	}
	if r.DKIM != nil {
		parts = append(parts, dkimWords(r.DKIM))
	}
	return parts
}

// mxWords is "MX proofpoint, mailboxes microsoft-365".
func mxWords(m *MX) string {
	if w := stateWords("MX", m.Standing); w != "" {
		return w
	}
	if m.Null {
		return "null MX"
	}
	words := "MX"
	switch {
	case m.Gateway != "":
		words += " " + m.Gateway
	case len(m.Hosts) > 0 && m.Hosts[0].Provider != "":
		words += " " + m.Hosts[0].Provider
	case len(m.Hosts) > 0:
		words += " " + m.Hosts[0].Host
	}
	if m.MailboxHost != "" && !strings.HasSuffix(words, " "+m.MailboxHost) {
		words += ", mailboxes "
		if m.MailboxConfidence == string(facts.Low) {
			words += "perhaps "
		}
		words += m.MailboxHost
	}
	return words
}

// RFC 7208, section 4.6.4.
const (
	maxLookups     = 10
	maxVoidLookups = 2
)

// spfWords is "SPF 12/10 lookups, -all".
func spfWords(s *SPF) string {
	if w := stateWords("SPF", s.Standing); w != "" {
		return w
	}
	if len(s.Records) > 1 {
		return plural(len(s.Records), "SPF record")
	}
	return "SPF " + strings.Join(spfFigures(s), ", ")
}

// spfFigures is what the walk of a record came to.
func spfFigures(s *SPF) []string {
	figures := []string{fmt.Sprintf("%s/%d lookups", atLeast(s.Lookups, s.LookupsComplete), maxLookups)}
	if s.VoidLookups > 0 {
		figures = append(figures, fmt.Sprintf("%s/%d void", atLeast(s.VoidLookups, s.LookupsComplete), maxVoidLookups))
	}
	if s.All == "" {
		return append(figures, "no all")
	}
	return append(figures, s.All+"all")
}

// spfValidity says what is wrong with a record as a whole. A walk that met an
// unknown record proves nothing either way.
func spfValidity(s *SPF) string {
	switch {
	case s.Valid:
		return ""
	case !s.LookupsComplete:
		return "not known to be valid"
	}
	return "not valid"
}

// atLeast marks a count that unknown records may add to.
func atLeast(n int, complete bool) string {
	if complete {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("at least %d", n)
}

// dmarcWords is "DMARC reject from _dmarc.example.com".
func dmarcWords(d *DMARC) string {
	if w := stateWords("DMARC", d.Standing); w != "" {
		return w
	}
	words := "DMARC"
	switch {
	case d.Effective != nil && d.Effective.This != "":
		words += " " + d.Effective.This
	case len(d.Records) > 1:
		return plural(len(d.Records), "DMARC record")
	case !d.Valid:
		return "DMARC not usable"
	}
	if d.Testing {
		words += " (t=y)"
	}
	if inherited(d) {
		words += " from " + strings.TrimPrefix(d.FoundAt, "_dmarc.")
	}
	return words
}

// inherited reports whether the policy stands at a name above the domain's.
func inherited(d *DMARC) bool {
	return d.FoundAt != "" && len(d.Path) > 0 && d.Path[0].Name != d.FoundAt
}

// dkimWords is "DKIM 2 keys".
func dkimWords(d *DKIM) string {
	if w := stateWords("DKIM", d.Standing); w != "" {
		return w
	}
	usable := 0
	for _, k := range d.Keys {
		if k.State == string(facts.Present) {
			usable++
		}
	}
	if usable == 0 {
		return "DKIM without a usable key"
	}
	return "DKIM " + plural(usable, "key")
}

// stateWords says what there is instead of a part, "" when it is present.
func stateWords(part string, s Standing) string {
	switch facts.State(s.State) {
	case facts.Present:
		return ""
	case facts.Absent:
		return "no " + part
	case facts.Unseen:
		return "no " + part + " seen"
	case facts.Unknown:
		return part + " unknown"
	}
	return part + " not looked at"
}

// unsettledWords is "TXT _dmarc.example.com: SERVFAIL; leaves open DMARC001,
// DMARC003".
func unsettledWords(g unsettled) string {
	const most = 8
	open := g.Rules
	if len(open) == 0 {
		open = g.Parts
	}
	words := g.Reason
	if words == "" {
		words = "no reason given"
	}
	words += "; leaves open " + strings.Join(open[:min(len(open), most)], ", ")
	if more := len(open) - most; more > 0 {
		words += " and " + grouped(more) + " more"
	}
	return words
}

// unsettled is one reason why something could not be decided, and what hangs
// on it.
type unsettled struct {
	Reason string
	Rules  []string // IDs
	Parts  []string // "MX", "SPF", ... that are unknown for this reason
}

// unsettledBy groups what is unknown about a domain by its reason: one server
// that does not answer leaves many rules open, and is one thing to mend.
func unsettledBy(r Result) []unsettled {
	var groups []unsettled
	at := func(reason string) *unsettled {
		for i := range groups {
			if groups[i].Reason == reason {
				return &groups[i]
			}
		}
		groups = append(groups, unsettled{Reason: reason})
		return &groups[len(groups)-1]
	}
	for _, part := range standings(r) {
		if facts.State(part.State) == facts.Unknown {
			group := at(part.Reason)
			group.Parts = append(group.Parts, part.name)
		}
	}
	for _, u := range r.Unknown {
		group := at(u.Reason)
		group.Rules = append(group.Rules, u.Rule)
	}
	return groups
}

// namedStanding is a part's standing under the name that people know it by.
type namedStanding struct {
	name string
	Standing
}

// standings lists the parts that were asked for, and what they rest on.
func standings(r Result) []namedStanding {
	var list []namedStanding
	if r.MX != nil {
		list = append(list, namedStanding{"MX", r.MX.Standing})
		for _, h := range r.MX.Hosts {
			list = append(list, namedStanding{"the addresses of " + h.Host, Standing{h.State, h.Reason}})
		}
	}
	if r.SPF != nil {
		list = append(list, namedStanding{"SPF", r.SPF.Standing})
		list = unknownTerms(list, r.SPF.Tree, 0)
		for _, c := range r.SPF.Relay {
			if c.Result == "temperror" { // RFC 7208, section 2.6.6
				list = append(list, namedStanding{"SPF for " + c.IP, Standing{string(facts.Unknown), c.Reason}})
			}
		}
	}
	if r.DMARC != nil {
		list = append(list, namedStanding{"DMARC", r.DMARC.Standing})
	}
	if r.DKIM != nil {
		list = append(list, namedStanding{"DKIM", r.DKIM.Standing})
	}
	if r.M365 != nil {
		list = append(list, namedStanding{"Microsoft 365", r.M365.Standing})
	}
	return list
}

// maxTreeDepth bounds how deep an SPF tree is read. A walk ends long before
// it; a file of results may hold anything.
const maxTreeDepth = 24

// unknownTerms adds the SPF terms whose answers are not known.
func unknownTerms(list []namedStanding, n *SPFNode, depth int) []namedStanding {
	if n == nil || depth > maxTreeDepth {
		return list
	}
	for _, t := range n.Terms {
		if facts.State(t.State) == facts.Unknown {
			list = append(list, namedStanding{"SPF's " + t.Term, Standing{t.State, t.Reason}})
		}
		list = unknownTerms(list, t.Child, depth+1)
	}
	return list
}
