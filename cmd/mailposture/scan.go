package main

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/report"
	"github.com/mailposture/mailposture/scanner"
)

// scanFlags are the flags of scan.
type scanFlags struct {
	judgeFlags
	source      sourceFlags
	lists       []string
	save        string
	deep        bool
	selectors   []string
	concurrency int
	order       string
}

const scanLong = `Scan domains: ask DNS about their mail, judge the answers by rules, report.

Domains come from the arguments, from lists (--list), and from stdin when there
are neither and it is not a terminal. A list has one domain a line, or is CSV
with the domain in its first column; # begins a comment. URLs, e-mail addresses,
upper case and international names are understood. A line that is no domain
gives a rejected result.

Questions go to the system's resolver, to those of --resolver, or to none when
zone files (--zone) answer. :demo: is a zone that is built in.

Exit codes: 0 done; 1 a finding at or above --fail-on; 2 usage error, or not one
valid domain; 3 something is unknown (--allow-incomplete turns it off);
4 the results could not be written; 130 interrupted.`

func newScan(io stdio) *cobra.Command {
	f := &scanFlags{}
	c := &cobra.Command{
		Use:   "scan [flags] [DOMAIN...]",
		Short: "Scan domains and judge them",
		Long:  scanLong,
		Example: `  mailposture scan example.com
  mailposture scan -l domains.txt -o report.html -o out.sarif -o results.jsonl
  cat domains.txt | mailposture scan -f jsonl
  mailposture scan --zone example.zone example.com
  mailposture scan --zone :demo:
  mailposture scan --relay-ip 192.0.2.9 --fail-on high example.com`,
		RunE: func(c *cobra.Command, args []string) error { return scan(c, args, f, io) },
	}
	flags := c.Flags()
	flags.StringArrayVarP(&f.lists, "list", "l", nil, "read domains from a file, - for stdin; repeatable")
	f.register(c)
	flags.StringVar(&f.save, "save", "", "also save what DNS said, for eval (.gz compresses)")
	f.source.register(c)
	flags.BoolVar(&f.deep, "deep", false, "ask costly questions too: every known DKIM selector")
	list(flags, &f.selectors, "selector", "", "a DKIM selector to ask for besides those found by evidence; repeatable")
	flags.IntVarP(&f.concurrency, "concurrency", "c", scanner.DefaultConcurrency, "domains at once")
	flags.StringVar(&f.order, "order", "input", "results in input order, or each as soon as it is done: input or done")
	complete(c, "order", []string{"input", "done"})
	return c
}

// scan runs one scan from flags to exit code.
func scan(c *cobra.Command, args []string, f *scanFlags, io stdio) error {
	s, err := newSession(c, &f.judgeFlags, io)
	if err != nil {
		return err
	}
	cfg, source, err := f.config(c, s)
	if err != nil {
		return err
	}
	defer source.close()
	in, total, err := f.inputs(c.Context(), args, source.domains, io)
	if err != nil {
		return err
	}
	saver, err := newSaver(f.save, cfg.Options)
	if err != nil {
		return err
	}
	if err := s.begin(f.lists, total); err != nil {
		saver.abandon()
		return s.fail(err)
	}
	if err := f.scanAll(c.Context(), in, cfg, s, saver); err != nil {
		saver.abandon()
		return s.fail(err)
	}
	if err := saver.commit(); err != nil {
		return s.fail(err)
	}
	s.asked = source.asked()
	return s.finish()
}

// config is how to scan, and who answers.
func (f *scanFlags) config(c *cobra.Command, s *session) (scanner.Config, source, error) {
	cfg := scanner.Config{Concurrency: f.concurrency, Unordered: f.order == "done"}
	if err := oneOf("order", f.order, "input", "done"); err != nil {
		return cfg, source{}, err
	}
	if f.concurrency < 1 {
		return cfg, source{}, usage("", "--concurrency %d: it must be at least 1", f.concurrency)
	}
	if f.save != "" && !s.plan.Empty() {
		return cfg, source{}, usage("save first, then try what-if with eval", "--save keeps what is published, and --what-if changes it")
	}
	var err error
	if cfg.Options, err = f.options(c, facts.DefaultOptions()); err != nil {
		return cfg, source{}, err
	}
	cfg.Options.Deep = f.deep
	for _, selector := range f.selectors {
		if _, err := facts.ParseDomain(selector + "._domainkey.example.com"); err != nil {
			return cfg, source{}, usage("give the name before ._domainkey, such as selector1", "--selector %q is not a selector", selector)
		}
		cfg.Options.Selectors = append(cfg.Options.Selectors, strings.ToLower(selector))
	}
	from, err := f.source.open(s.tracer())
	if err != nil {
		return cfg, source{}, err
	}
	cfg.Resolver = from.resolver
	if !s.plan.Empty() {
		cfg.Resolver = scanner.Overlay{Next: from.resolver, Changes: s.plan}
	}
	if most := f.source.mostDomains(); cfg.Concurrency > most {
		cfg.Concurrency = most
		s.verbosef("%d domains at once, so that none spends its time waiting for --rate-limit", most)
	}
	return cfg, from, nil
}

