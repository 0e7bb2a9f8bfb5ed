package report

import (
	"io"
	"strings"
	"time"

	"github.com/mailposture/mailposture/policy"
)

// sarifWriter renders the findings of a run as SARIF 2.1.0. Results are
// streamed; the rest of the run follows them, since the rules, lists and
// notifications of a run are known only at its end.
//
// A domain is no file, and code scanning takes only files: a finding stands at
// the domain's line in the list. Three other choices are forced by readers.
// GitHub and DefectDojo take the severity from the rule. DefectDojo makes a
// finding of every location, so there is exactly one. GitHub joins findings
// whose primaryLocationLineHash is the same, and makes its own of the line
// where there is none.
type sarifWriter struct {
	out    encoder
	run    Run
	rules  *rulebook
	index  map[string]int // of rules, by ID
	order  []string       // rule IDs
	lists  sarifLists
	unsure sarifUnsure
	any    bool // a result was written
}

func newSARIF(w io.Writer) *sarifWriter { return &sarifWriter{out: encoder{to: w}} }

// Begin opens the run, with every rule that was run.
func (s *sarifWriter) Begin(run Run) error {
	rules := make([]Rule, len(run.Rules))
	s.index = make(map[string]int, len(rules))
	for i, r := range run.Rules {
		rules[i] = cleanRule(r)
		s.ruleIndex(rules[i].ID)
	}
	s.rules = newRulebook(rules, 0)
	run.Rules = nil
	s.run = clean(run)
	s.out.raw(`{"$schema":`).value(sarifSchema).raw(`,"version":`).value(sarifVersion).raw(`,"runs":[{"results":[`)
	return s.out.flush()
}

// ruleIndex is where a rule stands among the driver's rules. One that the run
// does not list (the results are those of another version) is added.
func (s *sarifWriter) ruleIndex(id string) int {
	i, ok := s.index[id]
	if !ok {
		i = len(s.order)
		id = strings.Clone(id)
		s.index[id] = i
		s.order = append(s.order, id)
	}
	return i
}

// Domain writes a line for each finding.
func (s *sarifWriter) Domain(r Result) error {
	r = clean(r)
	s.rules.note(r, 0)
	at := s.lists.place(r)
	s.unsure.note(r, at)
	for _, f := range r.Findings {
		if s.any {
			s.out.raw(",")
		}
		s.any = true
		s.out.raw("\n").value(s.result(r, f, at))
	}
	return s.out.flush()
}

// result is one finding.
func (s *sarifWriter) result(r Result, f Finding, at sarifPhysical) sarifResult {
	const shown = 16                   // hex digits of the fingerprint
	severity := s.rules.of(f).Severity // what readers take, so both must say the same
	return sarifResult{
		RuleID: f.Rule, RuleIndex: s.ruleIndex(f.Rule),
		Kind: "fail", Level: sarifLevel(severity), Rank: sarifRank(severity),
		Message:   sarifMessage{sentence(r.Domain, f.Message)},
		Locations: []sarifLocation{{Physical: at, Logical: []sarifLogical{logical(r.Domain, f)}}},
		// DefectDojo refuses a file whose keys hold a slash that is not a version's.
		Fingerprints:        map[string]string{"mailposture/v1": f.Fingerprint},
		PartialFingerprints: map[string]string{"primaryLocationLineHash": f.Fingerprint[:min(shown, len(f.Fingerprint))] + ":1"},
	}
}

// sentence is "example.com: message." on one line. The domain comes first:
// DefectDojo makes a title of the first 150 characters.
func sentence(domain, message string) string {
	message = strings.TrimRight(message, ". ")
	if !strings.HasSuffix(message, "?") {
		message += "."
	}
	return sarifText(domain + ": " + message)
}

// End writes all but the results.
func (s *sarifWriter) End(sum Summary) error {
	s.out.raw("\n],\n").members(s.tail(sum)).raw("}]}\n")
	return s.out.flush()
}

func (s *sarifWriter) tail(sum Summary) sarifTail {
	return sarifTail{
		Tool:      sarifTool{s.driver()},
		Artifacts: s.lists.artifacts(),
		Invocations: []sarifInvocation{{
			Start: sarifTime(s.run.Started), End: sarifTime(sum.Finished),
			// A run that left something open must not read as one that found
			// all there is to find.
			Successful:    s.unsure.incomplete == 0,
			Notifications: s.unsure.notifications(),
		}},
		Automation: sarifAutomation{s.category()},
		ColumnKind: "utf16CodeUnits",
		BaseIDs:    map[string]sarifBases{sourceRoot: {sarifMessage{"The directory that the paths of domain lists are relative to."}}},
	}
}

// driver names the program and its rules, in the order of their indices.
func (s *sarifWriter) driver() sarifDriver {
	d := sarifDriver{
		Name: "mailposture", InformationURI: "https://github.com/mailposture/mailposture",
		Rules: make([]sarifDescriptor, 0, len(s.order)), Notifications: sarifNotificationKinds(),
	}
	// "mailposture/0.1.0 rules/2026-11"
	if program, _, _ := strings.Cut(s.run.By, " "); strings.HasPrefix(program, "mailposture/") {
		d.Version = strings.TrimPrefix(program, "mailposture/")
		if semver.MatchString(d.Version) {
			d.SemanticVersion = d.Version
		}
	}
	for _, id := range s.order {
		rule, ok := s.rules.rules[id]
		if !ok {
			rule = s.rules.of(Finding{Rule: id})
		}
		d.Rules = append(d.Rules, sarifRule(rule))
	}
	return d
}

// category is "mailposture/domains.txt/20261102T030405Z". GitHub splits it at
// the last slash, and replaces results of the same category only.
func (s *sarifWriter) category() string {
	name := "targets"
	for i, list := range s.run.Lists {
		if list.Path == "-" {
			continue
		}
		name = categoryName(list.Path)
		if more := len(s.run.Lists) - i - 1; more > 0 {
			name += "+" + grouped(more)
		}
		break
	}
	return "mailposture/" + name + "/" + s.run.Started.UTC().Format("20060102T150405Z")
}

// sarifTime is a time as SARIF writes it. 3.9.
func sarifTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// sarifLevel is the nearest of SARIF's levels.
func sarifLevel(s policy.Severity) string {
	switch s {
	case policy.Critical, policy.High:
		return "error"
	case policy.Medium:
		return "warning"
	}
	return "note"
}

// sarifRank is 0 to 100, as GitLab reads it.
func sarifRank(s policy.Severity) float64 {
	switch s {
	case policy.Critical:
		return 95
	case policy.High:
		return 80
	case policy.Medium:
		return 55
	case policy.Low:
		return 20
	}
	return 1
}
