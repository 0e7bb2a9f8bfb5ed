package policy

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// hostFindings asks about every host of the MX records, and makes a finding of
// each answer that is not "".
func hostFindings(f *facts.Facts, ask func(facts.Host) (string, []Evidence)) []Finding {
	var findings []Finding
	if f.MX.Implicit {
		return nil // no MX records: the host is the domain itself
	}
	for _, h := range f.MX.Hosts {
		if h.Name == "" {
			continue // a null MX
		}
		if message, evidence := ask(h); message != "" {
			findings = append(findings, Finding{Key: keyOf(h.Name), Message: message, Evidence: evidence})
		}
	}
	return findings
}

// mxQuestion is the question for the domain's MX records.
func mxQuestion(f *facts.Facts) facts.Question {
	return facts.Question{Name: string(f.Domain), Kind: facts.KindMX}
}

// addressLiteral is the address that an MX host is by mistake.
func addressLiteral(host string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return addr.WithZone(""), err == nil
}

// hostAddresses is a host's addresses as evidence.
func hostAddresses(f *facts.Facts, h facts.Host) []Evidence {
	return append(observed(f, facts.Question{Name: h.Name, Kind: facts.KindA}),
		observed(f, facts.Question{Name: h.Name, Kind: facts.KindAAAA})...)
}

// unreachable reports whether no host on the internet can have the address.
// The ranges for documentation are left out: they stand for public addresses
// in examples and tests, and nowhere else. RFC 6890, section 2.2.
func unreachable(addr netip.Addr) bool {
	return slices.ContainsFunc(specialPurpose, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) })
}

// unreachableRange reports whether a whole range is unreachable.
func unreachableRange(wide netip.Prefix) bool {
	return slices.ContainsFunc(specialPurpose, func(p netip.Prefix) bool {
		return p.Bits() <= wide.Bits() && p.Contains(wide.Addr())
	})
}

// specialPurpose lists the ranges that are not globally reachable, from
// https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6
// counterpart, and multicast, which no mail server has for an address.
var specialPurpose = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
	"::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001:2::/48", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

// prefixes parses constants.
func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}
