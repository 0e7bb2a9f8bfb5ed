// Package gospf asks blitiri.com.ar/go/spf for a second opinion on check_host().
//
// It is an evaluator by another hand: where it and ours differ, one of them is
// wrong, and the user should know. It stops at the first match, so it can say
// nothing about the parts of a record that a message does not reach.
package gospf

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"blitiri.com.ar/go/spf"
)

// Answer is one DNS answer. The zero value says that nothing is known.
type Answer struct {
	Found  bool     // Data has records
	Absent bool     // it is proved that there are none
	Data   []string // TXT: each record's character-strings joined; else presentation form
}

// Lookup answers one question. The name has no trailing dot; kind is "TXT",
// "MX", "A", "AAAA" or "PTR".
type Lookup func(ctx context.Context, name, kind string) Answer

// Check returns the result of check_host() in lower case ("pass", "softfail",
// ...), or "" when an answer that it needed is not known.
func Check(ctx context.Context, ip netip.Addr, helo, from string, lookup Lookup) string {
	r := &resolver{lookup: lookup}
	sender := from
	if sender == "" {
		sender = "postmaster@" + helo // RFC 7208, section 2.4
	}
	// The error only explains the result.
	result, _ := spf.CheckHostWithSender(net.IP(ip.Unmap().AsSlice()), helo, sender, spf.WithResolver(r), spf.WithContext(ctx))
	if r.unknown {
		return ""
	}
	return string(result)
}

// resolver is spf.DNSResolver over a Lookup.
type resolver struct {
	lookup  Lookup
	unknown bool
}

// ask returns the data of an answer. go/spf tells errors apart by their type,
// without unwrapping, so they are bare.
func (r *resolver) ask(ctx context.Context, name, kind string) ([]string, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	switch a := r.lookup(ctx, name, kind); {
	case a.Found:
		return a.Data, nil
	case a.Absent:
		return nil, &net.DNSError{Err: "no such record", Name: name, IsNotFound: true}
	}
	r.unknown = true
	return nil, &net.DNSError{Err: "not known", Name: name, IsTemporary: true}
}

// LookupTXT returns one string for each record.
func (r *resolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return r.ask(ctx, name, "TXT")
}

// LookupMX returns the mail exchangers.
func (r *resolver) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	data, err := r.ask(ctx, name, "MX")
	if err != nil {
		return nil, err
	}
	hosts := make([]*net.MX, 0, len(data))
	for _, text := range data {
		preference, host, _ := strings.Cut(text, " ")
		n, _ := strconv.ParseUint(preference, 10, 16) // presentation form of the wire's 16 bits
		hosts = append(hosts, &net.MX{Host: host, Pref: uint16(n)})
	}
	return hosts, nil
}

// LookupIPAddr returns the addresses of both families.
func (r *resolver) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	var addresses []net.IPAddr
	var lastErr error
	for _, kind := range []string{"A", "AAAA"} {
		data, err := r.ask(ctx, host, kind)
		if err != nil {
			lastErr = err
			continue
		}
		for _, text := range data {
			if ip := net.ParseIP(text); ip != nil {
				addresses = append(addresses, net.IPAddr{IP: ip})
			}
		}
	}
	if len(addresses) == 0 {
		return nil, lastErr
	}
	return addresses, nil
}

// LookupAddr returns the names of an address.
func (r *resolver) LookupAddr(ctx context.Context, address string) ([]string, error) {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return nil, err
	}
	return r.ask(ctx, reverseName(ip), "PTR")
}

// reverseName is the name of an address's PTR records. RFC 1035, section 3.5;
// RFC 3596, section 2.5.
func reverseName(ip netip.Addr) string {
	var name strings.Builder
	octets := ip.AsSlice()
	for i := len(octets) - 1; i >= 0; i-- {
		if ip.Is4() {
			name.WriteString(strconv.Itoa(int(octets[i])) + ".")
			continue
		}
		for _, nibble := range []byte{octets[i] & 15, octets[i] >> 4} {
			name.WriteString(strconv.FormatUint(uint64(nibble), 16) + ".")
		}
	}
	if ip.Is4() {
		return name.String() + "in-addr.arpa"
	}
	return name.String() + "ip6.arpa"
}
