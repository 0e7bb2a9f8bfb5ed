package main

import (
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mailposture/mailposture/provider"
)

// providersHelp explains --providers wherever it stands.
const providersHelp = "add the providers of a file to the catalogue, or replace those of their IDs (docs/providers.md); repeatable"

const providersLong = `List the catalogue of providers by kind, explain one, or say whose host this is
and by which rule it was recognised.

A name with a dot is a host: of an MX record, an SPF include, the target of a
DKIM selector or of _dmarc, or the domain of a DMARC report address. Whole labels
are compared: an exact name comes before the longest suffix, and that before a
name with a star for one label.

--providers adds the entries of a YAML file, here as in scan and eval.`

func newProviders(io stdio) *cobra.Command {
	var format string
	var files []string
	c := &cobra.Command{
		Use:   "providers [NAME|HOST]",
		Short: "List the providers, explain one, or say whose host this is",
		Long:  providersLong,
		Example: `  mailposture providers
  mailposture providers mimecast
  mailposture providers mx1.hc1234-56.iphmx.com
  mailposture providers --providers site.yaml mx.gateway.example -f json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := configureProviders(c); err != nil {
				return err
			}
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			catalogue, err := readProviders(files)
			if err != nil {
				return err
			}
			return answerProviders(io.out, catalogue, args, format == "json")
		},
		ValidArgsFunction: completeProviders,
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "text or json")
	c.Flags().StringArrayVar(&files, "providers", nil, providersHelp)
	complete(c, "format", []string{"text", "json"})
	return c
}

// configureProviders sets --providers, and no other flag, as a scan in the same
// folder would have it: the format of a report is not one of this command.
func configureProviders(c *cobra.Command) error {
	path, data, err := findConfig("")
	if err != nil {
		return err
	}
	only := pflag.NewFlagSet("providers", pflag.ContinueOnError)
	only.AddFlag(c.Flags().Lookup("providers"))
	if err := fromEnvironment(only); err != nil {
		return err
	}
	return fromFile(only, path, data)
}

// readProviders is the embedded catalogue with the entries of files, a later
// one on top of an earlier.
func readProviders(paths []string) (*provider.Catalogue, error) {
	catalogue := provider.Embedded()
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, usage("give --providers an existing file", "cannot read the providers %s: %s", path, cause(err))
		}
		if catalogue, err = catalogue.Extend(path, data); err != nil {
			return nil, usage("docs/providers.md explains the form of an entry", "%s", err)
		}
	}
	return catalogue, nil
}

func completeProviders(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, p := range provider.Embedded().All() {
		names = append(names, p.ID+"\t"+p.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// hostAnswer says whose a host is.
type hostAnswer struct {
	Host    string           `json:"host"`
	Matches []provider.Match `json:"matches"`
}

func answerProviders(w io.Writer, c *provider.Catalogue, args []string, asJSON bool) error {
	if len(args) == 0 {
		all := byKind(c.All())
		if asJSON {
			return written(printJSON(w, all))
		}
		return written(providerTable(w, all))
	}
	if p, ok := byName(c, args[0]); ok {
		if asJSON {
			return written(printJSON(w, []provider.Provider{p}))
		}
		return written(explainProvider(w, p))
	}
	matches := c.Matches(args[0])
	if len(matches) == 0 && !strings.Contains(args[0], ".") {
		return usage(nearestProviders(c, args[0]), "no provider is called %q", args[0])
	}
	if asJSON {
		return written(printJSON(w, hostAnswer{args[0], append([]provider.Match{}, matches...)}))
	}
	return written(explainHost(w, args[0], matches))
}

func printJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// byKind sorts by kind, then by ID.
func byKind(all []provider.Provider) []provider.Provider {
	slices.SortStableFunc(all, func(a, b provider.Provider) int {
		return slices.Index(provider.Kinds(), a.Kind) - slices.Index(provider.Kinds(), b.Kind)
	})
	return all
}

// byName finds a provider by its ID or its whole name; case does not matter.
func byName(c *provider.Catalogue, name string) (provider.Provider, bool) {
	if p, ok := c.ByID(strings.ToLower(name)); ok {
		return p, true
	}
	for _, p := range c.All() {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return provider.Provider{}, false
}

// nearestProviders is a hint with the IDs of providers that bear the text in
// their ID or name.
func nearestProviders(c *provider.Catalogue, text string) string {
	const most = 8
	var ids []string
	for _, p := range c.All() {
		if strings.Contains(p.ID, strings.ToLower(text)) || strings.Contains(strings.ToLower(p.Name), strings.ToLower(text)) {
			ids = append(ids, p.ID)
		}
	}
	switch {
	case len(ids) == 0 || text == "":
		return "mailposture providers lists them; a host has a dot"
	case len(ids) > most:
		return "there are " + strings.Join(ids[:most], ", ") + " and more: mailposture providers lists them"
	}
	return "there is " + strings.Join(ids, ", ")
}
