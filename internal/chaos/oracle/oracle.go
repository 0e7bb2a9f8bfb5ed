// Package oracle judges a client of the chaos servers: what it concluded
// against what was true, and what it did against what the journal shows.
//
// It takes plain data, and knows neither the client nor the servers, so that it
// shares no mistake with either.
package oracle

import (
	"fmt"
	"slices"
	"time"
)

// Status is what a client concluded about a question.
type Status string

// The conclusions. The zero value is none, and convicts.
const (
	Present Status = "present"
	Absent  Status = "absent"
	Unknown Status = "unknown"
)

// Question is a name in lower case without trailing dot, and a type's mnemonic.
type Question struct{ Name, Kind string }

// Answer is one conclusion of the client.
type Answer struct {
	Question
	Status Status
	Values []string // presentation form, sorted
}

// Result is what the client reported about one domain.
type Result struct {
	Domain  string
	Answers []Answer
}

// Query is one query that reached a server.
type Query struct {
	At     time.Duration // on one clock for all servers
	Server string
	Port   uint16 // of the client
	TCP    bool
	ID     uint16
	Question
	EDNS   int           // size offered, -1 without EDNS
	Honest time.Duration // when, after At, a whole true answer went out; negative: never
	TC     bool          // the server said that the answer did not fit
}

// Evidence is everything there is to judge by.
type Evidence struct {
	Inputs  []string
	Results []Result
	Truth   func(Question) []string // the values; nil when there are none
	Journal []Query
}

// Limits are the client's promises. A check whose limit is zero is left out.
type Limits struct {
	Tries    int           // before it may give up a question
	Patience time.Duration // how long it waits for an answer
	Budget   int           // questions a domain
	EDNS     int           // the size to offer
	Rate     int           // queries to a server in any Window
	Window   time.Duration
	Ports    int  // distinct source ports over UDP, at least
	IDs      bool // IDs look random; wants some thousand queries
	// Late is how many true answers to one question, and what part of the
	// answers with TC, a busy machine may deliver too late to be seen.
	Late   int
	LateTC float64
	// NoTCP says of a server and a time that nobody could ask there over TCP.
	NoTCP func(server string, at time.Duration) bool
}

// Complaint is one broken promise.
type Complaint struct {
	Check string // "accounting", "conclusions", "effort", "budget", "transport", "ids", "ports", "rate"
	Text  string
}

// String is the complaint on one line.
func (c Complaint) String() string { return c.Check + ": " + c.Text }

// complaints collects what one check found.
type complaints struct {
	check string
	list  []Complaint
}

func (c *complaints) add(format string, args ...any) {
	c.list = append(c.list, Complaint{c.check, fmt.Sprintf(format, args...)})
}

// Judge makes all checks that the limits ask for. Accounting and conclusions
// are always judged.
func Judge(e Evidence, l Limits) []Complaint {
	return slices.Concat(
		accounting(e), conclusions(e), effort(e, l), budget(e, l), transport(e, l), ids(e, l), ports(e, l), rates(e, l),
	)
}

// accounting: each input has one result, and no other has.
func accounting(e Evidence) []Complaint {
	c := complaints{check: "accounting"}
	count := map[string]int{}
	for _, in := range e.Inputs {
		count[in]++
	}
	for _, r := range e.Results {
		count[r.Domain]--
	}
	for _, name := range slices.Concat(e.Inputs, domains(e.Results)) {
		switch n := count[name]; {
		case n > 0:
			c.add("%s is lost %d times", name, n)
		case n < 0:
			c.add("%s came %d times too often", name, -n)
		}
		count[name] = 0
	}
	return c.list
}

func domains(results []Result) []string {
	names := make([]string, len(results))
	for i, r := range results {
		names[i] = r.Domain
	}
	return names
}

// conclusions: what is there may be present or unknown, what is not there may
// be absent or unknown, and values are the true ones.
func conclusions(e Evidence) []Complaint {
	c := complaints{check: "conclusions"}
	for _, r := range e.Results {
		for _, a := range r.Answers {
			truth := e.Truth(a.Question)
			switch {
			case a.Status == Unknown && len(a.Values) == 0:
			case a.Status == Absent && len(a.Values) == 0 && len(truth) > 0:
				c.add("%s %s: false missing, there is %q", a.Kind, a.Name, truth)
			case a.Status == Absent && len(a.Values) == 0:
			case a.Status == Present && len(truth) == 0:
				c.add("%s %s: false present %q", a.Kind, a.Name, a.Values)
			case a.Status == Present && !slices.Equal(a.Values, truth):
				c.add("%s %s: %q, but it is %q", a.Kind, a.Name, a.Values, truth)
			case a.Status == Present:
			default:
				c.add("%s %s: status %q with values %q", a.Kind, a.Name, a.Status, a.Values)
			}
		}
	}
	return c.list
}

// budget: no domain asks for more than it may.
func budget(e Evidence, l Limits) []Complaint {
	c := complaints{check: "budget"}
	for _, r := range e.Results {
		if l.Budget > 0 && len(r.Answers) > l.Budget {
			c.add("%s asked %d questions, the budget is %d", r.Domain, len(r.Answers), l.Budget)
		}
	}
	return c.list
}
