// Package spfsuite reads the SPF conformance suites that ship with go/spf.
//
// They are those of RFC 7208 and RFC 4408, that of pyspf, and go/spf's own. A
// suite is a world of DNS answers and the results that check_host() must give
// in it. What a test marks as skipped is what go/spf does not pass: it is read
// like any other.
package spfsuite

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Files are the names of the suites in go/spf's folder of test data, where
// their licences stand beside them.
func Files() []string {
	return []string{"rfc7208-tests.yml", "rfc4408-tests.yml", "pyspf-tests.yml", "blitirispf-tests.yml"}
}

// Suite is one world and the tests in it.
type Suite struct {
	File        string // "rfc7208-tests.yml"
	Description string
	World       *World
	Tests       []Test // by ID
}

// Test is one message and the results that are right for it.
type Test struct {
	ID   string // "rfc7208/mx-limit"; not unique, for some suites use a name again
	IP   netip.Addr
	HELO string
	From string
	Want []string // RFC 7208 results in lower case, or a word of the suite's own

	// Explanation is what the domain has to say of a fail, and "" where the
	// receiver has to find words of its own; nil where the suite does not ask.
	Explanation *string
}

// Exceptions are where we depart from the suites, and why.
type Exceptions struct {
	Qualified []Argument  `yaml:"qualified"` // suites whose names of one label are put below "test"
	Tests     []Exception `yaml:"tests"`
}

// Argument says which suite, and why.
type Argument struct {
	Suite   string `yaml:"suite"` // "blitirispf"
	Section string `yaml:"section"`
	Why     string `yaml:"why"`
}

// Exception is a test whose expected result is not RFC 7208's.
type Exception struct {
	Test    string `yaml:"test"`  // an ID
	Gives   string `yaml:"gives"` // our result
	Section string `yaml:"section"`
	Why     string `yaml:"why"`
}

//go:embed exceptions.yaml
var exceptions []byte

// ReadExceptions reads the list of exceptions. One without a section or an
// argument is an error.
func ReadExceptions() (Exceptions, error) {
	var e Exceptions
	if err := yaml.UnmarshalWithOptions(exceptions, &e, yaml.Strict()); err != nil {
		return e, fmt.Errorf("exceptions.yaml: %w", err)
	}
	for _, q := range e.Qualified {
		if q.Suite == "" || q.Section == "" || q.Why == "" {
			return e, fmt.Errorf("exceptions.yaml: %q is not argued for", q.Suite)
		}
	}
	for _, x := range e.Tests {
		if x.Test == "" || x.Gives == "" || x.Section == "" || x.Why == "" {
			return e, fmt.Errorf("exceptions.yaml: %q is not argued for", x.Test)
		}
	}
	return e, nil
}

// Allows reports whether a result is one that the test, or an exception for
// it, has. used is the exception, or nil.
func (e Exceptions) Allows(t Test, result string) (ok bool, used *Exception) {
	if slices.Contains(t.Want, result) {
		return true, nil
	}
	for i := range e.Tests {
		if x := &e.Tests[i]; x.Test == t.ID && x.Gives == result {
			return true, x
		}
	}
	return false, nil
}

// Load reads all suites. The Go command says where they are.
func Load(e Exceptions) ([]Suite, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "blitiri.com.ar/go/spf").Output()
	if err != nil {
		return nil, fmt.Errorf("finding the module of go/spf: %w", err)
	}
	var all []Suite
	for _, file := range Files() {
		text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "testdata", file))
		if err != nil {
			return nil, err
		}
		suites, err := read(file, text, e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, suites...)
	}
	return all, nil
}

// document is one YAML document of a suite's file.
type document struct {
	Description string             `yaml:"description"`
	Tests       map[string]rawTest `yaml:"tests"`
	Zone        map[string][]any   `yaml:"zonedata"`
}

type rawTest struct {
	HELO   string `yaml:"helo"`
	Host   string `yaml:"host"`
	From   string `yaml:"mailfrom"`
	Result any    `yaml:"result"`

	Explanation *string `yaml:"explanation"` // DEFAULT is the receiver's own
}

// read reads the documents of one file.
func read(file string, text []byte, e Exceptions) ([]Suite, error) {
	name := strings.TrimSuffix(file, "-tests.yml")
	qualified := slices.ContainsFunc(e.Qualified, func(a Argument) bool { return a.Suite == name })
	var all []Suite
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var d document
		if err := decoder.Decode(&d); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		if len(d.Tests) == 0 {
			continue
		}
		if qualified {
			d.qualify()
		}
		s, err := d.suite(name)
		if err != nil {
			return nil, err
		}
		s.File = file
		all = append(all, s)
	}
}

func (d document) suite(name string) (Suite, error) {
	s := Suite{Description: d.Description, World: worldOf(d.Zone)}
	for id, raw := range d.Tests {
		ip, err := netip.ParseAddr(raw.Host)
		if err != nil {
			return s, fmt.Errorf("%s: %w", id, err)
		}
		t := Test{ID: name + "/" + id, IP: ip, HELO: raw.HELO, From: raw.From}
		if raw.Explanation != nil {
			text := strings.Replace(*raw.Explanation, "DEFAULT", "", 1)
			t.Explanation = &text
		}
		results, ok := raw.Result.([]any)
		if !ok {
			results = []any{raw.Result}
		}
		for _, one := range results {
			t.Want = append(t.Want, fmt.Sprint(one))
		}
		s.Tests = append(s.Tests, t)
	}
	slices.SortFunc(s.Tests, func(a, b Test) int { return strings.Compare(a.ID, b.ID) })
	return s, nil
}

// oneLabel is a name of one label in a term or an address.
var oneLabel = regexp.MustCompile(`(\b(?:include|redirect|exists|a|mx|ptr)[:=]|@)([a-z][a-z0-9-]*)($|[ /])`)

// qualify puts names of one label below "test".
func (d *document) qualify() {
	qualified := func(text string) string {
		if strings.Contains(text, "v=spf1") || strings.Contains(text, "@") {
			return oneLabel.ReplaceAllString(text, "${1}${2}.test${3}")
		}
		return text
	}
	below := func(name string) string {
		if name != "" && !strings.Contains(name, ".") {
			name += ".test"
		}
		return name
	}
	zone := make(map[string][]any, len(d.Zone))
	for owner, entries := range d.Zone {
		for _, entry := range entries {
			if pair, ok := entry.(map[string]any)["MX"].([]any); ok {
				pair[1] = below(fmt.Sprint(pair[1]))
			}
			if name, ok := entry.(map[string]any)["PTR"].(string); ok {
				entry.(map[string]any)["PTR"] = below(name)
			}
			replaceStrings(entry, qualified)
		}
		zone[below(owner)] = entries
	}
	d.Zone = zone
	for id, test := range d.Tests {
		test.From = qualified(test.From)
		d.Tests[id] = test
	}
}

// replaceStrings changes every string in a decoded YAML value.
func replaceStrings(value any, replace func(string) string) any {
	switch v := value.(type) {
	case string:
		return replace(v)
	case []any:
		for i := range v {
			v[i] = replaceStrings(v[i], replace)
		}
	case map[string]any:
		for key := range v {
			v[key] = replaceStrings(v[key], replace)
		}
	}
	return value
}
