package oracle

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var (
	mx  = Question{"a.test", "MX"}
	txt = Question{"a.test", "TXT"}
	big = Question{"big.test", "TXT"}
)

// innocent is a run that keeps every promise in limits.
func innocent() Evidence {
	e := Evidence{
		Inputs: []string{"a.test", "big.test", "a.test"},
		Results: []Result{
			{"a.test", []Answer{{mx, Present, []string{"10 mx."}}, {txt, Absent, nil}, {Question{"x", "A"}, Unknown, nil}}},
			{"big.test", []Answer{{big, Present, []string{`"v"`}}}},
			{"a.test", []Answer{{mx, Unknown, nil}}}, // was answered for the first one only
		},
		Truth: func(q Question) []string {
			return map[Question][]string{mx: {"10 mx."}, big: {`"v"`}}[q]
		},
	}
	random := rand.New(rand.NewPCG(1, 2))
	add := func(q Question, edit func(*Query)) {
		query := Query{
			At: time.Duration(len(e.Journal)) * 10 * time.Millisecond, Server: "s", Port: uint16(random.Uint32()),
			ID: uint16(random.Uint32()), Question: q, EDNS: 1232, Honest: -1,
		}
		edit(&query)
		e.Journal = append(e.Journal, query)
	}
	add(mx, func(*Query) {})
	add(mx, func(*Query) {})
	add(mx, func(q *Query) { q.Honest = 0 })
	add(txt, func(q *Query) { q.Honest = 50 * time.Millisecond })
	add(big, func(q *Query) { q.TC = true })
	add(big, func(q *Query) { q.TCP, q.EDNS, q.Honest = true, 4096, 0 })
	add(Question{"x", "A"}, func(q *Query) { q.Honest = 2 * time.Second }) // too late to count
	add(Question{"x", "A"}, func(q *Query) { q.EDNS = -1 })
	for range 5000 {
		add(txt, func(q *Query) { q.Honest = 0 })
	}
	return e
}

func limits() Limits {
	return Limits{
		Tries: 2, Patience: time.Second, Budget: 3, EDNS: 1232, Rate: 100, Window: time.Second,
		Ports: 1000, IDs: true,
	}
}

func TestInnocent(t *testing.T) {
	for _, c := range Judge(innocent(), limits()) {
		t.Error(c)
	}
}

// Each check is convinced by a run with one thing wrong, and no other check is.
func TestGuilty(t *testing.T) {
	answers := func(e *Evidence) []Answer { return e.Results[0].Answers }
	for _, test := range []struct {
		name, check string
		spoil       func(*Evidence, *Limits)
	}{
		{"a domain is lost", "accounting", func(e *Evidence, _ *Limits) { e.Results = e.Results[:2] }},
		{"a domain comes twice", "accounting", func(e *Evidence, _ *Limits) { e.Results = append(e.Results, e.Results[1]) }},
		{"a domain nobody asked for", "accounting", func(e *Evidence, _ *Limits) { e.Results = append(e.Results, Result{Domain: "c.test"}) }},
		{"one for another", "accounting", func(e *Evidence, _ *Limits) { e.Results[1].Domain = "a.test" }},
		{"false missing", "conclusions", func(e *Evidence, _ *Limits) { answers(e)[0] = Answer{mx, Absent, nil} }},
		{"false present", "conclusions", func(e *Evidence, _ *Limits) { answers(e)[1] = Answer{txt, Present, []string{`"v"`}} }},
		{"another value", "conclusions", func(e *Evidence, _ *Limits) { answers(e)[0].Values = []string{"20 mx."} }},
		{"one value too many", "conclusions", func(e *Evidence, _ *Limits) { answers(e)[0].Values = []string{"10 mx.", "20 mx."} }},
		{"present with nothing", "conclusions", func(e *Evidence, _ *Limits) { answers(e)[0].Values = nil }},
		{"absent with a value", "conclusions", func(e *Evidence, _ *Limits) { answers(e)[1].Values = []string{`"v"`} }},
		{"no conclusion", "conclusions", func(e *Evidence, _ *Limits) { answers(e)[1].Status = "" }},
		{"unknown though answered", "effort", func(e *Evidence, _ *Limits) { answers(e)[1].Status = Unknown }},
		{"unknown though answered over TCP", "effort", func(e *Evidence, l *Limits) { e.Results[1].Answers[0] = Answer{big, Unknown, nil}; l.Tries = 1 }},
		{"unknown after too few tries", "effort", func(_ *Evidence, l *Limits) { l.Tries = 3 }},
		{"unknown without a try", "effort", func(e *Evidence, _ *Limits) { answers(e)[2].Name = "never.asked" }},
		{"too many questions", "budget", func(_ *Evidence, l *Limits) { l.Budget = 2 }},
		{"another size", "transport", func(e *Evidence, _ *Limits) { e.Journal[9].EDNS = 4096 }},
		{"no TCP after TC", "transport", func(e *Evidence, _ *Limits) { e.Journal[5].TCP = false; e.Journal[5].EDNS = 1232 }},
		{"TCP before TC only", "transport", func(e *Evidence, _ *Limits) { e.Journal[5].At = 0 }},
		{"no TCP after more TC than may be late", "transport", func(e *Evidence, l *Limits) { e.Journal[5].At = 0; l.LateTC = 0.9 }},
		{"unknown though answered more than may be late", "effort", func(e *Evidence, l *Limits) { answers(e)[1].Status = Unknown; l.Late = 100 }},
		{"TCP to another server", "transport", func(e *Evidence, _ *Limits) { e.Journal[5].Server = "t" }},
		{"IDs count upwards", "ids", func(e *Evidence, _ *Limits) {
			for i := range e.Journal {
				e.Journal[i].ID = uint16(i)
			}
		}},
		{"IDs of one octet", "ids", func(e *Evidence, _ *Limits) {
			for i := range e.Journal {
				e.Journal[i].ID &= 0xFF
			}
		}},
		{"few ports", "ports", func(e *Evidence, _ *Limits) {
			for i := range e.Journal {
				e.Journal[i].Port %= 64
			}
		}},
		{"too fast", "rate", func(_ *Evidence, l *Limits) { l.Rate = 99 }},
		{"a burst at the end", "rate", func(e *Evidence, _ *Limits) {
			at := e.Journal[len(e.Journal)-1].At
			for range 2 {
				e.Journal = append(e.Journal, Query{Server: "s", At: at, EDNS: -1, Question: txt})
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, l := innocent(), limits()
			test.spoil(&e, &l)
			found := Judge(e, l)
			if len(found) == 0 {
				t.Fatal("not convicted")
			}
			if i := slices.IndexFunc(found, func(c Complaint) bool { return c.Check != test.check }); i >= 0 {
				t.Errorf("convicted of %s, want %s", found[i], test.check)
			}
		})
	}
}

// What a busy machine delivers too late is no fault of the client either.
func TestLate(t *testing.T) {
	e, l := innocent(), limits()
	e.Journal[5].At = 0
	e.Journal[7].Honest = 0
	e.Results[0].Answers[2].Status = Unknown
	l.Late, l.LateTC = 1, 1
	for _, c := range Judge(e, l) {
		t.Error(c)
	}
}

// A server that was down is no fault of the client.
func TestNoTCP(t *testing.T) {
	e, l := innocent(), limits()
	e.Journal[5].At = 0
	l.NoTCP = func(server string, at time.Duration) bool { return server == "s" && at == e.Journal[4].At }
	for _, c := range Judge(e, l) {
		t.Error(c)
	}
}
