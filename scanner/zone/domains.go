package zone

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// MailDomains lists the names of the zone whose mail posture is worth a scan:
// the apex, and each name with an MX record or an SPF record. Names with a
// label that begins with an underscore, wildcards and names below a delegation
// are left out. They are sorted.
func (z *Zone) MailDomains() []facts.Domain {
	var all []facts.Domain
	for name, n := range z.nodes {
		if name != z.apex && n["MX"] == nil && !n.spf() {
			continue
		}
		if strings.HasPrefix(name, "_") || strings.Contains(name, "._") {
			continue
		}
		if _, cut := z.cut(name); cut {
			continue
		}
		// The parser knows no wildcard and no root.
		if d, err := facts.ParseDomain(name); err == nil && string(d) == name {
			all = append(all, d)
		}
	}
	slices.Sort(all)
	return all
}

// spf reports whether one of the TXT records selects as SPF. RFC 7208,
// section 4.5.
func (n node) spf() bool {
	set := n["TXT"]
	if set == nil {
		return false
	}
	return slices.ContainsFunc(set.data, func(text string) bool {
		text = strings.ToLower(strings.ReplaceAll(text, `" "`, ""))
		return strings.HasPrefix(text, `"v=spf1 `) || text == `"v=spf1"`
	})
}
