package facts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

// told is answers by question, as "status data... -> chain".
type told map[string]facts.Observation

func (w told) Get(q facts.Question) (facts.Observation, bool) {
	o, ok := w[q.String()]
	return o, ok
}

func published() told {
	w := told{}
	add := func(name, kind string, status facts.Status, chain []string, data ...string) {
		q := facts.Question{Name: name, Kind: kind}
		w[q.String()] = facts.Observation{Question: q, Status: status, Data: data, Chain: chain}
	}
	add("example.com", "TXT", facts.Found, nil, `"MS=ms1"`, `"v=spf1 mx -all"`)
	add("example.com", "MX", facts.Found, nil, "10 a.example.com.", "20 b.example.com.")
	add("_dmarc.example.com", "TXT", facts.NXDomain, nil)
	add("k._domainkey.example.com", "TXT", facts.Found, []string{"k.provider.example"}, `"v=DKIM1; p=AAAA"`)
	add("x.provider.example", "TXT", facts.Found, nil, `"v=DKIM1; p=BBBB"`)
	add("slow.example.com", "TXT", facts.Failed, nil)
	add("gone.example", "MX", facts.NXDomain, nil)
	return w
}

func TestOverlay(t *testing.T) {
	change := func(name, kind string, scope facts.Scope, old, come string) facts.Change {
		c := facts.Change{Question: facts.Question{Name: name, Kind: kind}, Scope: scope}
		if old != "" {
			c.Old = []string{old}
		}
		if come != "" {
			c.New = []string{come}
		}
		return c
	}
	const none = facts.Scope("")
	for _, c := range []struct {
		what   string
		change facts.Change
		ask    string // name and kind
		want   string
	}{
		{"one record of a set goes, another comes", change("example.com", "TXT", none, `"v=spf1 mx -all"`, `"v=spf1 -all"`), "example.com TXT", `found ["MS=ms1" "v=spf1 -all"] []`},
		{"a record that is not there cannot go", change("example.com", "TXT", none, `"v=spf1 a -all"`, `"v=spf1 -all"`), "example.com TXT", `failed [] []`},
		{"another question is not touched", change("example.com", "TXT", none, `"v=spf1 mx -all"`, ""), "example.com MX", `found [10 a.example.com. 20 b.example.com.] []`},
		{"a planned SPF record replaces the one that is there, and no other text", change("example.com", "TXT", facts.ScopeKin, "", `"v=spf1 a -all"`), "example.com TXT", `found ["MS=ms1" "v=spf1 a -all"] []`},
		{"planned text of no sort is added", change("example.com", "TXT", facts.ScopeKin, "", `"MS=ms2"`), "example.com TXT", `found ["MS=ms1" "MS=ms2" "v=spf1 mx -all"] []`},
		{"a planned MX replaces all", change("example.com", "MX", facts.ScopeKin, "", "0 ."), "example.com MX", `found [0 .] []`},
		{"none at all", change("example.com", "TXT", facts.ScopeWhole, "", ""), "example.com TXT", `nodata [] []`},
		{"none where the name does not exist", change("_dmarc.example.com", "TXT", facts.ScopeWhole, "", ""), "_dmarc.example.com TXT", `nxdomain [] []`},
		{"a record where there was no name", change("_dmarc.example.com", "TXT", none, "", `"v=DMARC1; p=none"`), "_dmarc.example.com TXT", `found ["v=DMARC1; p=none"] []`},
		{"the names above it then exist", change("_dmarc.gone.example", "TXT", facts.ScopeKin, "", `"v=DMARC1; p=none"`), "gone.example MX", `nodata [] []`},
		{"a record takes the place of an alias", change("k._domainkey.example.com", "TXT", facts.ScopeKin, "", `"v=DKIM1; p=CCCC"`), "k._domainkey.example.com TXT", `found ["v=DKIM1; p=CCCC"] []`},
		{"an alias goes", change("k._domainkey.example.com", "CNAME", facts.ScopeWhole, "", ""), "k._domainkey.example.com TXT", `nodata [] []`},
		{"an alias leads elsewhere", change("k._domainkey.example.com", "CNAME", facts.ScopeKin, "", "x.provider.example."), "k._domainkey.example.com TXT", `found ["v=DKIM1; p=BBBB"] [x.provider.example]`},
		{"an alias leads to itself", change("k._domainkey.example.com", "CNAME", facts.ScopeKin, "", "k._domainkey.example.com."), "k._domainkey.example.com TXT", `found ["v=DKIM1; p=AAAA"] [` + strings.Repeat("k._domainkey.example.com ", 8) + `k.provider.example]`},
		{"what stands at the end of an alias", change("k.provider.example", "TXT", none, `"v=DKIM1; p=AAAA"`, `"v=DKIM1; p="`), "k._domainkey.example.com TXT", `found ["v=DKIM1; p="] [k.provider.example]`},
		{"a plan does not make a failed answer known", change("slow.example.com", "TXT", facts.ScopeKin, "", `"v=spf1 -all"`), "slow.example.com TXT", `failed [] []`},
		{"a plan for a name that nobody asked about", change("new.example.com", "TXT", facts.ScopeKin, "", `"v=spf1 -all"`), "new.example.com TXT", `found ["v=spf1 -all"] []`},
		{"an edit of a name that nobody asked about", change("new.example.com", "TXT", none, "", `"v=spf1 -all"`), "new.example.com TXT", `not known`},
	} {
		name, kind, _ := strings.Cut(c.ask, " ")
		o, ok := facts.NewOverlay(c.change).Over(published()).Get(facts.Question{Name: name, Kind: kind})
		got := fmt.Sprint(o.Status, " ", o.Data, " ", o.Chain)
		if !ok {
			got = "not known"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
		if ok && (o.Question != facts.Question{Name: name, Kind: kind}) {
			t.Errorf("%s: the answer is to %s", c.what, o.Question)
		}
	}
}

// Without a change every answer is what it was, and no change writes into one.
func TestOverlayLeavesTheRest(t *testing.T) {
	before, world := published(), published()
	empty := facts.NewOverlay().Over(world)
	edit := facts.Change{Question: facts.Question{Name: "example.com", Kind: "TXT"}, Old: []string{`"MS=ms1"`}, New: []string{`"a"`, `"a"`}}
	edited := facts.NewOverlay(edit).Over(world)
	for name, want := range before {
		kind, name, _ := strings.Cut(name, " ")
		q := facts.Question{Name: name, Kind: kind}
		if got, ok := empty.Get(q); !ok || !slices.Equal(got.Data, want.Data) || got.Status != want.Status {
			t.Errorf("%s: %+v, want %+v", q, got, want)
		}
		_, _ = edited.Get(q)
		if got, _ := world.Get(q); !slices.Equal(got.Data, want.Data) {
			t.Errorf("%s was changed to %q", q, got.Data)
		}
	}
	if o, _ := edited.Get(edit.Question); !slices.Equal(o.Data, []string{`"a"`, `"v=spf1 mx -all"`}) {
		t.Errorf("got %q: sorted, and each record once", o.Data)
	}
}
