package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/gospf"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/record"
	"github.com/mailposture/mailposture/report"
)

// session is one run of scan or eval: rules in, results out, an exit code.
type session struct {
	io          stdio
	flags       *judgeFlags
	rules       []policy.Rule
	notRun      []policy.Rule
	packs       []policy.Pack            // that --rule names
	shown       map[policy.Severity]bool // nil: all
	threshold   policy.Severity          // "": never fail
	sinks       []*sink
	repairs     bool          // a format shows them
	plan        facts.Overlay // of --what-if
	all         report.Tally  // of every finding, for the exit code
	tally       report.Tally  // of those that are shown, for the summary
	progress    *progress
	drawsOnErrs bool // a progress line is on stderr
	results     int  // handed to the writers

	verdicts sync.Pool // of *[]policy.Verdict: four kilobytes a domain

	asked *report.Asked // how the questions went; nil when no resolver was asked
}

// newSession checks the flags and opens the outputs.
func newSession(c *cobra.Command, flags *judgeFlags, io stdio) (*session, error) {
	path, err := configure(c, flags.config)
	if err != nil {
		return nil, err
	}
	s := &session{io: io, flags: flags}
	if path != "" {
		s.verbosef("configuration: %s", path)
	}
	if flags.catalogue, err = readProviders(flags.providers); err != nil {
		return nil, err
	}
	if flags.declared, err = readDeclared(path, flags.catalogue); err != nil {
		return nil, err
	}
	if flags.tenant, err = readExports(flags.exo); err != nil {
		return nil, err
	}
	if s.rules, s.notRun, err = policy.Select(policy.Rules(), flags.rules, flags.skipRules); err != nil {
		return nil, usage("mailposture rules lists them", "%s", err)
	}
	s.packs = policy.PacksIn(flags.rules)
	if s.shown, err = flags.shown(); err != nil {
		return nil, err
	}
	if s.threshold, err = flags.threshold(); err != nil {
		return nil, err
	}
	if s.plan, err = flags.overlay(); err != nil {
		return nil, err
	}
	if s.drawsOnErrs, err = flags.showProgress(io, os.Getenv("CI") != ""); err != nil {
		return nil, err
	}
	if _, err := stdoutFormat(flags.format, io.out); err != nil {
		return nil, err
	}
	return s, nil
}

// begin opens the outputs and starts them. total is the number of results to
// come, or -1.
func (s *session) begin(lists []string, total int) error {
	opt := report.Options{
		Color: !s.flags.noColor && colored(s.io.out), Width: width(s.io.out), WithHelp: s.flags.withHelp,
	}
	var err error
	if s.sinks, err = openSinks(s.flags.format, s.flags.outputs, s.io.out, opt); err != nil {
		return err
	}
	s.repairs = slices.ContainsFunc(s.sinks, func(sink *sink) bool { return sink.format.Repairs })
	run := report.Run{By: by(), Started: time.Now().UTC(), Lists: []report.List{}, Rules: report.NewRules(s.rules)}
	run.WhatIf = s.flags.whatIf
	s.planning()
	for _, path := range lists {
		run.Lists = append(run.Lists, report.List{Path: listName(path)})
	}
	s.progress = newProgress(s.io.err, s.drawsOnErrs, total)
	return s.each(func(w report.Writer) error { return w.Begin(run) })
}

// each calls every writer. An error ends the session.
func (s *session) each(write func(report.Writer) error) error {
	for _, sink := range s.sinks {
		if err := write(sink.writer); err != nil {
			return writeError(sink, err)
		}
	}
	return nil
}

// judge makes a result of what was observed. It is pure, and safe to call from
// several goroutines.
func (s *session) judge(snapshot *facts.Snapshot, f *facts.Facts) report.Result {
	spare, ok := s.verdicts.Get().(*[]policy.Verdict)
	if !ok {
		spare = new([]policy.Verdict)
	}
	*spare = policy.AppendVerdicts((*spare)[:0], f, s.rules)
	result := report.New(by(), snapshot, f, *spare, s.notRun)
	if s.repairs {
		result.AddRepairs(policy.Mend(f, *spare))
	}
	result.Checklists = report.NewChecklists(s.packs, f, *spare)
	clear(*spare) // what the findings point to need not be kept
	s.verdicts.Put(spare)
	s.secondOpinion(&result, snapshot, f)
	return result
}

