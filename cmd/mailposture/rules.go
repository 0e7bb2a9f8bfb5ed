package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/report"
)

func newRules(io stdio) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "rules [ID|NAME]",
		Short: "List the rules, or explain one",
		Long:  "List the rules, or explain one: what is wrong, what it does to mail, what to do, and examples.",
		Example: `  mailposture rules
  mailposture rules SPF005
  mailposture rules -f json`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeRules,
		RunE: func(_ *cobra.Command, args []string) error {
			rules := policy.Rules()
			explain := len(args) == 1
			if explain {
				rule, err := policy.ByName(rules, args[0])
				if err != nil {
					return usage("mailposture rules lists them", "%s", err)
				}
				rules = []policy.Rule{rule}
			}
			if err := oneOf("format", format, "text", "json", "markdown"); err != nil {
				return err
			}
			return written(printRules(io.out, rules, format, explain))
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "text, json or markdown")
	complete(c, "format", []string{"text", "json", "markdown"})
	return c
}

func completeRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, r := range policy.Rules() {
		names = append(names, r.ID+"\t"+r.Title, r.Name+"\t"+r.Title)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func printRules(w io.Writer, rules []policy.Rule, format string, explain bool) error {
	switch {
	case format == "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(report.NewRules(rules))
	case format == "markdown":
		return ruleBook(w, rules)
	case explain:
		return report.Explain(w, report.NewRules(rules)[0], examples(rules[0]), report.Options{Color: colored(w), Width: width(w)})
	}
	return ruleTable(w, rules)
}

func ruleTable(w io.Writer, rules []policy.Rule) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tSEVERITY\tNAME\tTITLE") // a tabwriter keeps its error for Flush
	for _, r := range rules {
		severity := string(r.Severity)
		if r.Confidence == policy.Hint {
			severity += " (hint)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.ID, severity, r.Name, r.Title)
	}
	return t.Flush()
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
	_, err := io.WriteString(w, b.String())
	return err
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
