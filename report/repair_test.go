package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// marked shows pieces with what differs in brackets.
func marked(list []piece) string {
	var b strings.Builder
	for _, p := range list {
		if p.Differs {
			p.Text = "[" + p.Text + "]"
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

func TestDifferences(t *testing.T) {
	long := strings.Repeat("a b ", 300)
	for _, c := range []struct{ what, old, come, wantOld, wantNew string }{
		{"nothing was there", "", "v=spf1 -all", "", "v=spf1 -all"},
		{"nothing will be", "0 .", "", "0 .", ""},
		{"the end", "v=spf1 mx +all", "v=spf1 mx ~all", "v=spf1 mx [+all]", "v=spf1 mx [~all]"},
		{"a term goes", "v=spf1 ptr mx -all", "v=spf1 mx -all", "v=spf1 [ptr ]mx -all", "v=spf1 mx -all"},
		{"two places", "v=spf1 ptr mx a ?all", "v=spf1 mx ip4:192.0.2.1 a ~all", "v=spf1 [ptr ]mx a [?all]", "v=spf1 mx [ip4:192.0.2.1 ]a [~all]"},
		{"a tag at the end, where a semicolon comes to the one before", "v=DMARC1; p=none", "v=DMARC1; p=none; rua=mailto:a@b.example", "v=DMARC1; p=none", "v=DMARC1; p=none; [rua=mailto:a@b.example]"},
		{"no spaces", "v=DMARC1;p=none;pct=50", "v=DMARC1; p=none", "v=DMARC1;p=none;[pct=50]", "v=DMARC1; p=none"},
		{"two long records without a thing in common", "x " + long + "y", "z " + strings.Repeat("c d ", 300) + "w", "[x " + long + "y]", "[z " + strings.Repeat("c d ", 300) + "w]"},
	} {
		was, is := differences(c.old, c.come)
		if got := marked(was); got != c.wantOld {
			t.Errorf("%s: %q, want %q", c.what, got, c.wantOld)
		}
		if got := marked(is); got != c.wantNew {
			t.Errorf("%s: %q, want %q", c.what, got, c.wantNew)
		}
	}
}

// FuzzDifferences: nothing is lost, and what is not marked is the same.
func FuzzDifferences(f *testing.F) {
	f.Add("v=spf1 mx +all", "v=spf1 mx ~all")
	f.Add(";; a,b", " a;b ")
	f.Fuzz(func(t *testing.T, old, come string) {
		was, is := differences(old, come)
		for text, list := range map[string][]piece{old: was, come: is} {
			var whole strings.Builder
			for _, p := range list {
				whole.WriteString(p.Text)
			}
			if whole.String() != text && old != come {
				t.Fatalf("%q became %q", text, whole.String())
			}
		}
		if old == "" || come == "" {
			return
		}
		same := func(list []piece) []string {
			var words []string
			for _, p := range list {
				if !p.Differs {
					for _, token := range tokens(p.Text) {
						words = append(words, bare(token))
					}
				}
			}
			return words
		}
		if a, b := same(was), same(is); !slices.Equal(a, b) {
			t.Fatalf("%q and %q have in common %q or %q", old, come, a, b)
		}
	})
}

func TestAddRepairs(t *testing.T) {
	rule := &policy.Rule{ID: "SPF010"}
	r := Result{Findings: []Finding{{Rule: "SPF010", Repairs: []int{}}, {Rule: "MX001", Repairs: []int{}}}}
	r.AddRepairs([]policy.Repair{
		{Change: facts.Change{Question: facts.Question{Name: "example.com", Kind: "MX"}, Old: []string{"0 .", "10 a."}}},
		{Change: facts.Change{Question: facts.Question{Name: "example.com", Kind: "TXT"}, Old: []string{`"v=spf1 " "+all\031"`}, New: []string{`"v=spf1 ~all"`}}, Rules: []*policy.Rule{rule}},
	})
	want := []Repair{{Name: "example.com", Kind: "MX", Old: "0 ., 10 a."}, {Name: "example.com", Kind: "TXT", Old: `v=spf1 +all\x1f`, New: "v=spf1 ~all"}}
	if !slices.Equal(r.Repairs, want) {
		t.Errorf("got %+v", r.Repairs)
	}
	if !slices.Equal(r.Findings[0].Repairs, []int{1}) || len(r.Findings[1].Repairs) > 0 || r.Findings[1].Repairs == nil {
		t.Errorf("got %+v", r.Findings)
	}
}
