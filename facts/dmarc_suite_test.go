package facts_test

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/spfsuite"
	"github.com/mailposture/mailposture/record"
)

// scenario is a line of testdata/dmarc-rfc9989.jsonl.
type scenario struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Calls  []scenarioCall
	Expect struct{ Asserts [][]any }
}

type scenarioCall struct {
	HeaderFrom  string
	SPFDomains  []struct{ Domain string }
	DKIMDomains []struct{ Domain string }
	Zone        map[string]map[string][]any
}

// TestDMARCScenarios holds EvaluateDMARC, and Build beside it, against the
// scenarios of another implementation.
func TestDMARCScenarios(t *testing.T) {
	file, err := os.Open("testdata/dmarc-rfc9989.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	ran := 0
	for lines := bufio.NewScanner(file); lines.Scan(); ran++ {
		var s scenario
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		t.Run(s.ID[strings.LastIndexByte(s.ID, '/')+1:]+" "+s.Name, func(t *testing.T) { s.run(t) })
	}
	if ran != 29 {
		t.Errorf("%d scenarios", ran)
	}
}

func (s scenario) run(t *testing.T) {
	var results []facts.DMARCEvaluation
	var worlds []facts.Answers
	for _, c := range s.Calls {
		result, world := c.evaluate()
		results, worlds = append(results, result), append(worlds, world)
	}
	of := map[string]int{} // a path that is asserted twice speaks of the first call, then the second
	for _, a := range s.Expect.Asserts {
		path, relation, args := a[0].(string), a[1].(string), a[2:]
		i := min(of[path], len(results)-1)
		of[path]++
		s.assert(t, path, relation, args, s.Calls[i], results[i], worlds[i])
	}
}

// assert checks one line of a scenario. A path that it does not know fails.
func (s scenario) assert(t *testing.T, path, relation string, args []any, c scenarioCall, got facts.DMARCEvaluation, world facts.Answers) {
	t.Helper()
	want := ""
	if len(args) > 0 {
		if list, ok := args[0].([]any); ok && len(list) > 0 {
			want, _ = list[0].(string)
		}
	}
	parsed := func() record.DMARC {
		o, _ := world.Get(facts.Question{Name: got.FoundAt, Kind: facts.KindTXT})
		octets, _, _ := record.ParseTXT(o.Data[0])
		return record.ParseDMARC(octets)
	}
	switch path {
	case "result.status.result":
		equal(t, path, string(got.Result), want)
	case "result.policy":
		equal(t, path, string(got.Policy), want)
	case "result.domain":
		equal(t, path, got.OrgDomain, want)
	case "result.alignment.spf.result": // names the domain whose organization is the author's
		equal(t, path, map[bool]string{true: got.OrgDomain}[got.AlignedSPF], want)
	case "result.alignment.dkim.result":
		equal(t, path, got.AlignedDKIM, "")
	case "result.alignment.dkim.strict":
		equal(t, path, string(parsed().DKIMAlignment), "s")
	case "result.rr":
		equal(t, path, parsed().RUA[0].Text, strings.TrimPrefix(want, "rua="))
	case "result": // must not have a property
		switch want {
		case "policy":
			equal(t, path, string(got.Policy), "")
		case "pct": // there is no such field; it must not weaken the policy either
			equal(t, path, string(got.Policy), "reject")
		default:
			t.Errorf("nobody checks that a result has no %s", want)
		}
	case "resolver.calls.filter().map()":
		c.assertWalk(t, args[0].([]any)[0].([]any))
	default:
		t.Errorf("nobody checks %s %s", path, relation)
	}
}

func equal(t *testing.T, path, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %q, want %q", path, got, want)
	}
}

// assertWalk holds the names that Build asked against the scenario's.
func (c scenarioCall) assertWalk(t *testing.T, want []any) {
	t.Helper()
	domain := c.from()
	world, known := c.world(), make(learned)
	for {
		f, missing := facts.Build(facts.Domain(domain), known, facts.Options{Parts: []facts.Part{facts.PartDMARC}})
		if len(missing) == 0 {
			var names []any
			for _, step := range f.DMARC.Path {
				names = append(names, step.Name)
			}
			if !slices.Equal(names, want) {
				t.Errorf("the walk is %v, want %v", names, want)
			}
			return
		}
		known.ask(world, missing)
	}
}

func (c scenarioCall) from() string {
	return c.HeaderFrom[strings.LastIndexByte(c.HeaderFrom, '@')+1:]
}

func (c scenarioCall) evaluate() (facts.DMARCEvaluation, facts.Answers) {
	m := facts.DMARCMessage{From: c.from()}
	for _, d := range c.SPFDomains {
		m.SPF = d.Domain
	}
	for _, d := range c.DKIMDomains {
		m.DKIM = append(m.DKIM, d.Domain)
	}
	world, known := c.world(), make(learned)
	for {
		result, missing := facts.EvaluateDMARC(m, known, facts.Options{})
		if len(missing) == 0 {
			return result, known
		}
		known.ask(world, missing)
	}
}

// world is the call's zone.
func (c scenarioCall) world() *spfsuite.World {
	w := spfsuite.NewWorld()
	for owner, types := range c.Zone {
		for kind, values := range types {
			for _, value := range values {
				if mx, ok := value.(map[string]any); ok {
					value = []any{mx["priority"], mx["exchange"]}
				}
				w.Add(owner, kind, value)
			}
		}
	}
	return w
}
