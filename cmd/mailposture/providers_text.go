package main

import (
	"bufio"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/record"
)

// The texts of a provider are printed as they are: no catalogue takes one that
// a terminal would not print.

func providerTable(w io.Writer, all []provider.Provider) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KIND\tID\tNAME\tKNOWN BY") // a tabwriter keeps its error for Flush
	for _, p := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", p.Kind, p.ID, p.Name, knownBy(p))
	}
	return t.Flush()
}

// knownBy is the first name that shows the provider, and how many more do.
func knownBy(p provider.Provider) string {
	var names []string
	for _, list := range [][]string{p.MXSuffixes, p.SPFIncludes, selectorNames(p), p.Reports, p.Aliases} {
		names = append(names, list...)
	}
	if len(names) == 1 {
		return names[0]
	}
	return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
}

func selectorNames(p provider.Provider) []string {
	var names []string
	for _, s := range p.Selectors {
		switch {
		case s.Name == "":
			names = append(names, "any at "+s.CNAMESuffix)
		case s.CNAMESuffix == "":
			names = append(names, s.Name)
		default:
			names = append(names, s.Name+" at "+s.CNAMESuffix)
		}
	}
	return names
}

func explainProvider(w io.Writer, p provider.Provider) error {
	b := bufio.NewWriter(w) // keeps its error for Flush
	fmt.Fprintf(b, "%s: %s\n\n", p.ID, p.Name)
	line := func(label string, values ...string) {
		for _, v := range values {
			if v != "" {
				fmt.Fprintf(b, "%-20s%s\n", label, v)
			}
			label = ""
		}
	}
	line("kind", string(p.Kind))
	line("MX hosts", p.MXSuffixes...)
	line("SPF includes", p.SPFIncludes...)
	line("DKIM selectors", selectorNames(p)...)
	line("DMARC reports to", p.Reports...)
	line("hosts records at", p.Aliases...)
	line("autodiscover", p.Autodiscover)
	line("Enhanced Filtering", string(p.EnhancedFiltering))
	line("confidence", string(p.Confidence))
	line("source", p.Source...)
	line("note", p.Note)
	fmt.Fprintln(b, "\nWhat it means here:")
	for _, sentence := range meaning(p) {
		fmt.Fprintln(b, "- "+sentence)
	}
	return b.Flush()
}

func explainHost(w io.Writer, host string, matches []provider.Match) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, record.Printable(host))
	for _, m := range matches {
		fmt.Fprintf(b, "  as %s: %s (%s, %s), by %s %s\n", m.Use, m.Provider.ID, m.Provider.Name, m.Provider.Kind, rule(m.How), m.Value)
	}
	if len(matches) == 0 {
		fmt.Fprintln(b, "  nobody in the catalogue; --providers can add whoever runs it")
	}
	return b.Flush()
}

func rule(how provider.How) string {
	switch how {
	case provider.Exactly:
		return "the exact name"
	case provider.BySuffix:
		return "the suffix"
	}
	return "the pattern"
}

// meaning says what a scan makes of a provider.
func meaning(p provider.Provider) []string {
	var list []string
	switch p.Kind {
	case provider.MailboxHost:
		list = append(list, "An MX here says that the mailboxes are here.")
		if facts.IsMicrosoft365(p.ID) {
			list = append(list, "It is a tenant of Microsoft 365: the rules of the family M365 look at it.")
		}
	case provider.Gateway:
		list = append(list, "An MX here says that it receives first (MX017). Where the mailboxes are is inferred from other signs.")
		list = append(list, filtering(p)...)
	case provider.Sender:
		list = append(list, "Its include or its key says that it sends for the domain, and nothing about mailboxes.")
		if len(p.MXSuffixes) > 0 {
			list = append(list, "An MX here takes bounces and mail for programs, and is not taken for mailboxes.")
		}
	case provider.Forwarder:
		list = append(list, "An MX here says that mail is passed on; where the mailboxes are is not known.")
	case provider.Monitor:
		list = append(list, "A report address or an alias there says that it reads the domain's DMARC reports.")
	case provider.Parking:
		list = append(list, "An MX here says that nobody uses the name, or that its mail goes to whoever parks it.")
	}
	if p.Kind != provider.Monitor && len(p.MXSuffixes) > 0 && len(p.SPFIncludes) == 0 {
		list = append(list, "No include of it is known: SPF is not expected to name it.")
	}
	if p.Retired {
		list = append(list, "The service is gone: a record that names it is a leftover.")
	}
	if p.Confidence == provider.Low {
		list = append(list, "One source alone says so: check it before you act.")
	}
	return list
}

// filtering says what a gateway means for Enhanced Filtering.
func filtering(p provider.Provider) []string {
	switch p.EnhancedFiltering {
	case provider.EFYes, provider.EFPossible:
		return []string{"With mailboxes at Microsoft 365 behind it, Enhanced Filtering for Connectors is asked for (M365001)."}
	case provider.EFNo:
		return []string{"It is not the MX: Enhanced Filtering for Connectors does not apply to it."}
	}
	return nil
}
