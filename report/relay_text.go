package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/relay"
)

// The columns of a hop: the check, and its result.
const (
	relayCheckWidth  = 14
	relayResultWidth = 16
)

// relay writes one of the combinations.
func (t *textWriter) relay(all []Relay, number int) {
	p, r := &t.page, all[number]
	p.line(0)
	if len(all) > 1 {
		var terms []string
		for _, a := range r.Assumed {
			if a.Basis == string(relay.Tried) {
				terms = append(terms, a.Input+"="+a.Value)
			}
		}
		p.line(0, p.in(bold, fmt.Sprintf("%d of %d", number+1, len(all))), "  ", strings.Join(terms, ", "))
	}
	at := ""
	for _, h := range r.Hops {
		if h.At != at {
			at = h.At
			p.line(2, p.in(bold, placeWords(h.At)))
		}
		head := word{pad(h.Check, relayCheckWidth) + pad(h.Result+" ", relayResultWidth), 0, relayPaint(h.Result)}
		head.width = len(head.text)
		why := h.Why
		if number > 0 && slices.Contains(all[0].Hops, h) {
			why = ""
		}
		p.flow(4, head, p.words([]inline{{Text: why}}), proseWidth)
	}
	t.relayEnd(r)
}

// relayEnd writes the outcome and what mends it.
func (t *textWriter) relayEnd(r Relay) {
	p := &t.page
	end := outcomeWords(r)
	p.flow(2, word{"=> ", 3, plain}, p.words([]inline{{Text: end, Strong: true}}), proseWidth)
	for _, c := range r.Criteria {
		if c.Pool != r.Pool || c.Outcome != r.Outcome {
			p.flow(2, word{"   ", 3, plain}, p.words([]inline{{Text: fmt.Sprintf("Microsoft's texts disagree: by %s the pool is %s, and the outcome %s.", c.Text, c.Pool, c.Outcome)}}), proseWidth)
		}
	}
	for i, c := range r.Changes {
		label := "or: "
		if i == 0 {
			label = "change: "
		}
		var steps []string
		for _, s := range c.Steps {
			step := s.Who
			if i == 0 { // of the others the JSON has it
				step += ": " + s.How
			}
			steps = append(steps, step)
		}
		p.flow(2, word{pad(label, len("change: ")), len("change: "), plain}, p.words([]inline{{Text: c.Change, Strong: i == 0}, {Text: " (" + strings.Join(steps, "; ") + ")"}}), proseWidth)
	}
	if len(r.Changes) == 0 && relay.Outcome(r.Outcome).Failed() {
		p.line(2, "no change that this model knows brings it through")
	}
}

// outcomeWords sums up how it ends.
func outcomeWords(r Relay) string {
	text := "outcome: " + r.Outcome
	if r.Code != "" {
		text += " (" + r.Code + ")"
	}
	switch {
	case r.Outcome == unknownWord:
		text += ", since not all that decides is known"
	case r.Outcome == string(relay.DeliveredLocal) && r.AtRisk:
		text += "; forwarded, a copy would be at risk of the relay pool (name the destination with --forward)"
	case r.Pool == string(relay.PoolRelay):
		text = "at risk of the relay pool; " + text
	}
	return text
}

// relayAssumptions writes, once, what all combinations rest on.
func (t *textWriter) relayAssumptions(all []Relay) {
	var terms []string
	for _, r := range all {
		for _, a := range r.Assumed {
			term := a.Input + "=" + a.Value
			if a.Basis == string(relay.Assumed) && !slices.Contains(terms, term) {
				terms = append(terms, term)
			}
		}
	}
	if len(terms) == 0 {
		return
	}
	p := &t.page
	p.line(0)
	p.flow(0, word{}, p.words([]inline{{Text: "Assumed, because DNS cannot show it (--assume NAME=VALUE changes one): " + strings.Join(terms, ", ")}}), proseWidth)
}

func placeWords(at string) string {
	switch relay.Place(at) {
	case relay.AtFirstHop:
		return "at the first hop"
	case relay.AtExchangeOnline:
		return "at Exchange Online"
	case relay.AtDestination:
		return "at the destination"
	}
	return at
}

// relayPaint colours a result by whether it is good for the message.
func relayPaint(result string) paint {
	switch result {
	case "pass", "regular", "delivered", "delivered-local", "goes-on", "pass-aligned":
		return green
	case "fail", "softfail", "relay", "permerror", "high-risk", "blocked":
		return yellow
	case unknownWord:
		return dim
	}
	if relay.Outcome(result).Failed() {
		return boldRed
	}
	return plain
}
