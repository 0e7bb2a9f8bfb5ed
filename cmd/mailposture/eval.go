package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/report"
	"github.com/mailposture/mailposture/scanner"
)

const evalLong = `Judge saved snapshots again, or render saved results, without DNS.

FILE is what scan --save wrote (.gz is understood), a results file in jsonl, or a
json report; each line says what it is. - is stdin. Snapshots are judged by the
options that they were scanned with, such as relay addresses and the entries of
--providers, unless a flag says otherwise. Results are rendered as they are.`

func newEval(io stdio) *cobra.Command {
	f := &judgeFlags{}
	c := &cobra.Command{
		Use:   "eval [flags] FILE...",
		Short: "Judge saved snapshots again, or render saved results, without DNS",
		Long:  evalLong,
		Example: `  mailposture scan -l domains.txt --save saved.jsonl.gz -o today.jsonl
  mailposture eval saved.jsonl.gz -f sarif
  mailposture eval today.jsonl -o report.html`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return eval(c, args, f, io) },
	}
	f.register(c)
	return c
}

// evaluation reads saved files.
type evaluation struct {
	*session
	command  *cobra.Command
	defaults facts.Options
}

func eval(c *cobra.Command, args []string, f *judgeFlags, io stdio) error {
	s, err := newSession(c, f, io)
	if err != nil {
		return err
	}
	e := &evaluation{session: s, command: c, defaults: facts.DefaultOptions()}
	if e.defaults, err = f.options(c, e.defaults); err != nil {
		return err
	}
	for _, path := range args { // nothing is begun when a file is missing
		if err := readable("saved file", path); err != nil {
			return err
		}
	}
	if err := s.begin(nil, -1); err != nil {
		return s.fail(err)
	}
	cfg := scanner.Config{Concurrency: runtime.GOMAXPROCS(0)}
	judged := scanner.Each(c.Context(), e.items(args), cfg, func(_ context.Context, one item) (outcome, error) {
		result, err := e.judgeItem(one)
		return outcome{result, err}, nil
	})
	for one, err := range judged {
		if err == nil {
			err = one.err // the first in the order of the files, not of the workers
		}
		if err == nil {
			err = s.result(one.result)
		}
		if err != nil {
			return s.fail(err)
		}
	}
	if s.results == 0 {
		return s.fail(usage("give what scan wrote with --save or -o", "nothing to judge in %s", strings.Join(args, ", ")))
	}
	return s.finish()
}

// outcome is a result, or why there is none.
type outcome struct {
	result report.Result
	err    error
}

// judgeItem makes a result of one snapshot, or takes one as it is.
func (e *evaluation) judgeItem(one item) (report.Result, error) {
	if one.err != nil {
		return report.Result{}, one.err
	}
	if one.isResult() && !e.plan.Empty() {
		return report.Result{}, one.bad("--what-if needs saved answers, and this is a result")
	}
	if one.isResult() {
		var result report.Result
		if err := json.Unmarshal(one.text, &result); err != nil {
			return result, one.bad("not a result: %s", err)
		}
		return result, nil
	}
	var snapshot facts.Snapshot
	if err := json.Unmarshal(one.text, &snapshot); err != nil {
		return report.Result{}, one.bad("not a snapshot: %s", err)
	}
	if err := snapshot.Check(); err != nil {
		return report.Result{}, one.bad("%s", err)
	}
	if e.plan.Empty() {
		f, _ := facts.Build(snapshot.Domain, &snapshot, one.options)
		return e.judge(&snapshot, f), nil
	}
	f, _ := facts.Build(snapshot.Domain, e.plan.Over(&snapshot), one.options)
	return e.judge(facts.NewSnapshot(snapshot.Domain, snapshot.Taken, f.Used), f), nil
}

// options are those of a saved file's header, under the flags. The header has
// the providers that the scan added to the catalogue; --providers takes their
// place. The catalogue itself is this program's, as the rules are.
func (e *evaluation) options(path string, saved facts.Options) (facts.Options, error) {
	saved.Memo = e.defaults.Memo
	if saved.Providers == nil {
		saved.Providers = provider.Embedded()
	}
	opt, err := e.flags.options(e.command, saved)
	if err == nil && !e.flags.quiet {
		fmt.Fprintf(e.io.err, "mailposture: %s: judged by the options of its scan, but for flags that are given\n", path)
	}
	return opt, err
}
