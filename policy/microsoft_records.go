package policy

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// hasSignal reports whether a trace of Microsoft 365 was seen.
func hasSignal(f *facts.Facts, name string) bool {
	return slices.ContainsFunc(f.M365.Signals, func(s facts.Signal) bool { return s.Name == name })
}

// listsProvider reports whether a term of SPF leads to a provider.
func listsProvider(f *facts.Facts, id string) bool {
	found := false
	eachTerm(f, func(_ *facts.SPFNode, t *facts.SPFTerm) {
		found = found || !t.Dead && !t.Bad && t.Provider == id
	})
	return found
}

// listsMicrosoft reports whether anything in SPF authorises the servers of
// Microsoft 365, or may: an include, its addresses, or a managed record.
func listsMicrosoft(f *facts.Facts) bool {
	found := f.SPF.All == record.QualifierPass
	eachTerm(f, func(_ *facts.SPFNode, t *facts.SPFTerm) {
		if t.Dead || t.Bad {
			return
		}
		found = found || t.HasMacro() || facts.IsMicrosoft365(t.Provider) ||
			(t.Mechanism == record.MechIP4 || t.Mechanism == record.MechIP6) && slices.ContainsFunc(microsoftSends, t.Prefix.Masked().Overlaps)
	})
	return found
}

// legacyIncludes says what a name is that records include by mistake, or have
// kept; "" for any other.
func legacyIncludes(name string) string {
	switch name {
	case "outlook.com", "hotmail.com":
		return "the consumer service Outlook.com"
	case "spf.messaging.microsoft.com", "spf.microsoftonline.com", "spfa.protection.outlook.com", "spfb.protection.outlook.com",
		"spfd.protection.outlook.com", "spf.protection.outlook.de":
		return "a name of a service that ended"
	case "sharepointonline.com":
		return "SharePoint's own name"
	}
	return ""
}

// withoutMicrosoftKeys reports whether neither selector of Exchange Online is
// published, as far as DNS says: each was looked up, or nothing exists below
// _domainkey at all.
func withoutMicrosoftKeys(f *facts.Facts) bool {
	if len(f.DKIM.Tried) == 0 {
		return f.DKIM.Wildcard == nil
	}
	return notPublished(f, "selector1") && notPublished(f, "selector2")
}

// signingSays is what an export adds about DKIM.
func signingSays(f *facts.Facts) string {
	if f.Tenant.Signing.State == facts.Off {
		return ", and the export shows that signing is off"
	}
	return "; verify with Get-DkimSigningConfig"
}

// noMicrosoftKeys is the evidence for withoutMicrosoftKeys.
func noMicrosoftKeys(f *facts.Facts) []Evidence {
	below := "_domainkey." + string(f.Domain)
	if len(f.DKIM.Tried) == 0 {
		return []Evidence{none(below, facts.KindTXT)}
	}
	return []Evidence{none("selector1."+below, facts.KindTXT), none("selector2."+below, facts.KindTXT)}
}

// microsoftTarget reads the number and the label that the alias of a Microsoft
// selector carries: selector1-example-com._domainkey.<tenant>.
func microsoftTarget(k facts.Key) (int, string, bool) {
	if len(k.Chain) == 0 || !facts.IsMicrosoftSelector(k.Chain[0]) || otherMicrosoftSelector(k) == "" {
		return 0, "", false
	}
	first, rest, _ := strings.Cut(k.Chain[0], ".")
	if !strings.HasPrefix(rest, "_domainkey.") {
		return 0, "", false
	}
	if label, ok := strings.CutPrefix(first, "selector1-"); ok {
		return 1, label, label != ""
	}
	label, ok := strings.CutPrefix(first, "selector2-")
	return 2, label, ok && label != ""
}
