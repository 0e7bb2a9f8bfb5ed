package oracle

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// tally is what the journal shows of one question.
type tally struct {
	tries    int // queries over UDP without a true answer in time
	answered int // queries with one
}

// effort: unknown is only what was asked often enough, and never answered in
// time. Where several domains share a question, an answer may have come for
// another of them; there the failures must be enough. Without this check a
// client that calls everything unknown would be perfect.
func effort(e Evidence, l Limits) []Complaint {
	c := complaints{check: "effort"}
	if l.Tries == 0 {
		return nil
	}
	seen := map[Question]tally{}
	for _, q := range e.Journal {
		t := seen[q.Question]
		switch {
		case q.Honest >= 0 && q.Honest < l.Patience:
			t.answered++
		case !q.TCP: // a question over TCP belongs to the try over UDP before it
			t.tries++
		}
		seen[q.Question] = t
	}
	asks := map[Question]int{}
	for _, r := range e.Results {
		for _, a := range r.Answers {
			asks[a.Question]++
		}
	}
	for _, r := range e.Results {
		for _, a := range r.Answers {
			t := seen[a.Question]
			switch {
			case a.Status != Unknown:
			case t.answered > l.Late && asks[a.Question] == 1:
				c.add("%s %s: unknown, but %d true answers were sent", a.Kind, a.Name, t.answered)
			case t.tries+min(t.answered, l.Late) < l.Tries:
				c.add("%s %s: unknown after %d tries, promised are %d", a.Kind, a.Name, t.tries, l.Tries)
			}
		}
	}
	return c.list
}

// transport: the size that is offered over UDP, and TCP after TC.
func transport(e Evidence, l Limits) []Complaint {
	c := complaints{check: "transport"}
	if l.EDNS == 0 {
		return nil
	}
	type key struct {
		server string
		q      Question
	}
	last := map[key]time.Duration{} // of the queries over TCP
	for _, q := range e.Journal {
		if q.TCP {
			k := key{q.Server, q.Question}
			last[k] = max(last[k], q.At)
		}
	}
	truncated := 0
	var unseen []string
	for _, q := range e.Journal {
		if q.TCP {
			continue
		}
		if q.EDNS >= 0 && q.EDNS != l.EDNS {
			c.add("%s %s: offers %d octets, promised are %d", q.Kind, q.Name, q.EDNS, l.EDNS)
		}
		if !q.TC || l.NoTCP != nil && l.NoTCP(q.Server, q.At) {
			continue
		}
		truncated++
		if at, ok := last[key{q.Server, q.Question}]; !ok || at < q.At {
			unseen = append(unseen, fmt.Sprintf("%s %s at %s", q.Kind, q.Name, q.Server))
		}
	}
	if float64(len(unseen)) > l.LateTC*float64(truncated) {
		c.add("no TCP after %d of %d answers with TC: %q", len(unseen), truncated, unseen[:min(len(unseen), 5)])
	}
	return c.list
}

// ids: chi-square of each octet of the IDs over 256 bins. Too uneven can be
// guessed, too even is a counter.
func ids(e Evidence, l Limits) []Complaint {
	c := complaints{check: "ids"}
	if !l.IDs {
		return nil
	}
	for i, half := range []string{"lower", "upper"} {
		bins := make([]int, 256)
		for _, q := range e.Journal {
			bins[q.ID>>(8*i)&0xFF]++
		}
		if fair, x := chiSquareRange(255), chiSquare(bins); x > fair.high || x < fair.low {
			c.add("chi-square of the %s octet is %.0f, not within %.0f to %.0f", half, x, fair.low, fair.high)
		}
	}
	return c.list
}

// chiSquare is the statistic of an even distribution.
func chiSquare(bins []int) float64 {
	n := 0
	for _, b := range bins {
		n += b
	}
	want, sum := float64(n)/float64(len(bins)), 0.0
	for _, b := range bins {
		sum += (float64(b) - want) * (float64(b) - want) / want
	}
	return sum
}

// interval is where a statistic may lie.
type interval struct{ low, high float64 }

// chiSquareRange is where all but one in a million on each side lie, by the
// approximation of Wilson and Hilferty. At p = 0.001 one honest run in 250
// would be convicted.
func chiSquareRange(freedom float64) interval {
	const z = 4.7534 // of p = 0.000001
	at := func(z float64) float64 {
		return freedom * math.Pow(1-2/(9*freedom)+z*math.Sqrt(2/(9*freedom)), 3)
	}
	return interval{at(-z), at(z)}
}

// ports: how many source ports there are over UDP.
func ports(e Evidence, l Limits) []Complaint {
	c := complaints{check: "ports"}
	distinct := map[uint16]bool{}
	for _, q := range e.Journal {
		if !q.TCP {
			distinct[q.Port] = true
		}
	}
	if len(distinct) < l.Ports {
		c.add("%d source ports, at least %d are promised", len(distinct), l.Ports)
	}
	return c.list
}

// rates: the most queries to a server in any window.
func rates(e Evidence, l Limits) []Complaint {
	c := complaints{check: "rate"}
	if l.Rate == 0 {
		return nil
	}
	times := map[string][]time.Duration{}
	var servers []string
	for _, q := range e.Journal {
		if times[q.Server] == nil {
			servers = append(servers, q.Server)
		}
		times[q.Server] = append(times[q.Server], q.At)
	}
	for _, server := range servers {
		at := times[server]
		slices.Sort(at)
		most, from := 0, 0
		for i := range at {
			for at[i]-at[from] >= l.Window {
				from++
			}
			most = max(most, i-from+1)
		}
		if most > l.Rate {
			c.add("%s got %d queries within %s, promised are %d", server, most, l.Window, l.Rate)
		}
	}
	return c.list
}
