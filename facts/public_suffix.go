package facts

import (
	"strings"

	// The public suffix list, in the module that idna is from; a copy of it is
	// compiled in, so that the same program means the same. No other file
	// imports it.
	"golang.org/x/net/publicsuffix"
)

// registrable is the domain that somebody must register to hold a name: one
// label below a public suffix of the DNS itself, such as co.uk. Suffixes that
// companies have put on the list for their customers are left out, because not
// everyone can have a name there. It is "" where nobody can register anything:
// the name is a public suffix, its top-level domain is not on the list, or the
// label is none that registries take.
func registrable(name string) string {
	suffix, registry := publicsuffix.PublicSuffix(name)
	for !registry {
		_, above, ok := strings.Cut(suffix, ".")
		if !ok {
			return ""
		}
		suffix, registry = publicsuffix.PublicSuffix(above)
	}
	rest, ok := strings.CutSuffix(name, "."+suffix)
	if !ok {
		return ""
	}
	label := rest[strings.LastIndexByte(rest, '.')+1:]
	if strings.ContainsRune(label, '_') || checkLabels(label) != nil {
		return ""
	}
	return label + "." + suffix
}

// suffixOrg is the Organizational Domain as receivers that read the public
// suffix list know it: one label below the longest suffix, those of companies
// included. It is the name itself where that is a suffix. RFC 7489, section 3.2.
func suffixOrg(name string) string {
	org, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return name
	}
	return org
}

// IsPublicSuffix reports whether the list has the domain as a suffix, a
// registry's or a company's. A top-level domain is one, listed or not.
func IsPublicSuffix(domain Domain) bool {
	suffix, _ := publicsuffix.PublicSuffix(string(domain))
	return suffix == string(domain)
}
