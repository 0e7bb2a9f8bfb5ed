package report

import (
	"io"
	"time"

	"github.com/mailposture/mailposture/policy"
)

// Writer renders one run. Begin is called once, then Domain for each result in
// the order of the run, then End. Errors are those of the underlying
// io.Writer; after one, the output is not whole and no further call is made.
type Writer interface {
	Begin(Run) error
	Domain(Result) error
	End(Summary) error
}

// Run is what is known before the first result.
type Run struct {
	By      string    `json:"by"`
	Started time.Time `json:"started"`
	Lists   []List    `json:"lists"`
	WhatIf  []string  `json:"what_if,omitempty"` // records that were taken for published: "NAME TYPE DATA"
	Rules   []Rule    `json:"-"`                 // every rule that was run, by ID
}

// List is a domain list that was read.
type List struct {
	Path string `json:"path"` // "-" for stdin
}

// Rule is what readers need of a rule.
type Rule struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Family     string            `json:"family"`
	Title      string            `json:"title"`
	Severity   policy.Severity   `json:"severity"`
	Confidence policy.Confidence `json:"confidence"`
	Why        string            `json:"why"`
	Fix        string            `json:"fix"`
	Refs       []string          `json:"refs"`
}

// Summary is what is known after the last result.
type Summary struct {
	Finished time.Time    `json:"finished"`
	Domains  DomainCounts `json:"domains"`
	Findings Severities   `json:"findings"` // by severity
	Rules    []RuleCount  `json:"rules"`    // those that found something: most domains first, then by ID
	Causes   []Cause      `json:"causes"`   // what is behind findings in several domains: most domains first
	Coverage Coverage     `json:"coverage"`

	// SharedKeys are the DKIM keys that several of the domains publish.
	SharedKeys []SharedKey `json:"shared_keys"`

	// Asked is how the questions went, for a run that asked resolvers. It may
	// differ between two runs over the same world.
	Asked *Asked `json:"asked,omitempty"`
}

// Coverage says how much of what was to be known is: the parts of all domains
// (mx, spf, dmarc, dkim, m365), and those of them that are not unknown.
type Coverage struct {
	Parts int `json:"parts"`
	Known int `json:"known"`
}

// Asked counts the questions of a run by how they ended, and the resolvers
// that were asked.
type Asked struct {
	Questions int        `json:"questions"`
	Found     int        `json:"found"`
	NoData    int        `json:"nodata"`
	NXDomain  int        `json:"nxdomain"`
	Failed    int        `json:"failed"`
	Dropped   int        `json:"dropped"` // datagrams that this machine had no room for, whosever they were
	Resolvers []Resolver `json:"resolvers"`
}

// Resolver is one resolver's part in a run.
type Resolver struct {
	Server   string `json:"server"`              // address and port
	Queries  int    `json:"queries"`             // sent, repeats included
	Answers  int    `json:"answers"`             // valid ones; the others were lost or junk
	Timeouts int    `json:"timeouts"`            // queries that nothing valid came for
	Ignored  int    `json:"ignored"`             // datagrams that were no answer to anything asked
	TCP      int    `json:"tcp"`                 // of the queries, those over TCP
	RTT      int    `json:"rtt_us"`              // microseconds, the mean of the answers
	SetAside string `json:"set_aside,omitempty"` // why it was not asked any more
}

// DomainCounts counts results by status.
type DomainCounts struct {
	Total      int `json:"total"`
	Complete   int `json:"complete"`
	Incomplete int `json:"incomplete"`
	Rejected   int `json:"rejected"`
}

// Severities counts findings by severity.
type Severities struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
	Info     int `json:"info"`
}

// RuleCount says how many domains a rule found something in.
type RuleCount struct {
	Rule    string `json:"rule"`
	Domains int    `json:"domains"`
}

// Format is one way to render a run. Formats lists them all.
type Format struct {
	Name       string   // what -f takes
	Extensions []string // what -o recognises, with the dot
	Help       string   // one line
	Repairs    bool     // it shows a result's repairs
	New        func(io.Writer, Options) Writer
}

// Options are the choices that a format may follow. The zero value is plain.
type Options struct {
	Color    bool // text: ANSI colours
	Width    int  // text: columns to wrap at; 0 means 80
	WithHelp bool // jsonl: why, fix and references in each finding
}
