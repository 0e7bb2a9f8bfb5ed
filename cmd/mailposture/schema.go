package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/report"
)

func newSchema(io stdio) *cobra.Command {
	var names []string
	for _, s := range report.Schemas() {
		names = append(names, s.Name)
	}
	return &cobra.Command{
		Use:       "schema [NAME]",
		Short:     "Print the JSON Schema of an output",
		Long:      "List the JSON Schemas of the outputs, or print one: " + strings.Join(names, ", ") + ".",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			for _, s := range report.Schemas() {
				switch {
				case len(args) == 0:
					if _, err := fmt.Fprintf(io.out, "%-10s %s\n", s.Name, s.Title); err != nil {
						return written(err)
					}
				case strings.EqualFold(args[0], s.Name):
					_, err := fmt.Fprintln(io.out, strings.TrimSpace(string(s.JSON)))
					return written(err)
				}
			}
			if len(args) == 0 {
				return nil
			}
			return usage("", "no schema is called %q: choose one of %s", args[0], strings.Join(names, ", "))
		},
	}
}
