package diagnose

import (
	"net/netip"
	"regexp"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// hop is one Received field. RFC 5321, section 4.4.
type hop struct {
	at       int    // index among the header's fields
	handed   bool   // no from clause: handed over on one machine
	from     string // the name that the client gave, or ""
	verified string // the name that the server found for the client's address, or ""
	by       string
	ip       netip.Addr // of the client, where the field says it
}

// maxHops bounds the Received fields that are looked at. Servers give up on
// messages with some 100.
const maxHops = 150

var (
	fromClause = regexp.MustCompile(`(?i)^from\s+(\S+)((?:\s*\([^()]*(?:\([^()]*\)[^()]*)*\))*)`)
	byClause   = regexp.MustCompile(`(?i)(?:^|\s)by\s+(\S+)`)
	bracketed  = regexp.MustCompile(`\[(?:(?i)IPv6:)?([0-9A-Fa-f:.]+)\]`)
	bareIP     = regexp.MustCompile(`\(([0-9A-Fa-f:.]+)\)`)
)

// hops reads the Received fields, newest first.
func (h header) hops() []hop {
	var hops []hop
	for i, f := range h.fields {
		if f.name != "received" || len(hops) == maxHops {
			continue
		}
		one := hop{at: i}
		value := strings.Join(strings.Fields(f.value), " ")
		if m := fromClause.FindStringSubmatch(value); m != nil {
			one.from = hostName(m[1])
			one.ip, one.verified = client(m[1], m[2])
			value = value[len(m[0]):]
		} else {
			one.handed = !strings.HasPrefix(strings.ToLower(value), "from ")
		}
		// A client's greeting may hold a by clause of its own. Where there are two,
		// nobody knows who wrote the line.
		words, _ := authWords(value)
		if m := byClause.FindAllStringSubmatch(strings.Join(words, " "), 2); len(m) == 1 {
			one.by = hostName(m[0][1])
		}
		hops = append(hops, one)
	}
	return hops
}

// client reads what a server wrote of its client in comments: "(name [address])",
// "([address] helo=name)" or, as Microsoft and qmail do, "(address)". The name
// before the address was looked up by the server, unless it says that it may be
// forged. An address counts only where the server writes one: a reverse name,
// which the client chooses, may look like one.
func client(name, comments string) (netip.Addr, string) {
	for _, form := range []*regexp.Regexp{bracketed, bareIP} {
		for _, found := range form.FindAllStringSubmatch(comments+" "+name, 8) {
			ip, err := netip.ParseAddr(found[1])
			if err != nil {
				continue
			}
			verified, rest, _ := strings.Cut(strings.Trim(comments, " ("), " ")
			if !strings.HasPrefix(rest, "[") || strings.Contains(comments, "forged") {
				verified = ""
			}
			return ip.Unmap(), hostName(verified)
		}
	}
	return netip.Addr{}, ""
}

// hostName is a name in lower case without what may surround it, or "" where it
// is none.
func hostName(text string) string {
	text = strings.ToLower(strings.Trim(text, `[]()<>;,"'`))
	text = strings.TrimSuffix(text, ".")
	if !strings.Contains(text, ".") || strings.ContainsAny(text, ":@/ ") || len(text) > 253 {
		return ""
	}
	if _, err := netip.ParseAddr(text); err == nil {
		return ""
	}
	return text
}

// organization is who runs a host, as far as its name shows: the registered
// domain, with Microsoft's several as one.
func organization(host string) string {
	if host == "" {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		domain = host
	}
	if isMicrosoftDomain(domain) {
		return microsoft
	}
	return domain
}

const microsoft = "microsoft"

func isMicrosoftDomain(domain string) bool {
	switch domain {
	case "outlook.com", "exchangelabs.com", "office365.com", "office365.us", "mx.microsoft", "microsoft.com", "onmicrosoft.com", "outlook.cn", "microsoft":
		return true
	}
	return false
}

// inside reports whether the hop stayed within an organization: its client is
// named so, and its address bears that out. The name alone would not do, since
// the client chooses it.
func (h hop) inside(org string) bool {
	switch {
	case h.handed:
		return true
	case organization(h.verified) == org && org != "":
		return true
	case organization(h.from) != org && h.from != "localhost" && h.from != "":
		return false
	case !h.ip.IsValid():
		return false
	case h.ip.IsPrivate(), h.ip.IsLoopback(), h.ip.IsLinkLocalUnicast():
		return true
	}
	return org == microsoft && microsoftInside().Contains(h.ip)
}

// microsoftInside is the network by which Microsoft's servers talk to each
// other, as their Received fields show it.
func microsoftInside() netip.Prefix { return netip.MustParsePrefix("2603:1000::/24") }

// entry is the hop by which the message came to the organization that wrote the
// newest Received field: the last of those that it wrote one after the other.
// What stands below was in the message when it arrived. ok is false where there
// is no Received field, or none says who wrote it.
func entry(hops []hop) (at hop, org string, ok bool) {
	for _, h := range hops {
		switch whose := organization(h.by); {
		case org == "":
			org = whose // "" for a handover without a host name
		case whose != org:
			return at, org, ok
		}
		at, ok = h, true
		if !h.inside(org) {
			return at, org, org != ""
		}
	}
	return at, org, ok && org != ""
}
