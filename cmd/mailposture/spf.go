package main

import (
	"context"
	"encoding/json"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/gospf"
	"github.com/mailposture/mailposture/record"
	"github.com/mailposture/mailposture/scanner"
)

// spfAnswer is what spf check prints.
type spfAnswer struct {
	IP            string          `json:"ip"`
	From          string          `json:"from"`
	HELO          string          `json:"helo"`
	Domain        string          `json:"domain"`
	Result        facts.SPFResult `json:"result"`
	Reason        string          `json:"reason"`
	Lookups       int             `json:"lookups"`
	VoidLookups   int             `json:"void_lookups"`
	Explanation   string          `json:"explanation,omitempty"`    // of a fail: what the domain has to say
	SecondOpinion string          `json:"second_opinion,omitempty"` // go/spf's result, where it differs
}

func newSPF(io stdio) *cobra.Command {
	parent := &cobra.Command{Use: "spf", Short: "Evaluate SPF for one message"}
	var source sourceFlags
	var ip, from, helo string
	var verbose bool
	c := &cobra.Command{
		Use:   "check --ip IP --from ADDRESS [--helo HOST]",
		Short: "Would SPF pass for this message?",
		Long: `Evaluate SPF as a receiver does (check_host() of RFC 7208) for a client address
and a sender, and print the result with its reason as one JSON object.

--from '' is the null reverse-path: the sender is then postmaster at the HELO name.
A fail has the explanation that the domain publishes (exp=), if it does.
Where blitiri.com.ar/go/spf comes to another result, that is shown as well.
Exit code 3 if DNS failed, else 0 whatever the result.`,
		Example: `  mailposture spf check --ip 192.0.2.1 --from user@example.com
  mailposture spf check --zone :demo: --ip 192.0.2.25 --from user@healthy.example`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := configure(c, ""); err != nil {
				return err
			}
			client, err := netip.ParseAddr(ip)
			if err != nil {
				return usage("give an address, such as 192.0.2.1 or 2001:db8::1", "--ip %q is not an IP address", ip)
			}
			if from == "" && (helo == "" || !c.Flags().Changed("from")) {
				return usage("the null reverse-path, --from '', is checked against --helo", "no sender: --from is missing")
			}
			var trace func(scanner.TraceEvent)
			if verbose {
				trace = tracer(io.err)
			}
			answers, err := source.open(trace)
			if err != nil {
				return err
			}
			defer answers.close()
			message := facts.SPFMessage{IP: client, From: from, HELO: helo, Time: time.Now()}
			return spfCheck(c.Context(), message, answers.resolver, io)
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVar(&ip, "ip", "", "address of the client (required)")
	flags.StringVar(&from, "from", "", "the MAIL FROM address; '' is the null reverse-path")
	flags.StringVar(&helo, "helo", "", "the name that the client gave in HELO or EHLO")
	flags.BoolVarP(&verbose, "verbose", "v", false, "print each question and answer")
	source.register(c)
	parent.AddCommand(c)
	return parent
}

func spfCheck(ctx context.Context, message facts.SPFMessage, resolver scanner.Resolver, io stdio) error {
	check, err := scanner.CheckHost(ctx, message, resolver)
	if err != nil {
		return &exitError{exitInterrupted, "interrupted", ""}
	}
	answer := spfAnswer{
		IP: message.IP.String(), From: record.Text(message.From), HELO: record.Text(message.HELO), Domain: record.Printable(check.Domain),
		Result: check.Result, Reason: record.Printable(check.Reason), Lookups: check.Lookups, VoidLookups: check.VoidLookups,
		Explanation: record.Printable(check.Explanation),
	}
	theirs := gospf.Check(ctx, message.IP, message.HELO, message.From, func(ctx context.Context, name, kind string) gospf.Answer {
		o, err := resolver.Lookup(ctx, []facts.Question{{Name: name, Kind: kind}})
		if err != nil {
			return gospf.Answer{}
		}
		return opinionAnswer(o[0])
	})
	if theirs != "" && theirs != string(check.Result) {
		answer.SecondOpinion = theirs
	}
	if err := written(json.NewEncoder(io.out).Encode(answer)); err != nil {
		return err
	}
	if check.Result == facts.SPFTempError {
		return exit(exitIncomplete)
	}
	return nil
}