// inputs are what to scan, and how many there are, or -1. Not one is an error.
func (f *scanFlags) inputs(ctx context.Context, args []string, zones []facts.Domain, io stdio) (iter.Seq[input], int, error) {
	switch {
	case len(args) > 0 || len(f.lists) > 0:
	case len(zones) > 0:
		for _, d := range zones {
			args = append(args, string(d))
		}
	case isTerminal(io.in):
		return nil, 0, usage("try mailposture example.com, or mailposture scan --zone :demo: without a network", "no domain to scan")
	default:
		f.lists = []string{"-"}
	}
	for _, path := range f.lists {
		if err := readable("list", path); err != nil {
			return nil, 0, err
		}
	}
	stdin := io.in
	if slices.Contains(f.lists, "-") { // else it is not ours: a shell loop may read on in it
		stdin = untilDone(ctx, stdin)
	}
	in, ok := atLeastOne(inputs(args, f.lists, stdin))
	if !ok {
		return nil, 0, usage("one domain a line, such as example.com", "no domain to scan: %s is empty", strings.Join(f.lists, ", "))
	}
	return in, countInputs(args, f.lists), nil
}

// readable finds out before anything is begun whether an input can be read.
func readable(what, path string) error {
	if path == "-" {
		return nil
	}
	file, err := os.Open(path)
	if err == nil {
		var info os.FileInfo
		if info, err = file.Stat(); err == nil && info.IsDir() {
			err = errors.New("it is a folder")
		}
		file.Close()
	}
	if err != nil {
		return usage("give an existing file, or - for stdin", "cannot read the %s %s: %s", what, path, cause(err))
	}
	return nil
}

// scanned is what becomes of one input.
type scanned struct {
	result   report.Result
	snapshot *facts.Snapshot // nil when it was rejected
	err      error           // the list could not be read on
}

// scanAll scans, and hands the results to the session and the saver.
func (f *scanFlags) scanAll(ctx context.Context, in iter.Seq[input], cfg scanner.Config, s *session, saver *saver) error {
	domain := func(one input) (facts.Domain, bool) { return one.domain, one.err == nil && one.reason == "" }
	judge := func(one input, snapshot *facts.Snapshot, found *facts.Facts) scanned {
		switch {
		case one.err != nil:
			return scanned{err: one.err}
		case one.reason != "":
			return scanned{result: report.NewRejected(by(), time.Now(), one.from, one.reason)}
		}
		result := s.judge(snapshot, found)
		result.Input = &one.from
		return scanned{result: result, snapshot: snapshot}
	}
	for done, err := range scanner.ScanEach(ctx, in, cfg, domain, judge) {
		if err == nil {
			err = done.err
		}
		if err == nil && done.snapshot != nil {
			err = saver.save(done.snapshot)
		}
		if err == nil {
			err = s.result(done.result)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// atLeastOne reports whether a sequence has a value, without losing it.
func atLeastOne(in iter.Seq[input]) (iter.Seq[input], bool) {
	next, stop := iter.Pull(in)
	first, ok := next()
	if !ok {
		stop()
		return nil, false
	}
	return func(yield func(input) bool) {
		defer stop()
		for one, ok := first, true; ok; one, ok = next() {
			if !yield(one) {
				return
			}
		}
	}, true
}

// untilDone reads in a goroutine of its own, so that an interrupt need not
// wait for whoever types. The goroutine ends with the program.
func untilDone(ctx context.Context, r io.Reader) io.Reader {
	pr, pw := io.Pipe()
	context.AfterFunc(ctx, func() { pw.CloseWithError(ctx.Err()) })
	go func() {
		_, err := io.Copy(pw, r)
		pw.CloseWithError(err) // nil means io.EOF
	}()
	return pr
}
