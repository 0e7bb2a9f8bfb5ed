// Package zone answers DNS questions from the text of zone files.
//
// An answer is the one that a resolver would give if the zone were published:
// wildcards, empty non-terminals, CNAME and DNAME work as they do on a name
// server. Each answer that holds records names the file and the line of the
// first. A Set joins several zones, and says what becomes of names that none
// of them answers for; it can stand wherever questions are asked.
//
// The functions on wire forms (Name, PackName, Data, Tidy) are here because a
// live answer has to read the same as one from a file, octet for octet.
package zone

import (
	"strconv"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// Zone is one parsed zone file. It does not change after Parse and is safe for
// concurrent use.
type Zone struct {
	file  string
	apex  string          // canonical; "" is the root
	nodes map[string]node // every name that exists, empty non-terminals included
}

// node is one name: its record sets by type, none for an empty non-terminal.
type node map[string]*rrset

// rrset is the records of one name and type.
type rrset struct {
	data  []string // in presentation form, sorted
	line  int      // of the record that stands first in the file
	cause string   // why the set cannot be used, or ""
}

// Apex is the canonical name at the top of the zone, "" for the root.
func (z *Zone) Apex() string { return z.apex }

// File is the name that Parse was given.
func (z *Zone) File() string { return z.file }

func (z *Zone) source(s *rrset) string { return z.file + ":" + strconv.Itoa(s.line) }

// step is what a zone says of one name: an end, or the name to go on with.
type step struct {
	status    facts.Status // Found, NoData, NXDomain, or Failed with a cause
	set       *rrset       // of Found
	cause     string       // of Failed
	alias     bool         // go on with next instead
	next      string
	delegated bool // the zone does not answer for the name
}

// step looks one name up that is the apex or below it. RFC 1034, section 4.3.2.
func (z *Zone) step(name, kind string) step {
	if s, cut := z.cut(name); cut {
		return s
	}
	n, ok := z.nodes[name]
	if !ok {
		n, ok = z.wildcard(name)
	}
	if !ok {
		return step{status: facts.NXDomain}
	}
	if set := n[kind]; set != nil {
		return found(set)
	}
	if set := n[facts.KindCNAME]; set != nil {
		return step{alias: true, next: target(set)}
	}
	return step{status: facts.NoData}
}

func found(set *rrset) step {
	if set.cause != "" {
		return step{status: facts.Failed, cause: set.cause}
	}
	return step{status: facts.Found, set: set}
}

// cut finds the highest name above, at which the zone ends or is moved: a
// delegation (at the name itself, too) or a DNAME. A zone file of the root is
// the whole world: it delegates nothing, even where it holds NS records.
func (z *Zone) cut(name string) (step, bool) {
	var highest step
	ok := false
	for n := name; ; n = Parent(n) {
		here := z.nodes[n]
		if here["NS"] != nil && n != z.apex && z.apex != "" {
			highest, ok = step{delegated: true}, true
		}
		if set := here["DNAME"]; set != nil && n != name {
			highest, ok = moved(name, n, target(set)), true
		}
		if n == z.apex {
			return highest, ok
		}
	}
}

// moved replaces the end of name, owner, by the DNAME's target. RFC 6672,
// section 2.2.
func moved(name, owner, target string) step {
	next := name
	if owner != "" {
		next = name[:len(name)-len(owner)-1]
	}
	if target != "" {
		next += "." + target
	}
	if _, err := PackName(next); err != nil {
		return step{status: facts.Failed, cause: err.Error()}
	}
	return step{alias: true, next: next}
}

// wildcard finds the wildcard below the closest name above that exists; a name
// between the two hides it. RFC 4592, section 3.3.1.
func (z *Zone) wildcard(name string) (node, bool) {
	for name != z.apex {
		name = Parent(name)
		if _, ok := z.nodes[name]; ok {
			break
		}
	}
	n, ok := z.nodes[strings.TrimSuffix("*."+name, ".")]
	return n, ok
}

// target is the canonical name that a CNAME or DNAME holds.
func target(s *rrset) string { return strings.TrimSuffix(s.data[0], ".") }
