package provider

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write providers.txt anew")

// compact is what readCompact reads.
func compact(t *testing.T, yaml []byte) []byte {
	t.Helper()
	var f file
	if err := decode(yaml, &f); err != nil {
		t.Fatal(locate("providers.yaml", place(err)))
	}
	b, err := build(f)
	if err != nil {
		t.Fatal(locate("providers.yaml", err))
	}
	slices.SortFunc(f.Providers, func(x, y entry) int { return strings.Compare(x.ID.value, y.ID.value) })
	slices.SortFunc(b.providers, func(x, y Provider) int { return strings.Compare(x.ID, y.ID) })
	var out bytes.Buffer
	line := func(word string, values ...string) {
		for _, v := range values {
			if strings.ContainsAny(v, "\t\n\r") {
				t.Fatalf("%s %q would break a line", word, v)
			}
		}
		if len(values) > 0 {
			out.WriteString(word + "\t" + strings.Join(values, "\t") + "\n")
		}
	}
	out.WriteString("# Made from providers.yaml by: go test ./provider -update. Do not edit.\n")
	keys := make([]string, 0, len(f.Sources))
	for key := range f.Sources {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		line("source", key, f.Sources[key])
	}
	for i, p := range b.providers {
		retired := ""
		if p.Retired {
			retired = "retired"
		}
		line("id", p.ID, p.Name, string(p.Kind), string(p.Confidence), string(p.EnhancedFiltering), retired, p.Autodiscover, p.Note)
		line("mx", p.MXSuffixes...)
		line("spf", p.SPFIncludes...)
		var selectors []string
		for _, s := range p.Selectors {
			selectors = append(selectors, s.Name+"/"+s.CNAMESuffix)
		}
		line("dkim", selectors...)
		line("rua", p.Reports...)
		line("alias", p.Aliases...)
		line("from", values(f.Providers[i].Source)...)
	}
	return out.Bytes()
}

