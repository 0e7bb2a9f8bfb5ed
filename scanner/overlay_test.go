package scanner

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mailposture/mailposture/facts"
)

// A scan through an overlay sees what a scan of the changed zone sees.
func TestOverlay(t *testing.T) {
	planned := func(name, kind string, data ...string) facts.Change {
		return facts.Change{Question: facts.Question{Name: name, Kind: kind}, New: data, Scope: facts.ScopeKin}
	}
	for _, c := range []struct {
		what    string
		changes []facts.Change
		gone    string // what goes from the world
		come    string // what comes
	}{
		{"another policy", []facts.Change{planned("_dmarc.a.example", "TXT", `"v=DMARC1; p=none"`)}, `_dmarc.a TXT "v=DMARC1; p=reject"`, `_dmarc.a TXT "v=DMARC1; p=none"`},
		{"an include of an include", []facts.Change{planned("_deep.shared.example", "TXT", `"v=spf1 -all"`)}, `_deep.shared TXT "v=spf1 ip4:198.51.100.0/24 -all"`, `_deep.shared TXT "v=spf1 -all"`},
		{"a name that was missing", []facts.Change{planned("missing.example", "TXT", `"v=spf1 -all"`)}, "", `missing TXT "v=spf1 -all"`},
		{"no MX", []facts.Change{{Question: facts.Question{Name: "b.example", Kind: "MX"}, Scope: facts.ScopeWhole}}, `b MX 10 mx.a`, ""},
		{"a selector that is an alias", []facts.Change{planned("s1._domainkey.a.example", "CNAME", "s1.shared.example."), planned("s1.shared.example", "TXT", `"v=DKIM1; p="`)},
			"", "s1._domainkey.a CNAME s1.shared\ns1.shared TXT \"v=DKIM1; p=\""},
	} {
		changed := world
		if c.gone != "" {
			if !strings.Contains(world, c.gone) {
				t.Fatalf("the world has no %s", c.gone)
			}
			changed = strings.Replace(world, c.gone, "", 1)
		}
		opt := facts.Options{Selectors: []string{"s1"}}
		for _, domain := range []facts.Domain{"a.example", "b.example", "missing.example"} {
			cfg := Config{Options: opt}
			cfg.Resolver = zones(t, changed+c.come+"\n")
			_, want, err := Scan(context.Background(), domain, cfg)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Resolver = Overlay{Next: zones(t, world), Changes: facts.NewOverlay(c.changes...)}
			_, got, err := Scan(context.Background(), domain, cfg)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(meaning(want), meaning(got)); diff != "" {
				t.Errorf("%s, %s: %s", c.what, domain, diff)
			}
		}
	}
}

// meaning is facts without where they were read: an overlay has no lines.
func meaning(f *facts.Facts) []facts.Observation {
	var all []facts.Observation
	for _, o := range f.Used {
		o.Via, o.Source = nil, ""
		all = append(all, o)
	}
	return all
}

// The end of a context, and a resolver that says nothing, pass through.
func TestOverlayPassesErrors(t *testing.T) {
	broken := errors.New("broken")
	over := Overlay{
		Changes: facts.NewOverlay(facts.Change{Question: facts.Question{Name: "a.example", Kind: "TXT"}, New: []string{`"x"`}, Scope: facts.ScopeWhole}),
		Next:    resolver(func(context.Context, []facts.Question) ([]facts.Observation, error) { return nil, broken }),
	}
	q := []facts.Question{{Name: "a.example", Kind: "TXT"}}
	if obs, err := over.Lookup(context.Background(), q); !errors.Is(err, broken) || obs != nil {
		t.Errorf("got %v, %v", obs, err)
	}
	over.Next = resolver(func(_ context.Context, qs []facts.Question) ([]facts.Observation, error) {
		return make([]facts.Observation, len(qs)), context.Canceled
	})
	obs, err := over.Lookup(context.Background(), q)
	if !errors.Is(err, context.Canceled) || len(obs) != 1 || obs[0].Status != facts.NotAsked {
		t.Errorf("a change made an answer of none: %v, %v", obs, err)
	}
}
