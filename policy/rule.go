// Package policy judges the facts of a domain by rules.
package policy

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// Severity says how much a finding matters. One belongs to a rule, not to a
// finding: readers of SARIF take it from the rule.
type Severity string

// The severities, with what they are for.
const (
	Critical Severity = "critical" // anyone can send as or receive for the domain, or mail stops
	High     Severity = "high"     // normal mail gets a wrong result
	Medium   Severity = "medium"   // breaks at some receivers, or removes a protection
	Low      Severity = "low"      // hygiene, or a break to come
	Info     Severity = "info"     // context
)

// Severities lists the severities, worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// Rank orders severities: 0 is the worst. An unknown severity ranks behind all.
func (s Severity) Rank() int {
	for i, t := range Severities() {
		if s == t {
			return i
		}
	}
	return len(Severities())
}

// Confidence says what a finding rests on.
type Confidence string

// The confidences.
const (
	Proof  Confidence = "proof"  // DNS alone proves it
	Likely Confidence = "likely" // DNS evidence with a known error rate
	Hint   Confidence = "hint"   // DNS cannot decide it: worded as a question, at most medium
)

// Rule is one thing to judge a domain by.
type Rule struct {
	ID   string // permanent: family and three digits, "SPF005"
	Name string // permanent: "spf-too-many-lookups"

	Title      string // what is wrong, as a heading
	Severity   Severity
	Confidence Confidence
	Why        string   // Markdown: what it does to mail
	Fix        string   // Markdown: what to do
	Refs       []string // "RFC 7208, section 4.6.4", or a vendor page

	// Roles says which domains the rule applies to: those that have one of
	// them. Empty means all. A role that rests on an unknown part makes the
	// outcome unknown.
	Roles []facts.Role
	// Needs are the parts whose state must be known. Unseen is known.
	Needs []facts.Part
	// Partial is set where more answers could only add to a failure: Check is
	// then called on incomplete facts too, and no finding there reads unknown.
	Partial bool

	// Check reads facts and nothing else. No finding is a pass; nil facts are
	// never passed.
	Check func(*facts.Facts) []Finding
	// Repair proposes the changes of records that would mend what Check found;
	// nil where none can be told from facts. Each is of a record in the domain,
	// and none weakens anything. Mend proves them, and offers no other.
	Repair func(*facts.Facts) []facts.Change

	// Examples are shown by the documentation and run by the tests: at least
	// one fails and one passes.
	Examples []Example
}

// Family is the leading letters and digits of the ID before its three-digit
// number: "SPF", "M365".
func (r Rule) Family() string { return r.ID[:len(r.ID)-3] }

// Example is a zone, and what the rule says of a domain in it.
type Example struct {
	Name     string        // "eleven includes"
	Domain   facts.Domain  // judged; example.com when empty
	Zone     string        // RFC 1035 text; names outside it do not exist
	Options  facts.Options // relay addresses and the like
	Outcome  Outcome
	Contains string // of a failing example: part of the message
}

// Outcome is a rule's word on a domain.
type Outcome string

// The outcomes. The zero value means that the rule was not run.
const (
	Pass          Outcome = "pass"
	Fail          Outcome = "fail"
	NotApplicable Outcome = "not-applicable"
	Unsure        Outcome = "unknown"
)

// Verdict is one rule's word on one domain.
type Verdict struct {
	Rule     *Rule
	Outcome  Outcome
	Reason   string    // for Unsure: the question that was not answered, and why
	Findings []Finding // for Fail: at least one
}

// Finding is one defect. Outside text in Message has passed through
// record.Text.
type Finding struct {
	// Key tells findings of one rule on one domain apart, and survives a
	// rewording or a new record around the defect: a host, a term, a selector.
	// It is empty where a rule can find only one thing.
	Key      string
	Message  string // one sentence about this domain, without its name, without a final stop
	Evidence []Evidence
}

// Evidence is an observation and the part of it that shows the defect.
type Evidence struct {
	facts.Question
	Octets string // of the record; "" where the evidence is that there is none
	record.Span
	Source string // file:line, when a zone file answered
}
