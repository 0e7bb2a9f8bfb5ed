package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/mailposture/mailposture/policy"
)

// release is the version of the program.
const release = "0.1.0"

// version is the release, and the commit it was built from where that is known.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return release + " (" + s.Value[:12] + ")"
			}
		}
	}
	return release
}

// by names the program and its rules in every result.
func by() string { return "mailposture/" + release + " rules/" + policy.RulesVersion }

func newVersion(io stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of the program, its rules and Go",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(io.out, "mailposture %s\nrules %s (%d)\n%s %s/%s\n",
				version(), policy.RulesVersion, len(policy.Rules()), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return written(err)
		},
	}
}