func readYAML(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("providers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What is embedded says what providers.yaml says, entry for entry.
func TestEmbeddedIsCurrent(t *testing.T) {
	source := readYAML(t)
	want := compact(t, source)
	if *update {
		if err := os.WriteFile("providers.txt", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return // what is compiled in is the old one
	}
	if embeddedData != string(want) {
		t.Fatal("providers.txt is not made from this providers.yaml: run go test ./provider -update")
	}
	parsed, err := Parse("providers.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	all := Embedded().All()
	if len(all) != len(parsed.All()) {
		t.Fatalf("%d embedded, %d in providers.yaml", len(all), len(parsed.All()))
	}
	for i, p := range parsed.All() {
		if !reflect.DeepEqual(p, all[i]) {
			t.Errorf("%s:\n%+v\n%+v", p.ID, p, all[i])
		}
	}
}

// The issue that asked for the catalogue wants 400, and each kind.
func TestEmbeddedIsLarge(t *testing.T) {
	count := make(map[Kind]int)
	for _, p := range Embedded().All() {
		count[p.Kind]++
	}
	if all := len(Embedded().All()); all < 400 {
		t.Errorf("%d entries", all)
	}
	for _, kind := range Kinds() {
		if count[kind] == 0 {
			t.Errorf("no %s", kind)
		}
	}
}

// What the file promises of itself beyond what Parse checks.
func TestEmbeddedEntries(t *testing.T) {
	for _, p := range Embedded().All() {
		if len(p.Source) == 0 || slices.Contains(p.Source, "") {
			t.Errorf("%s has no source", p.ID)
		}
		// Reports write other letters as \xNN.
		if strings.ContainsFunc(p.Name+p.Note, func(r rune) bool { return r > '~' }) {
			t.Errorf("%s: a name and a note are in ASCII: %q, %q", p.ID, p.Name, p.Note)
		}
		if p.Kind == Gateway && !p.Retired && p.EnhancedFiltering == "" {
			t.Errorf("%s: a gateway in use needs enhanced_filtering", p.ID)
		}
		for _, list := range [][]string{p.MXSuffixes, p.SPFIncludes, p.Reports, p.Aliases} {
			for _, name := range list {
				if i := slices.IndexFunc(list, func(wider string) bool {
					return wider != name && wider[0] == '.' && strings.HasSuffix(name, wider)
				}); i >= 0 {
					t.Errorf("%s: %s says nothing beside %s", p.ID, name, list[i])
				}
			}
		}
	}
}

// The file is in the order that its head promises, so that an entry has one place.
func TestOrderOfTheFile(t *testing.T) {
	var f file
	if err := decode(readYAML(t), &f); err != nil {
		t.Fatal(err)
	}
	place := func(e entry) int { return slices.Index(Kinds(), Kind(e.Kind.value)) }
	for i, e := range f.Providers[1:] {
		before := f.Providers[i]
		if place(e) < place(before) || place(e) == place(before) && e.ID.value < before.ID.value {
			t.Errorf("providers.yaml:%d: %s stands behind %s: by kind, then by ID", e.ID.line, e.ID.value, before.ID.value)
		}
	}
}

func TestReadCompactErrors(t *testing.T) {
	for _, data := range []string{
		"mx\t.a.example\n",                      // a list before any provider
		"id\ta\tA\n",                            // too few fields
		"id\ta\tA\tsender\tlow\t\t\t\t\nx\ty\n", // a word that is none
		"source\ta\n",                           // a source without its text
	} {
		if list, err := readCompact(data); err == nil {
			t.Errorf("%q: %v", data, list)
		}
	}
}

// A saved file leaves out what every program has.
func TestJSON(t *testing.T) {
	site := []byte("providers: [{id: site-gateway, name: Site, kind: security-gateway, confidence: high, mx: [.in.site.example], spf: [in.*.site.example], " +
		"dkim: [{selector: s1, cname: site.example}, {cname: other.example}, {selector: site}], rua: [r.site.example], alias: [.a.site.example], " +
		"enhanced_filtering: 'yes', autodiscover: a.site.example, retired: true, note: a note, source: [we]}]\nsources: {we: we know}\n")
	extended, err := Embedded().Extend("site.yaml", site)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := Parse("site.yaml", site)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		c    *Catalogue
		zero bool
	}{"none": {nil, true}, "embedded": {Embedded(), true}, "extended": {extended, false}, "alone": {alone, false}} {
		if tt.c.IsZero() != tt.zero {
			t.Errorf("%s: IsZero is %t", name, tt.c.IsZero())
		}
		if tt.zero {
			continue
		}
		data, err := json.Marshal(tt.c)
		if err != nil {
			t.Fatal(err)
		}
		back := new(Catalogue)
		if err := json.Unmarshal(data, back); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, data)
		}
		if !reflect.DeepEqual(back, tt.c) {
			t.Errorf("%s is another after a round trip: %s", name, data)
		}
	}
	for _, bad := range []string{
		`{"builtin": true, "added": [{"id": "a"}]}`,
		`{"builtin": true, "addded": []}`,
		`{"builtin": true, "added": [{"id": "a", "name": "A\u001b", "kind": "sender", "confidence": "low", "mx": [".a.example"]}]}`,
		`{"builtin": true, "added": [{"id": "a", "name": "A", "kind": "sender", "confidence": "low", "mx": [".example"]}]}`,
		`[]`,
	} {
		if err := json.Unmarshal([]byte(bad), new(Catalogue)); err == nil || !strings.Contains(err.Error(), "providers: ") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// docs/providers.md counts the entries by kind and by confidence.
func TestTheDocsCountRight(t *testing.T) {
	docs, err := os.ReadFile("../docs/providers.md")
	if err != nil {
		t.Fatal(err)
	}
	count := make(map[string]int)
	for _, p := range Embedded().All() {
		count[string(p.Kind)]++
		count[string(p.Confidence)]++
	}
	for word, n := range count {
		if row := fmt.Sprintf("| %s | %d |", word, n); !strings.Contains(string(docs), row) {
			t.Errorf("docs/providers.md does not say %q", row)
		}
	}
	if all := fmt.Sprintf("%d entries of YAML", len(Embedded().All())); !strings.Contains(string(docs), all) {
		t.Errorf("docs/providers.md does not say %q", all)
	}
}
