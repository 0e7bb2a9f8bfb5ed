package policy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/record"
)

func TestRulesAreSortedAndUnique(t *testing.T) {
	rules := policy.Rules()
	id := regexp.MustCompile(`^(DKIM|DMARC|DNS|M365|MX|SPF)[0-9]{3}$`)
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)
	seen := make(map[string]string)
	for i, r := range rules {
		if i > 0 && rules[i-1].ID >= r.ID {
			t.Errorf("%s stands behind %s", r.ID, rules[i-1].ID)
		}
		if !id.MatchString(r.ID) {
			t.Errorf("%s is no ID", r.ID)
		}
		if !name.MatchString(r.Name) {
			t.Errorf("%s: %q is no name", r.ID, r.Name)
		}
		if other, ok := seen[r.Name]; ok {
			t.Errorf("%s and %s have the name %s", other, r.ID, r.Name)
		}
		seen[r.Name] = r.ID
	}
}

// TestRuleFiles checks that each rule has the file that its name says, and
// that each file with a rule is listed.
func TestRuleFiles(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^\tID: +"([A-Z0-9]+)",$`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string) // ID to file
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		ids := declared.FindAllStringSubmatch(string(text), -1)
		if len(ids) > 1 {
			t.Errorf("%s holds %d rules", file, len(ids))
		}
		for _, id := range ids {
			found[id[1]] = file
		}
	}
	for _, r := range policy.Rules() {
		if want := strings.ReplaceAll(r.Name, "-", "_") + ".go"; found[r.ID] != want {
			t.Errorf("%s is in %q, want %s", r.ID, found[r.ID], want)
		}
		delete(found, r.ID)
	}
	for id, file := range found {
		t.Errorf("%s in %s is not listed in rules.go", id, file)
	}
}

func TestRulesSayEverything(t *testing.T) {
	reference := regexp.MustCompile(`^(RFC [0-9]+(, (section [0-9]+(\.[0-9]+)*|appendix [A-Z](\.[0-9]+)*))?|https://\S+)$`)
	for _, r := range policy.Rules() {
		for what, text := range map[string]string{"title": r.Title, "why": r.Why, "fix": r.Fix} {
			if text == "" || strings.TrimSpace(text) != text {
				t.Errorf("%s: %s is %q", r.ID, what, text)
			}
		}
		if strings.HasSuffix(r.Title, ".") || len(r.Title) > 80 {
			t.Errorf("%s: title %q", r.ID, r.Title)
		}
		if r.Severity.Rank() == len(policy.Severities()) {
			t.Errorf("%s: severity %q", r.ID, r.Severity)
		}
		if !slices.Contains([]policy.Confidence{policy.Proof, policy.Likely, policy.Hint}, r.Confidence) {
			t.Errorf("%s: confidence %q", r.ID, r.Confidence)
		}
		if r.Confidence == policy.Hint && r.Severity.Rank() < policy.Medium.Rank() {
			t.Errorf("%s: a hint is %s", r.ID, r.Severity)
		}
		if len(r.Refs) == 0 {
			t.Errorf("%s: no references", r.ID)
		}
		for _, ref := range r.Refs {
			if !reference.MatchString(ref) {
				t.Errorf("%s: reference %q", r.ID, ref)
			}
		}
		if len(r.Needs) == 0 || r.Check == nil {
			t.Errorf("%s: needs nothing, or checks nothing", r.ID)
		}
	}
}

func TestEveryRuleHasExamples(t *testing.T) {
	for _, r := range policy.Rules() {
		seen := make(map[policy.Outcome]int)
		var names []string
		for _, e := range r.Examples {
			seen[e.Outcome]++
			if e.Name == "" || slices.Contains(names, e.Name) {
				t.Errorf("%s: example %q has no name of its own", r.ID, e.Name)
			}
			if (e.Outcome == policy.Fail) != (e.Contains != "") {
				t.Errorf("%s: example %q: a message belongs to a failing example, and to no other", r.ID, e.Name)
			}
			names = append(names, e.Name)
		}
		if seen[policy.Fail] == 0 || seen[policy.Pass] == 0 {
			t.Errorf("%s: %d failing examples, %d passing", r.ID, seen[policy.Fail], seen[policy.Pass])
		}
	}
}

func TestExamples(t *testing.T) {
	for _, s := range examples(t) {
		t.Run(s.name(), func(t *testing.T) {
			v := verdictOf(t, s.build(t), s.rule.ID)
			if !asExpected(s.Example, v) {
				t.Errorf("%s (%s %q), want %s, and in a message %q", v.Outcome, v.Reason, messages(v.Findings), s.Outcome, s.Contains)
			}
		})
	}
}

// asExpected reports whether a verdict is what an example says.
func asExpected(e policy.Example, v policy.Verdict) bool {
	contains := func(f policy.Finding) bool { return strings.Contains(f.Message, e.Contains) }
	return v.Outcome == e.Outcome && (e.Outcome != policy.Fail || slices.ContainsFunc(v.Findings, contains))
}

// TestFindingsAreWellFormed looks at what every rule says of every example.
func TestFindingsAreWellFormed(t *testing.T) {
	for _, s := range examples(t) {
		f := s.build(t)
		for _, v := range policy.Evaluate(f, policy.Rules()) {
			for _, finding := range v.Findings {
				for _, fault := range findingFaults(v, finding) {
					t.Errorf("%s: %s on %s: %s: %+v", s.name(), v.Rule.ID, s.domain(), fault, finding)
				}
			}
		}
	}
}

// findingFaults lists what is wrong with the form of a finding.
func findingFaults(v policy.Verdict, f policy.Finding) []string {
	var faults []string
	complain := func(bad bool, what string) {
		if bad {
			faults = append(faults, what)
		}
	}
	control := func(r rune) bool { return r < ' ' || r > '~' }
	complain(f.Message == "" || len(f.Message) > 2500, "no message, or one longer than two names")
	complain(strings.HasSuffix(f.Message, "."), "a final stop")
	complain(strings.ContainsFunc(f.Message+f.Key, control), "characters that do not print")
	complain(strings.HasSuffix(f.Message, "?") != (v.Rule.Confidence == policy.Hint), "hints are questions, and nothing else is")
	complain(len(f.Evidence) == 0, "no evidence")
	for _, e := range f.Evidence {
		complain(e.Name == "" || e.Kind == "", "evidence of no question")
		complain(e.Offset < 0 || e.Length < 0 || e.End() > len(e.Octets), "a span outside the evidence")
	}
	same := func(g policy.Finding) bool { return g.Key == f.Key }
	complain(len(slices.DeleteFunc(slices.Clone(v.Findings), same)) != len(v.Findings)-1, "a key that another finding has")
	return faults
}

func messages(findings []policy.Finding) []string {
	var list []string
	for _, f := range findings {
		list = append(list, f.Message)
	}
	return list
}

// TestFindingFaultsControl is the control: findings that are wrong in one way
// each must be convicted.
func TestFindingFaultsControl(t *testing.T) {
	good := policy.Finding{Key: "a", Message: "it is so", Evidence: []policy.Evidence{{Octets: "abc"}}}
	good.Evidence[0].Name, good.Evidence[0].Kind = "example.com", "TXT"
	rule := &policy.Rule{Confidence: policy.Proof}
	verdict := policy.Verdict{Rule: rule, Findings: []policy.Finding{good}}
	if faults := findingFaults(verdict, good); len(faults) > 0 {
		t.Errorf("a finding without fault is convicted: %q", faults)
	}
	for what, spoil := range map[string]func(*policy.Finding){
		"no message":    func(f *policy.Finding) { f.Message = "" },
		"a final stop":  func(f *policy.Finding) { f.Message += "." },
		"a question":    func(f *policy.Finding) { f.Message += "?" },
		"an escape":     func(f *policy.Finding) { f.Message += "\x1b[31m" },
		"a control key": func(f *policy.Finding) { f.Key = "a\n" },
		"no evidence":   func(f *policy.Finding) { f.Evidence = nil },
		"a wide span":   func(f *policy.Finding) { f.Evidence = []policy.Evidence{{Span: record.Span{Offset: 2, Length: 2}}} },
	} {
		bad := good
		spoil(&bad)
		if len(findingFaults(policy.Verdict{Rule: rule, Findings: []policy.Finding{bad}}, bad)) == 0 {
			t.Errorf("%s is not convicted", what)
		}
	}
	if len(findingFaults(policy.Verdict{Rule: rule, Findings: []policy.Finding{good, good}}, good)) == 0 {
		t.Error("two findings of one key are not convicted")
	}
}
