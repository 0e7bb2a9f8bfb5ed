package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/report"
)

const rulesLong = `List the rules by family, explain one, list a family, or show what a pack asks.

A rule says what is wrong, what it does to mail, what to do, and shows examples.
A pack (a name with @, as --rule takes it) is what somebody asks of domains, line
by line, with the rules that decide each.`

func newRules(io stdio) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "rules [ID|NAME|FAMILY|@PACK]",
		Short: "List the rules, or explain one",
		Long:  rulesLong,
		Example: `  mailposture rules
  mailposture rules SPF005
  mailposture rules dmarc
  mailposture rules @bulk-sender
  mailposture rules -f json`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeRules,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json", "markdown"); err != nil {
				return err
			}
			asked, err := askedRules(args)
			if err != nil {
				return usage("mailposture rules lists them", "%s", err)
			}
			return written(asked.print(io.out, format))
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "text, json or markdown")
	complete(c, "format", []string{"text", "json", "markdown"})
	return c
}

// ruleChoice is what the command was asked for: all rules, a family, one rule,
// or a pack.
type ruleChoice struct {
	rules   []policy.Rule
	explain bool         // one rule, in full
	pack    *policy.Pack // nil unless a pack was named
}

// askedRules reads the argument.
func askedRules(args []string) (ruleChoice, error) {
	all := ruleChoice{rules: policy.Rules()}
	if len(args) == 0 {
		return all, nil
	}
	family := func(r policy.Rule) bool { return !strings.EqualFold(r.Family(), args[0]) }
	if rules := slices.DeleteFunc(policy.Rules(), family); len(rules) > 0 {
		return ruleChoice{rules: rules}, nil
	}
	if strings.HasPrefix(args[0], "@") {
		rules, _, err := policy.Select(all.rules, args, nil)
		if err != nil {
			return ruleChoice{}, err
		}
		return ruleChoice{rules: rules, pack: &policy.PacksIn(args)[0]}, nil
	}
	rule, err := policy.ByName(all.rules, args[0])
	return ruleChoice{rules: []policy.Rule{rule}, explain: true}, err
}

func completeRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, r := range policy.Rules() {
		names = append(names, r.ID+"\t"+r.Title, r.Name+"\t"+r.Title)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (c ruleChoice) print(w io.Writer, format string) error {
	switch {
	case format == "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(report.NewRules(c.rules))
	case format == "markdown":
		return ruleBook(w, c.rules)
	case c.explain:
		return report.Explain(w, report.NewRules(c.rules)[0], examples(c.rules[0]), report.Options{Color: colored(w), Width: width(w)})
	case c.pack != nil:
		return packTable(w, c.pack)
	}
	return ruleTable(w, c.rules)
}

// ruleTable lists rules by family, and all packs behind them.
func ruleTable(w io.Writer, rules []policy.Rule) error {
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	family := ""
	for _, r := range rules {
		if r.Family() != family {
			if family != "" {
				fmt.Fprintln(t, "\t\t\t\t")
			}
			family = r.Family()
			fmt.Fprintf(t, "%s\tSEVERITY\tCONFIDENCE\tNAME\tTITLE\n", family)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Severity, r.Confidence, r.Name, r.Title)
	}
	if len(rules) == len(policy.Rules()) {
		fmt.Fprintln(t, "\t\t\t\t")
		for _, p := range policy.Packs() {
			fmt.Fprintf(t, "%s\t\t\t\t%s\n", p.Name, p.Title)
		}
	}
	t.Flush() // its error is the builder's, which has none
	for line := range strings.Lines(table.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// packTable lists what a pack asks, and what decides it.
func packTable(w io.Writer, p *policy.Pack) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", p.Title)
	for _, s := range p.Sources {
		fmt.Fprintf(&b, "\n%s\n%s\n", s.Name, s.URL)
		for _, r := range s.Asks {
			fmt.Fprintf(&b, "  %s\n      %s\n", r.Text, decidedBy(r))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// decidedBy says how a requirement is decided.
func decidedBy(r policy.Requirement) string {
	switch rules := strings.Join(r.Rules, ", "); {
	case rules != "" && r.Blind != "":
		return rules + "; where they find nothing: " + r.Blind
	case rules != "":
		return rules
	case r.Blind != "":
		return "cannot be told: " + r.Blind
	}
	return "by what DNS shows"
}

// ruleBook is docs/rules.md.
func ruleBook(w io.Writer, rules []policy.Rule) error {
	var b strings.Builder
	b.WriteString("# Rules\n\nMade by `make docs` from the rules themselves; `mailposture rules NAME` prints one.\n\n")
	b.WriteString("| ID | Name | Severity | Confidence | Title |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s |\n", r.ID, strings.ToLower(r.ID), r.Name, r.Severity, r.Confidence, r.Title)
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "\n## %s\n\n**%s** (`%s`). Severity %s, confidence %s.\n\n%s\n\n**What to do.** %s\n\nReferences: %s.\n",
			r.ID, r.Title, r.Name, r.Severity, r.Confidence, r.Why, r.Fix, strings.Join(r.Refs, "; "))
		for _, e := range r.Examples {
			fmt.Fprintf(&b, "\n%s: *%s*\n\n```zone\n%s\n```\n", outcomeWord(e.Outcome), e.Name, strings.TrimSpace(e.Zone))
		}
	}
	if len(rules) == len(policy.Rules()) {
		packBook(&b)
		leftOutBook(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// packBook is what the packs ask, for docs/rules.md.
func packBook(b *strings.Builder) {
	b.WriteString("\n# Packs\n\nA pack is what somebody asks of domains: `--rule @bulk-sender` runs its rules and shows it as a checklist (met, not met, cannot tell).\n")
	for _, p := range policy.Packs() {
		fmt.Fprintf(b, "\n## %s\n\n%s.\n", p.Name, p.Title)
		for _, s := range p.Sources {
			fmt.Fprintf(b, "\n[%s](%s)\n\n| asked | decided by |\n| --- | --- |\n", s.Name, s.URL)
			for _, r := range s.Asks {
				fmt.Fprintf(b, "| %s | %s |\n", r.Text, decidedBy(r))
			}
		}
	}
}

// leftOutBook is why proposals did not become rules, for docs/rules.md.
func leftOutBook(b *strings.Builder) {
	b.WriteString("\n# Left out\n\nThe catalogue began as a list of 150 proposals of November 2026. Each was held against the text of the RFCs; these did not become rules.\n\n" +
		"| proposal | what it was to find | why it is no rule |\n| --- | --- | --- |\n")
	for _, p := range policy.LeftOut() {
		fmt.Fprintf(b, "| %s | %s | %s |\n", p.ID, p.Title, p.Why)
	}
}

// outcomeWord is how an example's outcome reads.
func outcomeWord(o policy.Outcome) string {
	switch o {
	case policy.Fail:
		return "Found in"
	case policy.NotApplicable:
		return "Does not apply to"
	case policy.Unsure:
		return "Cannot be decided for"
	}
	return "Not found in"
}

func examples(r policy.Rule) []report.Example {
	out := make([]report.Example, len(r.Examples))
	for i, e := range r.Examples {
		out[i] = report.Example{Outcome: outcomeWord(e.Outcome), Name: e.Name, Zone: strings.TrimSpace(e.Zone)}
	}
	return out
}