// secondOpinion asks go/spf about the relay addresses, and notes where it
// differs from us.
func (s *session) secondOpinion(result *report.Result, snapshot *facts.Snapshot, f *facts.Facts) {
	for i, relay := range f.SPF.Relay {
		theirs := gospf.Check(context.Background(), relay.IP, string(f.Domain), "postmaster@"+string(f.Domain), lookupIn(snapshot))
		if theirs != "" && theirs != string(relay.Result) && relay.Result != facts.SPFTempError {
			result.SPF.Relay[i].SecondOpinion = theirs
		}
	}
}

// lookupIn answers go/spf from known answers.
func lookupIn(answers facts.Answers) gospf.Lookup {
	return func(_ context.Context, name, kind string) gospf.Answer {
		o, _ := answers.Get(facts.Question{Name: name, Kind: kind})
		return opinionAnswer(o)
	}
}

// opinionAnswer is an observation in the form that go/spf is asked with.
func opinionAnswer(o facts.Observation) gospf.Answer {
	a := gospf.Answer{Found: o.Status == facts.Found, Absent: o.Absent(), Data: o.Data}
	if o.Kind == facts.KindTXT {
		a.Data = nil
		for _, data := range o.Data {
			octets, _, err := record.ParseTXT(data)
			if err != nil {
				return gospf.Answer{}
			}
			a.Data = append(a.Data, octets)
		}
	}
	return a
}

// result hands one result to the writers.
func (s *session) result(r report.Result) error {
	s.results++
	s.all.Add(r)
	s.progress.add(r)
	if s.shown != nil {
		r.Findings = slices.DeleteFunc(r.Findings, func(f report.Finding) bool { return !s.shown[f.Severity] })
	}
	s.tally.Add(r)
	return s.each(func(w report.Writer) error { return w.Domain(r) })
}

// finish ends the outputs and decides the exit code.
func (s *session) finish() error {
	s.progress.done()
	summary := s.tally.Summary(time.Now().UTC())
	summary.Asked = s.asked
	if err := s.each(func(w report.Writer) error { return w.End(summary) }); err != nil {
		return s.fail(err)
	}
	if err := commitSinks(s.sinks); err != nil {
		return s.fail(err)
	}
	s.say(summary)
	switch {
	case summary.Domains.Total == summary.Domains.Rejected:
		return usage("one domain a line, such as example.com", "not one valid domain: nothing was scanned")
	case summary.Domains.Incomplete > 0 && !s.flags.allowIncomplete:
		return exit(exitIncomplete)
	case s.threshold != "" && s.all.Exceeds(s.threshold, s.flags.failOnHints):
		return exit(exitFindings)
	}
	return nil
}

// say tells on stderr how the run went.
func (s *session) say(summary report.Summary) {
	if s.flags.quiet {
		return
	}
	if s.flags.format == "" && len(s.flags.outputs) > 0 {
		var paths []string
		for _, sink := range s.sinks {
			paths = append(paths, sink.path)
		}
		fmt.Fprintf(s.io.err, "mailposture: %d domains (%d complete, %d incomplete, %d rejected), %d findings: %s\n",
			summary.Domains.Total, summary.Domains.Complete, summary.Domains.Incomplete, summary.Domains.Rejected,
			summary.Findings.Total(), strings.Join(paths, ", "))
	}
	if summary.Asked != nil {
		printAsked(s.io.err, summary)
	}
}

// fail drops the outputs, and turns an error into what the program ends with.
func (s *session) fail(err error) error {
	s.progress.done()
	interrupted := errors.Is(err, context.Canceled)
	kept := closeSinks(s.sinks, interrupted)
	switch {
	case errors.Is(err, errStdoutClosed):
		return nil
	case interrupted && len(kept) > 0:
		return &exitError{exitInterrupted, "interrupted", fmt.Sprintf("%s holds the first %d results, in whole lines", strings.Join(kept, ", "), s.results)}
	case interrupted:
		return &exitError{exitInterrupted, "interrupted: nothing was written", ""}
	}
	return err
}

// verbosef prints a line with -v.
func (s *session) verbosef(format string, args ...any) {
	if s.flags.verbose {
		fmt.Fprintf(s.io.err, "mailposture: "+format+"\n", args...)
	}
}
