package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/record"
)

// stdio is where a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// The exit codes. They do not depend on the format.
const (
	exitOK          = 0
	exitFindings    = 1   // a finding at or above --fail-on
	exitUsage       = 2   // usage or configuration error; nothing was scanned
	exitIncomplete  = 3   // a part or a rule is unknown
	exitWrite       = 4   // the results could not be written
	exitInterrupted = 130 // as shells report SIGINT
)

// exitError ends the program with a code and, unless it is empty, a message
// with a hint.
type exitError struct {
	code    int
	message string
	hint    string // what to do about it, or ""
}

func (e *exitError) Error() string { return e.message }

// usage is an error of how the program was called.
func usage(hint, format string, args ...any) error {
	return &exitError{exitUsage, fmt.Sprintf(format, args...), hint}
}

// exit ends with a code and without a message.
func exit(code int) error {
	if code == exitOK {
		return nil
	}
	return &exitError{code: code}
}

// run is the whole program. Data goes to stdout, all else to stderr.
func run(ctx context.Context, args []string, io stdio) int {
	root := newRoot(io)
	root.SetArgs(withCommand(root, args))
	err := root.ExecuteContext(ctx)
	var e *exitError
	switch {
	case err == nil:
		return exitOK
	case !errors.As(err, &e):
		e = &exitError{exitUsage, err.Error(), "see mailposture help"} // cobra's own errors
	}
	if e.message != "" {
		message, rest, _ := strings.Cut(e.message, "\n") // an excerpt of a file may follow
		fmt.Fprintf(io.err, "mailposture: %s\n", record.Printable(message))
		if rest != "" {
			fmt.Fprintln(io.err, rest)
		}
	}
	if e.hint != "" {
		fmt.Fprintf(io.err, "hint: %s\n", e.hint)
	}
	return e.code
}

// withCommand makes "mailposture example.com" mean "mailposture scan
// example.com". A first word without a dot is taken for a command, so that a
// slip there is told as one.
func withCommand(root *cobra.Command, args []string) []string {
	if len(args) == 0 {
		return args
	}
	switch first := args[0]; {
	case first == "-h" || first == "--help" || first == "--version" || strings.HasPrefix(first, "__complete"):
		return args
	case strings.HasPrefix(first, "-"), strings.ContainsAny(first, ".@"):
		return append([]string{"scan"}, args...)
	}
	return args
}

const rootLong = `mailposture asks DNS about a domain's mail (MX, SPF, DMARC, DKIM), works out
what the answers mean, judges that by rules, and reports. It finds, above all,
the domains whose mail will be lost on the way: behind a gateway with mailboxes
at Microsoft 365, with an SPF record that misses a relay, or under p=reject
with nothing that can pass.

A question that failed is never read as "there is no record": what is not
known is reported as unknown, and ends the run with exit code 3.`

func newRoot(io stdio) *cobra.Command {
	root := &cobra.Command{
		Use:   "mailposture DOMAIN... | COMMAND",
		Short: "Scan the DNS and e-mail authentication posture of domains",
		Long:  rootLong,
		Example: `  mailposture example.com
  mailposture scan -l domains.txt -o report.html -o out.sarif -o results.jsonl
  mailposture scan --zone :demo:        no network needed
  mailposture rules SPF005`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.SetVersionTemplate("mailposture {{.Version}}\n")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("see "+c.CommandPath()+" --help", "%s", err)
	})
	root.AddCommand(newScan(io), newEval(io), newRules(io), newProviders(io), newSPF(io), newRelay(io), newDiagnose(io), newSchema(io), newVersion(io))
	return root
}
