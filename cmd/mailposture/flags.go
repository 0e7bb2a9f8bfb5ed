package main

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/provider"
)

// judgeFlags are the flags that scan and eval share: what to judge, and where
// the results go.
type judgeFlags struct {
	format          string
	outputs         []string
	severity        []string
	rules           []string
	skipRules       []string
	failOn          string
	failOnHints     bool
	withHelp        bool
	relayIPs        []string
	whatIf          []string
	parts           []string
	providers       []string
	exo             string
	config          string
	allowIncomplete bool
	quiet           bool
	verbose         bool
	noColor         bool
	progress        string

	catalogue *provider.Catalogue // of --providers, once read
	declared  *facts.Declared     // of the configuration file; nil when it declares nothing
	tenant    *facts.Tenant       // of --exo; nil without it
}

func (f *judgeFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.format, "format", "f", "", "what stdout gets: "+strings.Join(formatNames(), ", ")+" (default text on a terminal, else jsonl)")
	flags.StringArrayVarP(&f.outputs, "output", "o", nil, "write [FORMAT=]PATH as well; the format follows the extension; repeatable")
	list(flags, &f.severity, "severity", "s", "show only findings of these severities: "+severityNames())
	list(flags, &f.rules, "rule", "", "run only these rules: ID, name, pattern (m365-*), family or pack ("+packNames()+")")
	list(flags, &f.skipRules, "skip-rule", "", "run all but these rules")
	flags.StringVar(&f.failOn, "fail-on", "", "exit 1 if a finding is at or above this severity (default: never)")
	flags.BoolVar(&f.failOnHints, "fail-on-hints", false, "let hints count for --fail-on")
	flags.BoolVar(&f.withHelp, "with-help", false, "put why, fix and references into each finding of a jsonl line")
	list(flags, &f.relayIPs, "relay-ip", "", "an address that sends or relays for these domains: SPF must pass for it; repeatable")
	flags.StringArrayVar(&f.whatIf, "what-if", nil, "judge as if \"NAME TYPE DATA\" were published; \"NAME TYPE\" alone: as if there were none; repeatable")
	list(flags, &f.parts, "parts", "", "ask only for these: "+partNames()+" (default all)")
	flags.StringArrayVar(&f.providers, "providers", nil, providersHelp)
	flags.StringVar(&f.exo, "exo", "", "a folder with an administrator's exports of a Microsoft 365 tenant, as JSON: settles what DNS cannot see (docs/gateway.md)")
	flags.StringVar(&f.config, "config", "", "configuration file (default mailposture.yaml in . or the user's configuration folder)")
	flags.BoolVar(&f.allowIncomplete, "allow-incomplete", false, "do not exit 3 when something is unknown")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but results and errors")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each question and answer, and which configuration is used")
	flags.BoolVar(&f.noColor, "no-color", false, "no colours (NO_COLOR does the same)")
	flags.StringVar(&f.progress, "progress", "auto", "show progress on stderr: auto, on or off")
	complete(c, "format", formatNames())
	complete(c, "severity", strings.Split(severityNames(), ", "))
	complete(c, "fail-on", strings.Split(severityNames(), ", "))
	complete(c, "parts", strings.Split(partNames(), ", "))
	complete(c, "progress", []string{"auto", "on", "off"})
}

// list registers a flag that takes several values, by commas or by repeating.
func list(flags *pflag.FlagSet, to *[]string, name, short, help string) {
	flags.StringSliceVarP(to, name, short, nil, help)
}

func complete(c *cobra.Command, flag string, values []string) {
	// The only error is a flag that does not exist, which a test would show.
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func severityNames() string {
	var names []string
	for _, s := range policy.Severities() {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

func packNames() string {
	var names []string
	for _, p := range policy.Packs() {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func partNames() string {
	var names []string
	for _, p := range facts.Parts() {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

// options makes facts.Options of the flags, on top of those of a saved file.
// A flag that was not given leaves what is there.
func (f *judgeFlags) options(c *cobra.Command, opt facts.Options) (facts.Options, error) {
	if f.given(c, "relay-ip") {
		opt.RelayIPs = nil
		for _, text := range f.relayIPs {
			ip, err := netip.ParseAddr(strings.TrimSpace(text))
			if err != nil || ip.Zone() != "" {
				return opt, usage("give one address, such as 192.0.2.9 or 2001:db8::9", "--relay-ip %q is not an IP address", text)
			}
			opt.RelayIPs = append(opt.RelayIPs, ip.Unmap())
		}
	}
	if f.given(c, "parts") {
		opt.Parts = nil
		for _, text := range f.parts {
			p := facts.Part(strings.ToLower(strings.TrimSpace(text)))
			if !slices.Contains(facts.Parts(), p) {
				return opt, usage("", "unknown part %q: choose from %s", text, partNames())
			}
			opt.Parts = append(opt.Parts, p)
		}
	}
	if f.given(c, "providers") {
		opt.Providers = f.catalogue
	}
	if f.declared != nil {
		tenant := opt.Declared.Tenant // what the scan was given with --exo
		opt.Declared = *f.declared
		opt.Declared.Tenant = tenant
	}
	if f.tenant != nil {
		opt.Declared.Tenant = f.tenant
	}
	return opt, nil
}

// given reports whether a flag was set, by whatever layer.
func (f *judgeFlags) given(c *cobra.Command, name string) bool { return c.Flags().Changed(name) }

// shown is the set of severities to show; nil means all.
func (f *judgeFlags) shown() (map[policy.Severity]bool, error) {
	if len(f.severity) == 0 {
		return nil, nil
	}
	shown := make(map[policy.Severity]bool)
	for _, text := range f.severity {
		s, err := policy.ParseSeverity(text)
		if err != nil {
			return nil, usage("", "--severity: %s", err)
		}
		shown[s] = true
	}
	return shown, nil
}

// threshold is the severity of --fail-on, or "".
func (f *judgeFlags) threshold() (policy.Severity, error) {
	if f.failOn == "" {
		return "", nil
	}
	s, err := policy.ParseSeverity(f.failOn)
	if err != nil {
		return "", usage("", "--fail-on: %s", err)
	}
	return s, nil
}

// showProgress decides whether a progress line is drawn.
func (f *judgeFlags) showProgress(io stdio, ci bool) (bool, error) {
	switch f.progress {
	case "on":
		return true, nil
	case "off":
		return false, nil
	case "auto":
		toTerminal := isTerminal(io.out) && (f.format != "" || len(f.outputs) == 0)
		return isTerminal(io.err) && !toTerminal && !f.quiet && !ci, nil
	}
	return false, usage("", "--progress %q: choose auto, on or off", f.progress)
}

// oneOf checks a flag whose values are a closed set.
func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return usage("", "--%s %q: choose %s", flag, value, strings.Join(allowed, ", "))
}
