package policy

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
)

// behindGateway reports whether a third-party gateway receives first and the
// mailboxes behind it are at least likely at Microsoft 365. Products that do
// not sit in the MX path need no Enhanced Filtering.
func behindGateway(f *facts.Facts) bool {
	gateway, ok := f.Options.Providers.ByID(f.MX.Gateway)
	return ok && gateway.EnhancedFiltering != provider.EFNo && !gateway.Retired && atMicrosoft(f)
}

// atMicrosoft reports whether the mailboxes are at least likely at Microsoft 365.
func atMicrosoft(f *facts.Facts) bool { return f.Mailbox.AtMicrosoft365() }

// receivesDirectly reports whether the best MX is Microsoft 365's, without a
// gateway beside it.
func receivesDirectly(f *facts.Facts) bool {
	// Beside a host of someone else's at the same preference, the mailboxes may
	// be there.
	elsewhere := func(h facts.Host) bool {
		return h.Preference == f.MX.Hosts[0].Preference && !facts.IsMicrosoft365(h.Provider)
	}
	return f.MX.Gateway == "" && len(f.MX.Hosts) > 0 && !slices.ContainsFunc(f.MX.Hosts, elsewhere)
}

// initialDomain reports whether a domain is a tenant's initial one, which Microsoft signs
// and publishes for by itself.
func initialDomain(f *facts.Facts) bool { return under(string(f.Domain), "onmicrosoft.com") }

// adminSays is what an administrator's word adds to a message: "; the export
// shows that it is off (...)", or how to find out.
func adminSays(s facts.Setting, command string) string {
	switch {
	case s.State == "" && s.Detail != "":
		return fmt.Sprintf("; the export shows that it is %s: verify with %s", plain(s.Detail), command)
	case s.State == "":
		return "; verify with " + command
	case s.Source == "declared":
		return fmt.Sprintf("; it is declared to be %s", s.State)
	}
	return fmt.Sprintf("; the export shows that it is %s (%s)", s.State, plain(s.Detail))
}

// likelihood puts a confidence into words.
func likelihood(c facts.Confidence) string {
	switch c {
	case facts.High:
		return "very likely"
	case facts.Medium:
		return "likely"
	}
	return "possibly"
}

// gatewayEvidence is the MX set and the traces of Microsoft 365, each once.
func gatewayEvidence(f *facts.Facts) []Evidence {
	questions := []facts.Question{{Name: string(f.Domain), Kind: facts.KindMX}}
	evidence := observed(f, questions[0])
	for _, s := range f.M365.Signals {
		if !slices.Contains(questions, s.Evidence) {
			questions = append(questions, s.Evidence)
			evidence = append(evidence, observed(f, s.Evidence)...)
		}
	}
	return evidence
}

// otherMicrosoftSelector is the second of the two selectors that Exchange
// Online signs with, or "" for a selector that is not one of them.
func otherMicrosoftSelector(k facts.Key) string {
	if !facts.IsMicrosoft365(k.Provider) {
		return ""
	}
	switch k.Selector {
	case "selector1":
		return "selector2"
	case "selector2":
		return "selector1"
	}
	return ""
}

// microsoftSends are the addresses that Exchange Online sends from, as
// spf.protection.outlook.com published them in spring 2026.
var microsoftSends = []netip.Prefix{
	netip.MustParsePrefix("40.92.0.0/15"),
	netip.MustParsePrefix("40.107.0.0/16"),
	netip.MustParsePrefix("52.100.0.0/15"),
	netip.MustParsePrefix("52.102.0.0/16"),
	netip.MustParsePrefix("52.103.0.0/17"),
	netip.MustParsePrefix("104.47.0.0/17"),
	netip.MustParsePrefix("2a01:111:f400::/48"),
	netip.MustParsePrefix("2a01:111:f403::/49"),
	netip.MustParsePrefix("2a01:111:f403:8000::/51"),
	netip.MustParsePrefix("2a01:111:f403:c000::/51"),
	netip.MustParsePrefix("2a01:111:f403:f000::/52"),
}

// microsoftRange reports whether a range is one that Exchange Online sends from,
// a part of one, or two neighbours joined, as people copy them.
func microsoftRange(p netip.Prefix) bool {
	return slices.ContainsFunc(microsoftSends, func(published netip.Prefix) bool {
		return p.Bits() >= published.Bits()-1 && published.Overlaps(p.Masked())
	})
}
