package report

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mailposture/mailposture/relay"
)

// reading is a path with every input given, but for those that say otherwise.
func reading(t *testing.T, assume ...string) relay.Reading {
	t.Helper()
	r := relay.Reading{Path: relay.Usual()}
	for _, c := range relay.Choices() {
		r.Grounds = append(r.Grounds, relay.Ground{Input: c.Input, Value: c.Get(&r.Path), Basis: relay.Assumed, Why: "assumed"})
		if c.Get(&r.Path) == "" {
			r.Grounds[len(r.Grounds)-1].Basis = relay.Open
		}
	}
	for _, a := range assume {
		name, value, _ := strings.Cut(a, "=")
		var err error
		if r, err = r.With(relay.Input(name), value); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// risky are the combinations of the path that the support article tells of.
func risky(t *testing.T) []Relay {
	t.Helper()
	var all []Relay
	for _, r := range reading(t, "spf-elsewhere=softfail", "dmarc-policy=none", "destination-relay-check=published-ranges").Combinations() {
		all = append(all, NewRelay("a@sender.example", "b@ours.example", "c@else.example", r))
	}
	return all
}

func TestRelayGolden(t *testing.T) {
	for file, opt := range map[string]Options{"text/relay.txt": {}, "text/relay-wide.txt": {Color: true, Width: 120}} {
		var out bytes.Buffer
		if err := WriteRelayText(&out, risky(t), opt); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "golden", filepath.FromSlash(file))
		if *update {
			if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), out.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

func TestRelayResult(t *testing.T) {
	all := risky(t)
	if len(all) != 4 {
		t.Fatalf("%d combinations, want 4", len(all))
	}
	bad, good := all[0], all[3]
	if bad.Pool != "relay" || !bad.AtRisk || bad.Outcome != "refused-relay" || bad.Code != "5.7.367" || !strings.Contains(bad.Change, "Enhanced Filtering") || bad.Unknown() {
		t.Errorf("without Enhanced Filtering: %+v", bad)
	}
	if good.Pool != "regular" || good.AtRisk || good.Outcome != "delivered" || good.Change != "" || len(good.Changes) > 0 {
		t.Errorf("with Enhanced Filtering and a signature: %+v", good)
	}
	// The texts disagree only where nothing but DKIM passes.
	for i, r := range all {
		if differ := r.Criteria[0].Pool != r.Criteria[1].Pool; differ != (i == 1) {
			t.Errorf("combination %d: %+v", i+1, r.Criteria)
		}
	}
	open := NewRelay("a@x.example", "b@y.example", "", reading(t))
	if !open.Unknown() || open.Pool != "unknown" || open.Outcome != "unknown" || open.Change != "" {
		t.Errorf("a path that is open: %+v", open)
	}
}

// TestRelayNeverPromises: what may leave by the relay pool is told as a risk.
func TestRelayNeverPromises(t *testing.T) {
	var out bytes.Buffer
	if err := WriteRelayText(&out, risky(t), Options{}); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	if n, pools := strings.Count(text, "=> at risk of the relay pool"), strings.Count(text, " pool relay "); n != pools || n != 2 {
		t.Errorf("%d of %d relay pools are told as a risk:\n%s", n, pools, out.String())
	}
	if strings.Contains(text, " will be ") || strings.Contains(text, "will leave") {
		t.Errorf("a promise:\n%s", out.String())
	}
}

// TestRelayFitsSchema draws paths at random, so that every word of an output
// is held against the schema.
func TestRelayFitsSchema(t *testing.T) {
	schema := compile(t, "relay")
	r := rand.New(rand.NewPCG(1, 2))
	outcomes := map[string]bool{}
	for range 700 {
		assume := []string{"spf-elsewhere=fail", "dkim=none", "enhanced-filtering=off", "destination-relay-check=published-ranges"}
		for _, c := range relay.Choices() { // else as usual, or open
			if r.IntN(4) == 0 || c.Input == "dmarc-policy" && r.IntN(4) > 0 {
				assume = append(assume, string(c.Input)+"="+c.Values[r.IntN(len(c.Values))])
			}
		}
		one := NewRelay("a@x.example", "b@y.example", "c@z.example", reading(t, assume...))
		outcomes[one.Outcome] = true
		var out bytes.Buffer
		if err := WriteRelayJSON(&out, []Relay{one}); err != nil {
			t.Fatal(err)
		}
		if err := validate(schema, out.Bytes()); err != nil {
			t.Fatalf("%v: %v", assume, err)
		}
	}
	if len(outcomes) != 13 {
		t.Errorf("%d outcomes were seen, want all 13: %v", len(outcomes), outcomes)
	}
	// The control: a word that the schema does not know.
	var out bytes.Buffer
	if err := WriteRelayJSON(&out, risky(t)[:1]); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{{`"pool":"relay"`, `"pool":"odd"`}, {`"changes":[`, `"other":[`}, {`"at_risk":true`, `"at_risk":"yes"`}} {
		broken := strings.ReplaceAll(out.String(), change[0], change[1])
		if broken == out.String() || validate(schema, []byte(broken)) == nil {
			t.Errorf("not convicted: %s", change[1])
		}
	}
}

// TestHostileRelay: the addresses are a stranger's, and a reason may hold what
// a damaged file holds.
func TestHostileRelay(t *testing.T) {
	for _, p := range payloads() {
		if len(p.text) > 1<<15 {
			continue
		}
		all := risky(t)[:2]
		if n := poison(t, reflect.ValueOf(&all).Elem(), p.text, false); n < 100 {
			t.Fatalf("only %d strings were reached", n)
		}
		r := reading(t, "spf-elsewhere=fail", "dmarc-policy=none", "enhanced-filtering=off", "dkim=none")
		for i := range r.Grounds {
			r.Grounds[i].Why = p.text
		}
		for _, relays := range [][]Relay{all, {NewRelay(p.text, p.text, p.text, r)}} {
			var text, lines bytes.Buffer
			if err := WriteRelayText(&text, relays, Options{}); err != nil {
				t.Fatal(err)
			}
			if i := strings.IndexFunc(text.String(), func(r rune) bool { return r != '\n' && !visible(r) }); i >= 0 {
				t.Errorf("%s: the text holds %q", p.what, text.String()[i:min(i+20, text.Len())])
			}
			if err := WriteRelayJSON(&lines, relays); err != nil {
				t.Fatal(err)
			}
			if bytes.Count(lines.Bytes(), []byte("\n")) != len(relays) || slices.ContainsFunc([]rune(lines.String()), func(r rune) bool { return r != '\n' && !visible(r) }) {
				t.Errorf("%s: the JSON holds it as it stands", p.what)
			}
		}
	}
}
