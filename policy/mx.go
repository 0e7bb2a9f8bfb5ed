package policy

import (
	"net/netip"
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
	if last := host[max(len(host)-1, 0):]; "g" <= last && last <= "z" && !strings.Contains(host, "%") {
		return netip.Addr{}, false // most are names, and an error costs more than this look
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return addr.WithZone(""), err == nil
}

// hostAddresses is a host's addresses as evidence.
func hostAddresses(f *facts.Facts, h facts.Host) []Evidence {
	return append(observed(f, facts.Question{Name: h.Name, Kind: facts.KindA}),
		observed(f, facts.Question{Name: h.Name, Kind: facts.KindAAAA})...)
}

// prefixes parses constants.
func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// netip4 reports whether an address is one of IPv4.
func netip4(addr netip.Addr) bool { return addr.Unmap().Is4() }
