package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/diagnose"
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
	"github.com/mailposture/mailposture/report"
	"github.com/mailposture/mailposture/scanner"
)

const diagnoseLong = `Say why a message was refused or lost, who can mend it, and how.

FILE is what you have at hand; several are diagnosed one by one, and - is stdin:
  a bounce            saved as .eml, or the notice as text or HTML, or the line with the code
  message headers     of the returned message, or of one that arrived and was marked
  a whole message     its DKIM signatures are verified, and DMARC is decided
  a message trace     of Microsoft 365, as CSV: the enhanced summary or extended report,
                      or Get-MessageTraceDetailV2 | Export-Csv

The status codes are explained, the likeliest cause is named with what speaks for it,
and so is what else it may be and what would decide. The domains in the text are looked
up, to see whether their records bear the cause out; --no-dns looks nothing up. Nothing
is sent to the hosts in the text.

A text is judged as a stranger's: an Authentication-Results field counts only if the
system that handled the message last wrote it, and a message's body never counts.

Exit codes:
  0  whatever was found; "unknown" is a finding, too
  2  a file that cannot be read, or a wrong flag
  3  DNS failed for a question, so something is not known`

// diagnosis is one call of diagnose.
type diagnosis struct {
	io       stdio
	format   string
	noDNS    bool
	noColor  bool
	resolver scanner.Resolver // nil with --no-dns
}

func newDiagnose(io stdio) *cobra.Command {
	d := &diagnosis{io: io}
	var source sourceFlags
	var verbose, codes bool
	c := &cobra.Command{
		Use:   "diagnose [flags] FILE...",
		Short: "Say why a message bounced, and what to do",
		Long:  diagnoseLong,
		Example: `  mailposture diagnose bounce.eml
  echo '550 5.7.367 Remote server returned not permitted to relay' | mailposture diagnose -
  mailposture diagnose --no-dns -f json bounce.eml headers.txt trace.csv
  mailposture diagnose --codes        every refusal that is known, as Markdown`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && !codes {
				return usage("give a file, or - for stdin", "nothing to diagnose")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			given := c.Flags().Changed("format")
			if _, err := configure(c, ""); err != nil {
				return err
			}
			if !given && d.format != "json" {
				d.format = "text" // a format that is set for scan may not be one of ours
			}
			if err := oneOf("format", d.format, "text", "json"); err != nil {
				return err
			}
			if codes {
				return written(bounceBook(io.out))
			}
			if !d.noDNS {
				var trace func(scanner.TraceEvent)
				if verbose {
					trace = tracer(io.err)
				}
				answers, err := source.open(trace)
				if err != nil {
					return err
				}
				defer answers.close()
				d.resolver = answers.resolver
			}
			return d.run(c.Context(), args)
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVarP(&d.format, "format", "f", "text", "text or json")
	flags.BoolVar(&d.noDNS, "no-dns", false, "look nothing up")
	flags.BoolVar(&codes, "codes", false, "print every refusal that is known, with its causes and their steps")
	source.register(c)
	flags.BoolVarP(&verbose, "verbose", "v", false, "print each question and answer")
	flags.BoolVar(&d.noColor, "no-color", false, "no colours (NO_COLOR does the same)")
	complete(c, "format", []string{"text", "json"})
	return c
}

// run diagnoses each file. Nothing is printed when one cannot be read.
func (d *diagnosis) run(ctx context.Context, files []string) error {
	var all []report.Diagnosed
	failed := false
	for _, path := range files {
		data, err := d.read(path)
		if err != nil {
			return err
		}
		found, err := d.explain(ctx, data)
		if err != nil {
			return &exitError{exitInterrupted, "interrupted", ""}
		}
		failed = failed || len(found.Unknown) > 0
		all = append(all, report.Diagnosed{Schema: report.DiagnosisSchema, File: record.Text(path), Diagnosis: found})
	}
	if err := d.print(all); err != nil {
		return written(err)
	}
	if failed {
		return exit(exitIncomplete)
	}
	return nil
}

func (d *diagnosis) print(all []report.Diagnosed) error {
	if d.format == "json" {
		return report.DiagnosesJSON(d.io.out, all)
	}
	return report.DiagnosesText(d.io.out, all, report.Options{Color: !d.noColor && colored(d.io.out), Width: width(d.io.out)})
}

// read reads as much of a file as is looked at.
func (d *diagnosis) read(path string) ([]byte, error) {
	in := d.io.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, usage("give a saved bounce, headers, a message or a trace, or - for stdin", "cannot read %s: %s", path, cause(err))
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, diagnose.MaxSize+1))
	if err != nil {
		return nil, usage("", "cannot read %s: %s", path, cause(err))
	}
	return data, nil
}

// The bounds on asking for one file: rounds, since a chain of includes as deep
// as SPF allows takes a dozen, and time, as for two domains of a scan.
const (
	maxDiagnoseRounds = 30
	diagnoseTimeout   = 2 * scanner.DefaultTimeout
)

// explain asks what the diagnosis still needs until nothing is missing. What is
// not answered in time is not known. The error is that of a context that is done.
func (d *diagnosis) explain(ctx context.Context, data []byte) (diagnose.Diagnosis, error) {
	evidence := diagnose.Read(data)
	if d.resolver == nil {
		return diagnose.Explain(evidence, nil), nil
	}
	timed, cancel := context.WithTimeout(ctx, diagnoseTimeout)
	defer cancel()
	known := make(answered)
	missing := evidence.Questions
	for range maxDiagnoseRounds {
		if err := d.ask(timed, known, missing); err != nil || ctx.Err() != nil {
			return diagnose.Diagnosis{}, errors.Join(err, ctx.Err())
		}
		found := diagnose.Explain(evidence, known)
		if len(found.Missing) == 0 {
			return found, nil
		}
		missing = found.Missing
	}
	found := diagnose.Explain(evidence, known)
	for _, q := range found.Missing {
		found.Unknown = append(found.Unknown, fmt.Sprintf("%s: not asked, too many rounds of questions", q))
	}
	return found, nil
}

// ask learns the answers to questions. When the time is spent, those without
// one fail; any other error is of a resolver that breaks its word.
func (d *diagnosis) ask(ctx context.Context, known answered, questions []facts.Question) error {
	if len(questions) == 0 {
		return nil
	}
	obs, err := d.resolver.Lookup(ctx, questions)
	if err != nil && ctx.Err() == nil {
		return err
	}
	for i, q := range questions {
		if i < len(obs) && obs[i].Status != facts.NotAsked {
			known[q] = obs[i]
		} else {
			known[q] = facts.Observation{Question: q, Status: facts.Failed, Cause: fmt.Sprintf("time budget of %s spent", diagnoseTimeout)}
		}
	}
	return nil
}

// answered is what was learnt. It implements facts.Answers.
type answered map[facts.Question]facts.Observation

// Get returns the observation of a question, and whether there is one.
func (a answered) Get(q facts.Question) (facts.Observation, bool) {
	o, ok := a[q]
	return o, ok
}
