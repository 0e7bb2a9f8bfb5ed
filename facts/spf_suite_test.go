package facts_test

import (
	"bytes"
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
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// suites are the conformance suites that ship in the module of go/spf, with
// their licences beside them.
var suites = []string{"rfc7208-tests.yml", "rfc4408-tests.yml", "pyspf-tests.yml", "blitirispf-tests.yml"}

type suite struct {
	Description string               `yaml:"description"`
	Tests       map[string]suiteTest `yaml:"tests"`
	Zone        map[string][]any     `yaml:"zonedata"`
}

type suiteTest struct {
	HELO   string `yaml:"helo"`
	Host   string `yaml:"host"`
	From   string `yaml:"mailfrom"`
	Result any    `yaml:"result"`
	Skip   string `yaml:"skip"`
}

// oneLabel is a name of one label in a term or an address.
var oneLabel = regexp.MustCompile(`(\b(?:include|redirect|exists|a|mx|ptr)[:=]|@)([a-z][a-z0-9-]*)($|[ /])`)

// qualify puts names of one label below "test". One suite uses them for
// brevity, and check_host() must give none for them, and permerror for a term
// that names one: RFC 7208, sections 4.3 and 7.1.
func (s *suite) qualify() {
	qualified := func(text string) string {
		if strings.Contains(text, "v=spf1") || strings.Contains(text, "@") {
			return oneLabel.ReplaceAllString(text, "${1}${2}.test${3}")
		}
		return text
	}
	zone := make(map[string][]any, len(s.Zone))
	for owner, entries := range s.Zone {
		if !strings.Contains(owner, ".") {
			owner += ".test"
		}
		for _, entry := range entries {
			if pair, ok := entry.(map[string]any)["MX"].([]any); ok && !strings.Contains(fmt.Sprint(pair[1]), ".") {
				pair[1] = fmt.Sprint(pair[1]) + ".test"
			}
			if name, ok := entry.(map[string]any)["PTR"].(string); ok && !strings.Contains(name, ".") {
				entry.(map[string]any)["PTR"] = name + ".test"
			}
			replaceStrings(entry, qualified)
		}
		zone[owner] = entries
	}
	s.Zone = zone
	for id, test := range s.Tests {
		test.From = qualified(test.From)
		s.Tests[id] = test
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

// suiteFolder is where the Go command keeps go/spf's test data.
func suiteFolder(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "blitiri.com.ar/go/spf").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "testdata")
}

// TestSPFSuites runs every test of the suites through CheckHost, but for the two
// that the suite itself marks as unclear. There are no exceptions of ours.
func TestSPFSuites(t *testing.T) {
	folder, ran := suiteFolder(t), 0
	for _, name := range suites {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		for {
			var s suite
			err := decoder.Decode(&s)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if name == "blitirispf-tests.yml" {
				s.qualify()
			}
			world := suiteWorld(s.Zone)
			for id, test := range s.Tests {
				if test.Skip != "" {
					continue
				}
				ran++
				full := strings.TrimSuffix(name, "-tests.yml") + "/" + id
				got := suiteCheck(world, test)
				if !slices.Contains(allowed(test.Result), string(got.Result)) {
					t.Errorf("%s (%s): %s (%s), want %v", full, s.Description, got.Result, got.Reason, test.Result)
				}
			}
		}
	}
	t.Logf("%d tests", ran)
	if ran < 300 {
		t.Errorf("only %d tests ran", ran)
	}
}

// allowed are the results that a test accepts.
func allowed(result any) []string {
	if list, ok := result.([]any); ok {
		var all []string
		for _, one := range list {
			all = append(all, fmt.Sprint(one))
		}
		return all
	}
	return []string{fmt.Sprint(result)}
}

func suiteCheck(world zoneData, test suiteTest) facts.SPFCheck {
	message := facts.SPFMessage{IP: netip.MustParseAddr(test.Host), From: test.From, HELO: test.HELO}
	for known := make(zoneAnswers); ; {
		check, missing := facts.CheckHost(message, known, facts.Options{})
		if len(missing) == 0 {
			return check
		}
		for _, q := range missing {
			known[q] = world.answer(q)
		}
	}
}

type zoneAnswers map[facts.Question]facts.Observation

func (z zoneAnswers) Get(q facts.Question) (facts.Observation, bool) {
	o, ok := z[q]
	return o, ok
}

// zoneData is a suite's zone: records in presentation form, and names that
// time out, for one type or for all.
type zoneData struct {
	records map[facts.Question][]string
	names   map[string]bool
	timeout map[string]bool
}

func suiteWorld(zone map[string][]any) zoneData {
	z := zoneData{map[facts.Question][]string{}, map[string]bool{}, map[string]bool{}}
	for owner, entries := range zone {
		owner = strings.ToLower(strings.TrimSuffix(owner, "."))
		z.names[owner] = true
		txt, spf := false, []string(nil)
		for _, entry := range entries {
			if entry == "TIMEOUT" {
				z.timeout[owner] = true
				continue
			}
			for kind, value := range entry.(map[string]any) {
				switch {
				case kind == "TIMEOUT", kind == "SERVFAIL", kind == "CNAMELOOP":
					z.timeout[owner] = true // for every type without a record
				case kind == "SPF":
					spf = append(spf, suiteData("TXT", value))
				case value == "NONE":
					txt = true
				case value == "TIMEOUT":
					z.timeout[kind+" "+owner] = true
				default:
					txt = txt || kind == "TXT"
					q := facts.Question{Name: owner, Kind: kind}
					z.records[q] = append(z.records[q], suiteData(kind, value))
				}
			}
		}
		if !txt && len(spf) > 0 { // the suites mean type SPF to stand for TXT, too
			z.records[facts.Question{Name: owner, Kind: "TXT"}] = spf
		}
	}
	return z
}

// suiteData is a record's data in presentation form.
func suiteData(kind string, value any) string {
	switch kind {
	case "TXT":
		var octets strings.Builder
		var ends []int
		parts, ok := value.([]any)
		if !ok {
			parts = []any{value}
		}
		for _, part := range parts {
			octets.WriteString(fmt.Sprint(part))
			ends = append(ends, octets.Len())
		}
		return record.FormatTXT(octets.String(), ends)
	case "MX":
		pair := value.([]any)
		return fmt.Sprintf("%v %s.", pair[0], strings.TrimSuffix(strings.ToLower(fmt.Sprint(pair[1])), "."))
	}
	return fmt.Sprint(value)
}

// answer is what a resolver says of a question, aliases followed.
func (z zoneData) answer(q facts.Question) facts.Observation {
	o := facts.Observation{Question: q, Status: facts.NXDomain}
	name := q.Name
	for range 10 {
		switch {
		case z.timeout[q.Kind+" "+name]:
			return facts.Observation{Question: q, Status: facts.Failed, Cause: "timeout"}
		case len(z.records[facts.Question{Name: name, Kind: q.Kind}]) > 0:
			o.Status, o.Data = facts.Found, z.records[facts.Question{Name: name, Kind: q.Kind}]
			return o
		case len(z.records[facts.Question{Name: name, Kind: "CNAME"}]) > 0:
			name = strings.ToLower(strings.TrimSuffix(z.records[facts.Question{Name: name, Kind: "CNAME"}][0], "."))
			o.Chain = append(o.Chain, name)
		case z.timeout[name]:
			return facts.Observation{Question: q, Status: facts.Failed, Cause: "timeout"}
		case z.names[name]:
			o.Status = facts.NoData
			return o
		default:
			return o
		}
	}
	return o
}
