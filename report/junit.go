package report

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/mailposture/mailposture/policy"
)

// junitWriter renders a run as a JUnit report, which CI systems read: a suite
// for each domain, a case for each rule. JUnit knows no severities, so what is
// no more than context, and hints, which ask a question, do not fail a case;
// what is unknown is an error. There is no standard: attributes and order are
// those of Jenkins' schema.
type junitWriter struct {
	to    io.Writer
	rules []Rule
	err   error
}

func newJUnit(w io.Writer) *junitWriter { return &junitWriter{to: w} }

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"timestamp,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string      `xml:"classname,attr"` // the domain
	Name    string      `xml:"name,attr"`      // the rule
	Skipped *junitWords `xml:"skipped"`
	Error   *junitWords `xml:"error"`
	Failure *junitWords `xml:"failure"`
	Output  *junitWords `xml:"system-out"`
}

type junitWords struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

// Begin opens the document.
func (j *junitWriter) Begin(run Run) error {
	for _, r := range run.Rules {
		j.rules = append(j.rules, cleanRule(r))
	}
	j.write(xml.Header + `<testsuites name="mailposture">` + "\n")
	return j.err
}

// Domain writes a suite.
func (j *junitWriter) Domain(r Result) error {
	r = clean(r)
	suite := junitSuite{Name: r.Domain, Time: r.Time.UTC().Format(time.RFC3339)}
	if r.Status == Rejected {
		suite.Name = of(r.Input, func(i *Input) string { return i.Text })
		suite.Cases = []junitCase{{Class: suite.Name, Name: "domain", Error: &junitWords{Message: r.Reason, Type: string(Rejected)}}}
	}
	suite.Cases = append(suite.Cases, j.cases(r)...)
	for _, c := range suite.Cases {
		suite.Tests++
		switch {
		case c.Error != nil:
			suite.Errors++
		case c.Failure != nil:
			suite.Failures++
		case c.Skipped != nil:
			suite.Skipped++
		}
	}
	text, err := xml.MarshalIndent(suite, "  ", "  ")
	if err != nil && j.err == nil {
		j.err = err
	}
	j.write(string(text) + "\n")
	return j.err
}

// End closes the document.
func (j *junitWriter) End(Summary) error {
	j.write("</testsuites>\n")
	return j.err
}

func (j *junitWriter) write(text string) {
	if j.err == nil {
		_, j.err = io.WriteString(j.to, text)
	}
}

// cases is a case for each rule: what it found, what is unknown, what does not
// apply, and what passed.
func (j *junitWriter) cases(r Result) []junitCase {
	var cases []junitCase
	add := func(id string, c junitCase) {
		c.Class, c.Name = r.Domain, strings.TrimSpace(id+" "+j.rule(id).Name)
		cases = append(cases, c)
	}
	for i, f := range r.Findings {
		if firstOfRule(r.Findings, i) {
			add(f.Rule, j.found(r.Findings[i:]))
		}
	}
	for _, u := range r.Unknown {
		add(u.Rule, junitCase{Error: &junitWords{Message: u.Reason, Type: "unknown"}})
	}
	for _, g := range unsettledBy(r) {
		if len(g.Rules) == 0 { // no rule rests on it, and yet it is not known
			cases = append(cases, junitCase{Class: r.Domain, Name: strings.Join(g.Parts, ", "), Error: &junitWords{Message: g.Reason, Type: "unknown"}})
		}
	}
	for _, id := range slices.Concat(r.NotApplicable, r.NotRun) {
		add(id, junitCase{Skipped: &junitWords{}})
	}
	for _, id := range j.passed(r) {
		add(id, junitCase{})
	}
	return cases
}

// found is the case of the rule that the first finding is of.
func (j *junitWriter) found(findings []Finding) junitCase {
	first := findings[0]
	var text strings.Builder
	more := -1
	for _, f := range findings {
		if f.Rule != first.Rule {
			continue
		}
		more++
		text.WriteString(f.Message + "\n")
		for _, e := range distinct(f.Evidence) {
			text.WriteString("  " + e.Kind + " " + e.Name + ": " + e.Text + "\n")
		}
	}
	if first.Severity.Rank() >= policy.Info.Rank() || first.Confidence == policy.Hint {
		return junitCase{Output: &junitWords{Text: text.String()}}
	}
	message := first.Message
	if more > 0 {
		message += " (and " + grouped(more) + " more)"
	}
	if fix := plainText(j.rule(first.Rule).Fix); fix != "" {
		text.WriteString("\n" + fix + "\n")
	}
	return junitCase{Failure: &junitWords{Message: message, Type: string(first.Severity), Text: text.String()}}
}

// rule is a rule of the run; zero for that of another version.
func (j *junitWriter) rule(id string) Rule {
	if i := slices.IndexFunc(j.rules, func(r Rule) bool { return r.ID == id }); i >= 0 {
		return j.rules[i]
	}
	return Rule{}
}

// passed lists the rules of the run that a result does not name. Where they are
// not as many as it counts (findings are not shown, or it is another version's)
// none is listed: nothing passes by being left out.
func (j *junitWriter) passed(r Result) []string {
	named := make(map[string]bool)
	for _, f := range r.Findings {
		named[f.Rule] = true
	}
	for _, u := range r.Unknown {
		named[u.Rule] = true
	}
	for _, id := range slices.Concat(r.NotApplicable, r.NotRun) {
		named[id] = true
	}
	var passed []string
	for _, rule := range j.rules {
		if !named[rule.ID] {
			passed = append(passed, rule.ID)
		}
	}
	if len(passed) != r.Counts.Pass {
		return nil
	}
	return passed
}
