package report

import (
	"io"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/record"
	"github.com/mailposture/mailposture/relay"
)

// RelaySchema is the schema field of a Relay.
const RelaySchema = "mailposture/relay/v1"

// Relay is what becomes of one forwarded message under one combination of what
// DNS cannot show. Text from outside is in record.Text's form.
type Relay struct {
	Schema   string            `json:"schema"`
	From     string            `json:"from"`
	To       string            `json:"to"`
	Forward  string            `json:"forward"` // "" when nothing is forwarded
	Assumed  []RelayAssumption `json:"assumed"`
	Hops     []RelayHop        `json:"hops"`
	Pool     string            `json:"pool"`
	AtRisk   bool              `json:"at_risk"` // a published text lets a copy that is, or were, forwarded go to the relay pool
	Criteria []RelayCriteria   `json:"criteria"`
	Outcome  string            `json:"outcome"`
	Code     string            `json:"code,omitempty"` // the enhanced status codes of a refusal
	Change   string            `json:"change"`         // the text of the first of Changes, or ""
	Changes  []RelayChange     `json:"changes"`
}

// RelayAssumption is something that DNS cannot show, and on which the pool or
// the outcome hangs.
type RelayAssumption struct {
	Input string `json:"input"`
	Value string `json:"value"`
	Basis string `json:"basis"` // tried, assumed or given
	Why   string `json:"why"`
}

// RelayHop is one check on the way.
type RelayHop struct {
	At     string `json:"at"`
	Check  string `json:"check"`
	Result string `json:"result"`
	Why    string `json:"why"`
	Source string `json:"source,omitempty"` // who says so
}

// RelayCriteria is what one published text about the relay pool says.
type RelayCriteria struct {
	Text    string `json:"text"`
	Pool    string `json:"pool"`
	Outcome string `json:"outcome"`
}

// RelayChange is a change that brings the message through; one that takes two
// sides is two steps.
type RelayChange struct {
	Change string      `json:"change"`
	Steps  []RelayStep `json:"steps"`
}

// RelayStep is what one side does.
type RelayStep struct {
	ID  string `json:"id"`
	Who string `json:"who"`
	How string `json:"how"`
}

// unknownWord is what stands for a value that is not known.
const unknownWord = "unknown"

// NewRelay makes the report of one combination. The addresses may be anything.
func NewRelay(from, to, forward string, r relay.Reading) Relay {
	route := r.Follow()
	out := Relay{
		Schema: RelaySchema, From: record.Text(from), To: record.Text(to), Forward: record.Text(forward),
		Assumed: []RelayAssumption{}, Hops: []RelayHop{}, Criteria: []RelayCriteria{}, Changes: []RelayChange{},
		Pool: orUnknown(route.Pool), Outcome: orUnknown(route.Outcome), Code: route.Code,
	}
	for _, g := range r.Hinges() {
		out.Assumed = append(out.Assumed, RelayAssumption{Input: string(g.Input), Value: g.Value, Basis: string(g.Basis), Why: g.Why})
	}
	for _, h := range route.Hops {
		out.Hops = append(out.Hops, RelayHop{
			At: string(h.At), Check: string(h.Check), Result: orUnknown(relay.Input(h.Result)), Why: h.Why, Source: string(h.Source),
		})
	}
	for _, v := range relay.ByCriteria(r.Path) {
		out.Criteria = append(out.Criteria, RelayCriteria{Text: string(v.Criteria), Pool: orUnknown(v.Pool), Outcome: orUnknown(v.Outcome)})
	}
	out.AtRisk = atRisk(r.Path)
	for _, m := range relay.Mends(r.Path) {
		change := RelayChange{Change: m.Text(), Steps: []RelayStep{}}
		for _, c := range m {
			change.Steps = append(change.Steps, RelayStep{ID: c.ID, Who: string(c.Who), How: c.How})
		}
		out.Changes = append(out.Changes, change)
	}
	if len(out.Changes) > 0 {
		out.Change = out.Changes[0].Change
	}
	return clean(out)
}

// atRisk reports whether a published text lets a copy go to the relay pool.
// One that is not forwarded is looked at as if it were.
func atRisk(p relay.Path) bool {
	if p.Forward == relay.ForwardNone {
		p.Forward = relay.ForwardRedirect
	}
	return slices.ContainsFunc(relay.ByCriteria(p), func(v relay.Verdict) bool { return v.Pool == relay.PoolRelay })
}

func orUnknown[T ~string](value T) string {
	if value == "" {
		return unknownWord
	}
	return string(value)
}

// Unknown reports whether the end of the message is not known.
func (r Relay) Unknown() bool { return r.Outcome == unknownWord || r.Pool == unknownWord }

// WriteRelayJSON writes one object a line. The error is w's.
func WriteRelayJSON(w io.Writer, all []Relay) error {
	out := encoder{to: w}
	for _, r := range all {
		out.value(r).raw("\n")
	}
	return out.flush()
}

// WriteRelayText writes the combinations for people: the first in full, of the
// others the reasons where they differ from it. The error is w's.
func WriteRelayText(w io.Writer, all []Relay, opt Options) error {
	t := newText(w, opt)
	all = clean(all)
	if len(all) > 0 {
		t.page.line(0, t.page.in(bold, strings.Join(all[0].addresses(), " -> ")))
	}
	for i := range all {
		t.relay(all, i)
	}
	t.relayAssumptions(all)
	return t.flush()
}

func (r Relay) addresses() []string {
	if r.Forward == "" {
		return []string{r.From, r.To}
	}
	return []string{r.From, r.To, r.Forward}
}
