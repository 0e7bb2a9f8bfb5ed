package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/relay"
	"github.com/mailposture/mailposture/report"
)

// relayFlags are the flags of relay.
type relayFlags struct {
	source            sourceFlags
	from, to, forward string
	format            string
	snapshots         []string
	ip                string
	gatewayIPs        []string
	selectors         []string
	declared          facts.Declared // of the configuration file
	assume            []string
	verbose           bool
	noColor           bool
}

const relayLong = `Say what becomes of a message that Exchange Online forwards: why a forwarded
copy is refused with "550 5.7.367 Remote server returned not permitted to relay",
or for DMARC, and the change that mends it.

    --from     who wrote it
    --to       the mailbox that forwards it
    --forward  where the copy goes

Each hop is shown with the check that is made there, its result, and why. What
DNS shows (MX, SPF, DMARC, DKIM keys) is looked up. What it cannot show is tried
both ways where the end hangs on it: with and without Enhanced Filtering for
Connectors, and with and without a DKIM signature where no key was seen. The
rest is assumed to be as usual, and named: --assume sets it.

Microsoft promises nothing about its relay pool, and its two texts disagree
about DKIM: "relay" means that a message is at risk of it, never that it will go
there. The newer text decides; --assume criteria=support-2026-03 takes the older.

Exit codes: 0 whatever the outcome; 2 usage error; 3 the outcome is unknown,
because something that decides is: a question that failed, most often.`

func newRelay(io stdio) *cobra.Command {
	f := &relayFlags{}
	c := &cobra.Command{
		Use:   "relay --from ADDRESS --to ADDRESS [--forward ADDRESS]",
		Short: "Why does a forwarded message bounce?",
		Long:  relayLong + "\n\nWhat --assume can set:\n\n" + inputHelp(),
		Example: `  mailposture relay --from a@sender.example --to b@behind-gateway.example --forward c@else.example
  mailposture relay --zone :demo: --from a@healthy.example --to b@behind-gateway.example --forward c@forwards.example
  mailposture relay --from a@sender.example --to b@ours.example --forward c@else.example --assume enhanced-filtering=on
  mailposture scan -l domains.txt --save saved.jsonl.gz
  mailposture relay --snapshots saved.jsonl.gz --from a@sender.example --to b@ours.example --forward c@else.example -f json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runRelay(c, f, io) },
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.from, "from", "", "the author's address (required)")
	flags.StringVar(&f.to, "to", "", "the mailbox at Exchange Online that it was sent to (required)")
	flags.StringVar(&f.forward, "forward", "", "the address that the mailbox forwards to (default: it forwards nothing)")
	flags.StringVarP(&f.format, "format", "f", "", "text, or json: one object a line (default text on a terminal, else json)")
	flags.StringVar(&f.ip, "ip", "", "the host that hands the message over, as Received shows it (default: one that SPF lists)")
	list(flags, &f.gatewayIPs, "gateway-ip", "", "an address that the gateway delivers from (default: those of its MX); repeatable")
	list(flags, &f.selectors, "selector", "", "a DKIM selector of the sender to ask for besides those found by evidence; repeatable")
	list(flags, &f.assume, "assume", "", "set what DNS cannot show: NAME=VALUE; repeatable")
	flags.StringArrayVar(&f.snapshots, "snapshots", nil, "answer from what scan --save wrote; repeatable")
	f.source.register(c)
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each question and answer")
	flags.BoolVar(&f.noColor, "no-color", false, "no colours (NO_COLOR does the same)")
	c.MarkFlagsMutuallyExclusive("snapshots", "zone")
	c.MarkFlagsMutuallyExclusive("snapshots", "resolver")
	complete(c, "format", []string{"text", "json"})
	complete(c, "assume", assumable())
	return c
}

// inputHelp lists the inputs for --help.
func inputHelp() string {
	var b strings.Builder
	for _, choice := range relay.Choices() {
		b.WriteString("  " + string(choice.Input) + "=" + strings.Join(choice.Values, "|") + "\n      " + choice.Meaning + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// assumable lists what --assume takes.
func assumable() []string {
	var all []string
	for _, choice := range relay.Choices() {
		for _, value := range choice.Values {
			all = append(all, string(choice.Input)+"="+value)
		}
	}
	return all
}

func runRelay(c *cobra.Command, f *relayFlags, io stdio) error {
	given := c.Flags().Changed("format")
	config, err := configure(c, "")
	if err != nil {
		return err
	}
	declared, err := readDeclared(config, provider.Embedded())
	if err != nil {
		return err
	}
	if declared != nil {
		f.declared = *declared
	}
	if !given && f.format != "text" && f.format != "json" {
		f.format = "" // a format that is set for scan may not be one of ours
	}
	path, err := f.path()
	if err != nil {
		return err
	}
	if f.format == "" {
		f.format = "json"
		if isTerminal(io.out) {
			f.format = "text"
		}
	}
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return err
	}
	for _, assumption := range f.assume { // before anything is asked
		if _, err := assumed(relay.Read(blank()), assumption); err != nil {
			return err
		}
	}
	study, done, err := f.open(c, path, io)
	if err != nil {
		return err
	}
	defer done()
	reading, err := path.read(c.Context(), study)
	if err != nil {
		return err
	}
	return f.print(reading, io)
}

// print writes one report for each combination.
func (f *relayFlags) print(reading relay.Reading, io stdio) error {
	var err error
	for _, assumption := range f.assume {
		if reading, err = assumed(reading, assumption); err != nil {
			return err
		}
	}
	var all []report.Relay
	unknown := false
	for _, r := range reading.Combinations() {
		one := report.NewRelay(f.from, f.to, f.forward, r)
		unknown = unknown || one.Unknown()
		all = append(all, one)
	}
	if f.format == "json" {
		err = report.WriteRelayJSON(io.out, all)
	} else {
		err = report.WriteRelayText(io.out, all, report.Options{Color: !f.noColor && colored(io.out), Width: width(io.out)})
	}
	if err := written(err); err != nil {
		return err
	}
	if unknown {
		return exit(exitIncomplete)
	}
	return nil
}

// assumed applies one NAME=VALUE.
func assumed(r relay.Reading, text string) (relay.Reading, error) {
	name, value, _ := strings.Cut(text, "=")
	r, err := r.With(relay.Input(strings.TrimSpace(name)), strings.TrimSpace(value))
	if err != nil {
		return r, usage("mailposture relay --help lists what can be assumed", "--assume: %s", err)
	}
	return r, nil
}

// blank is domains of which nothing is known.
func blank() relay.Domains { return relay.Domains{From: &facts.Facts{}, To: &facts.Facts{}} }
