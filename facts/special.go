package facts

import (
	"net/netip"
	"slices"
)

// specialPurpose lists the ranges that are not globally reachable, from
// https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6
// counterpart, and multicast, which no mail server has for an address. The
// ranges for documentation are left out: they stand for public addresses in
// examples and tests, and nowhere else. RFC 6890, section 2.2.
var specialPurpose = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
	"::/128", "::1/128", "::ffff:0:0/96", "64:ff9b:1::/48", "100::/64", "2001:2::/48", "5f00::/16", "fc00::/7",
	"fe80::/10", "fec0::/10", "ff00::/8",
)

// specialSets is specialPurpose as sets.
var specialSets = func() families {
	var sets families
	for _, p := range specialPurpose {
		sets.add(p)
	}
	sets.merge()
	return sets
}()

// prefixes parses constants.
func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// Unreachable reports whether no host on the internet can have the address:
// it is private, of the loopback, or of another special range.
func Unreachable(addr netip.Addr) bool {
	return slices.ContainsFunc(specialPurpose, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) })
}

// specialFirst are the first octets that specialPurpose has, by family: most
// addresses begin with none of them, and are spared the list.
var specialFirst = func() [2][256]bool {
	var first [2][256]bool
	for _, p := range specialPurpose {
		family, octet := firstOctet(p.Addr())
		for n := range 1 << max(0, 8-p.Bits()) {
			first[family][int(octet)+n] = true
		}
	}
	return first
}()

func firstOctet(addr netip.Addr) (int, byte) {
	if addr.Is4() {
		return 0, addr.As4()[0]
	}
	return 1, addr.As16()[0]
}

// UnreachableRange reports whether that is so of a whole range. IPv4 addresses
// in IPv6 form reach nobody: SPF checks them as IPv4. RFC 7208, section 5.
func UnreachableRange(wide netip.Prefix) bool {
	if family, octet := firstOctet(wide.Addr()); !specialFirst[family][octet] {
		return false
	}
	return slices.ContainsFunc(specialPurpose, func(p netip.Prefix) bool {
		return p.Bits() <= wide.Bits() && p.Contains(wide.Addr())
	})
}
