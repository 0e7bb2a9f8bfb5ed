package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/policy"
)

func ids(rules []policy.Rule) []string {
	var list []string
	for _, r := range rules {
		list = append(list, r.ID)
	}
	return list
}

func TestSelect(t *testing.T) {
	tests := []struct {
		name             string
		include, exclude []string
		want             []string // some of those selected
		not              []string // some of those left out
	}{
		{name: "nothing said", want: []string{"SPF001", "DMARC001", "M365001"}},
		{name: "by ID, in any case", include: []string{"spf005"}, want: []string{"SPF005"}, not: []string{"SPF004", "MX001"}},
		{name: "by name", include: []string{"SPF-too-many-lookups"}, want: []string{"SPF005"}, not: []string{"SPF006"}},
		{name: "by pattern of names", include: []string{"m365-*"}, want: []string{"M365001", "M365024"}, not: []string{"SPF001", "DMARC001"}},
		{name: "by pattern of IDs", include: []string{"spf01?"}, want: []string{"SPF010", "SPF016"}, not: []string{"SPF001", "SPF020"}},
		{name: "by family", include: []string{"mx"}, want: []string{"MX001", "MX017"}, not: []string{"M365001"}},
		{name: "by pack", include: []string{"@Bulk-Sender"}, want: []string{"SPF001", "DMARC001", "DKIM002"}, not: []string{"M365001", "SPF023"}},
		{name: "several in one entry", include: []string{"spf001, mx", "dmarc-missing"}, want: []string{"SPF001", "MX004", "DMARC001"}, not: []string{"SPF002"}},
		{name: "left out", exclude: []string{"dkim", "spf-missing"}, want: []string{"SPF002", "MX001"}, not: []string{"DKIM002", "SPF001"}},
		{name: "left out has the last word", include: []string{"spf"}, exclude: []string{"SPF001"}, want: []string{"SPF002"}, not: []string{"SPF001", "MX001"}},
		{name: "everything left out", exclude: []string{"*"}, not: []string{"SPF001", "MX001"}},
		{name: "empty entries say nothing", include: []string{"", " , "}, want: []string{"SPF001"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules := policy.Rules()
			selected, left, err := policy.Select(rules, tt.include, tt.exclude)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range tt.want {
				if !slices.Contains(ids(selected), id) {
					t.Errorf("%s is not selected", id)
				}
			}
			for _, id := range tt.not {
				if !slices.Contains(ids(left), id) {
					t.Errorf("%s is not left out", id)
				}
			}
			if !slices.IsSorted(ids(selected)) || !slices.IsSorted(ids(left)) || len(selected)+len(left) != len(rules) {
				t.Errorf("%d rules make %q and %q", len(rules), ids(selected), ids(left))
			}
		})
	}
}

func TestSelectErrors(t *testing.T) {
	tests := []struct{ entry, want string }{
		{"spf-too-many-lookup", `no rule matches "spf-too-many-lookup"; did you mean spf-too-many-lookups?`},
		{"M365-001", `no rule matches "M365-001"; did you mean M365001?`},                         // a hyphen too many
		{"SFP", `no rule matches "SFP"; "mailposture rules" lists them`},                          // two slips in three letters
		{"dmark", `no rule matches "dmark"; did you mean DMARC?`},                                 // a family
		{"bogus-*", `no rule matches "bogus-*"; "mailposture rules" lists them`},                  // matches nothing
		{"spf[", `rule pattern "spf[" is not valid; * stands for any text, as in m365-*`},         // a class that does not end
		{"@bulk-senders", `no pack is called "@bulk-senders"; did you mean @bulk-sender?`},        // no such pack
		{"\x1b[31m", `rule pattern "\x1b[31m" is not valid; * stands for any text, as in m365-*`}, // hostile
		{strings.Repeat("x", 9), `no rule matches "xxxxxxxxx"; "mailposture rules" lists them`},   // nothing like it
		{"@" + strings.Repeat("x", 200), `no pack is called "@` + strings.Repeat("x", 200) + `"`}, // far too long
	}
	for _, tt := range tests {
		for _, lists := range [][2][]string{{{tt.entry}, nil}, {nil, {tt.entry}}} {
			if _, _, err := policy.Select(policy.Rules(), lists[0], lists[1]); err == nil || err.Error() != tt.want {
				t.Errorf("%q: %v, want %s", tt.entry, err, tt.want)
			}
		}
	}
}

func TestByName(t *testing.T) {
	rules := policy.Rules()
	for _, word := range []string{"SPF005", "spf005", "spf-too-many-lookups", "SPF-Too-Many-Lookups"} {
		if r, err := policy.ByName(rules, word); err != nil || r.ID != "SPF005" {
			t.Errorf("%s: %s, %v", word, r.ID, err)
		}
	}
	for word, want := range map[string]string{
		"spf-missng": `no rule matches "spf-missng"; did you mean spf-missing?`,
		"":           `no rule matches ""; "mailposture rules" lists them`,
		"SPF":        `no rule matches "SPF"; "mailposture rules" lists them`, // a family is no rule
	} {
		if _, err := policy.ByName(rules, word); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", word, err, want)
		}
	}
}

func TestParseSeverity(t *testing.T) {
	for _, s := range policy.Severities() {
		if got, err := policy.ParseSeverity(" " + strings.ToUpper(string(s))); err != nil || got != s {
			t.Errorf("%s: %s, %v", s, got, err)
		}
	}
	const want = `severity "hihg" is unknown: want critical, high, medium, low, info`
	if _, err := policy.ParseSeverity("hihg"); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
