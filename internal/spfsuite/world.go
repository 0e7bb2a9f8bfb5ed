package spfsuite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
	"github.com/mailposture/mailposture/scanner/zone"
)

// World is what DNS holds: records in presentation form, and names that fail,
// for one type or for all that they have no record of.
type World struct {
	records map[facts.Question][]string
	names   map[string]bool
	fails   map[facts.Question]string // the cause; a question without a kind stands for all
}

// NewWorld is a world in which no name exists.
func NewWorld() *World {
	return &World{make(map[facts.Question][]string), make(map[string]bool), make(map[facts.Question]string)}
}

// Timeout is the cause of a failure that is no answer at all.
const Timeout = "timeout"

// Add adds a record in the suites' form: TXT is a string or a list of
// character-strings, MX a list of preference and host, all else a string. The
// names above the owner exist from then on, too.
func (w *World) Add(owner, kind string, value any) {
	q := facts.Question{Name: canonical(owner), Kind: kind}
	w.records[q] = append(w.records[q], data(kind, value))
	w.exists(q.Name)
}

// exists notes a name and those above it.
func (w *World) exists(name string) {
	for ; name != ""; _, name, _ = strings.Cut(name, ".") {
		w.names[name] = true
	}
}

// canonical is a name as facts.Question has it. A name that DNS cannot hold
// stays as it is: nobody can ask for it.
func canonical(name string) string {
	wire, err := zone.PackName(name)
	if err != nil {
		return name
	}
	text, _, err := zone.Name(wire, 0)
	if err != nil {
		return name
	}
	return text
}

// worldOf reads a suite's zone data. Type SPF stands for TXT as well, unless
// the name says otherwise: the suites are older than RFC 7208, section 3.1.
func worldOf(zone map[string][]any) *World {
	w := NewWorld()
	for owner, entries := range zone {
		var spf []any
		txt := false
		for _, entry := range entries {
			if entry == "TIMEOUT" {
				entry = map[string]any{"TIMEOUT": true}
			}
			for kind, value := range entry.(map[string]any) {
				txt = txt || kind == "TXT"
				if kind == "SPF" {
					spf = append(spf, value)
				} else {
					w.entry(canonical(owner), kind, value)
				}
			}
		}
		w.exists(canonical(owner))
		for _, value := range spf {
			if !txt {
				w.Add(owner, facts.KindTXT, value)
			}
		}
	}
	return w
}

// entry reads one entry of a name.
func (w *World) entry(owner, kind string, value any) {
	switch {
	case kind == "TIMEOUT":
		w.fails[facts.Question{Name: owner}] = Timeout
	case kind == "SERVFAIL", kind == "CNAMELOOP": // what a resolver says of a loop
		w.fails[facts.Question{Name: owner}] = "SERVFAIL"
	case value == "TIMEOUT":
		w.fails[facts.Question{Name: owner, Kind: kind}] = Timeout
	case value == "NONE":
	default:
		w.Add(owner, kind, value)
	}
}

// data is a record's data in presentation form.
func data(kind string, value any) string {
	switch kind {
	case facts.KindTXT:
		parts, ok := value.([]any)
		if !ok {
			parts = []any{value}
		}
		return characterStrings(parts)
	case facts.KindMX:
		pair := value.([]any)
		return fmt.Sprintf("%v %s.", pair[0], canonical(fmt.Sprint(pair[1])))
	case facts.KindCNAME, facts.KindPTR:
		return canonical(fmt.Sprint(value)) + "."
	}
	return fmt.Sprint(value)
}

// characterStrings is TXT data. What is longer than a character-string can be
// is cut, and a character stands for the octet of its number: YAML has no
// other way to write one.
func characterStrings(parts []any) string {
	var octets []byte
	var ends []int
	for _, part := range parts {
		begin := len(octets)
		for _, c := range fmt.Sprint(part) {
			octets = append(octets, byte(c))
			if len(octets)-begin == 255 {
				ends, begin = append(ends, len(octets)), len(octets)
			}
		}
		if len(octets) > begin || len(ends) == 0 {
			ends = append(ends, len(octets))
		}
	}
	return record.FormatTXT(string(octets), ends)
}

// Answer is what a resolver says of a question, aliases followed. It is safe
// for concurrent use once the world is made.
func (w *World) Answer(q facts.Question) facts.Observation {
	o := facts.Observation{Question: q}
	name := canonical(q.Name)
	for range 10 {
		at := facts.Question{Name: name, Kind: q.Kind}
		alias := w.records[facts.Question{Name: name, Kind: facts.KindCNAME}]
		switch {
		case w.fails[at] != "":
			return failed(q, w.fails[at])
		case len(w.records[at]) > 0:
			o.Status, o.Data = facts.Found, slices.Clone(w.records[at])
			return o
		case len(alias) > 0:
			name = canonical(alias[0])
			o.Chain = append(o.Chain, name)
		case w.fails[facts.Question{Name: name}] != "":
			return failed(q, w.fails[facts.Question{Name: name}])
		case w.names[name]:
			o.Status = facts.NoData
			return o
		default:
			o.Status = facts.NXDomain
			return o
		}
	}
	return failed(q, "SERVFAIL") // a loop of aliases
}

func failed(q facts.Question, cause string) facts.Observation {
	return facts.Observation{Question: q, Status: facts.Failed, Cause: cause}
}
