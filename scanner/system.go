package scanner

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// Where the system names its resolvers. resolv.conf(5);
// systemd-resolved.service(8).
const (
	resolvConf      = "/etc/resolv.conf"
	resolvedUplinks = "/run/systemd/resolve/resolv.conf"
)

const dnsPort = 53

// resolvedStubs are the addresses on which systemd-resolved answers programs.
// Some versions leave the SOA record out of negative answers, so absence could
// not be proved; the servers that it asks itself are better.
var resolvedStubs = [...]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 53}), netip.AddrFrom4([4]byte{127, 0, 0, 54})}

// SystemServers returns the resolvers that this machine is set up to use.
func SystemServers() ([]netip.AddrPort, error) { return systemServers(os.ReadFile) }

func systemServers(read func(string) ([]byte, error)) ([]netip.AddrPort, error) {
	text, err := read(resolvConf)
	if err != nil {
		return nil, fmt.Errorf("no system resolver: %w: use --resolver", err)
	}
	servers := nameservers(string(text))
	if slices.ContainsFunc(servers, isStub) {
		if text, err := read(resolvedUplinks); err == nil {
			if uplinks := nameservers(string(text)); len(uplinks) > 0 {
				servers = append(slices.DeleteFunc(servers, isStub), uplinks...)
			}
		}
	}
	if len(servers) == 0 {
		return nil, errors.New("no nameserver in " + resolvConf + ": use --resolver")
	}
	return unique(servers), nil
}

func isStub(server netip.AddrPort) bool { return slices.Contains(resolvedStubs[:], server.Addr()) }

// nameservers reads the nameserver lines of a resolv.conf; what else stands
// there is for programs that ask about short names.
func nameservers(text string) []netip.AddrPort {
	var servers []netip.AddrPort
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "nameserver" {
			continue
		}
		if addr, err := netip.ParseAddr(words[1]); err == nil {
			servers = append(servers, netip.AddrPortFrom(addr, dnsPort))
		}
	}
	return servers
}

// unique drops repeated servers and keeps the order.
func unique(servers []netip.AddrPort) []netip.AddrPort {
	var once []netip.AddrPort
	for _, s := range servers {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}

// ParseServer reads the address of a resolver, with or without a port:
// 192.0.2.53, 127.0.0.1:5353, ::1 or [::1]:53.
func ParseServer(text string) (netip.AddrPort, error) {
	bare := strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	if len(text)-len(bare) == 1 {
		bare = text // one bracket without the other
	}
	if addr, err := netip.ParseAddr(bare); err == nil {
		return netip.AddrPortFrom(addr, dnsPort), nil
	}
	if server, err := netip.ParseAddrPort(text); err == nil && server.Port() != 0 {
		return server, nil
	}
	return netip.AddrPort{}, fmt.Errorf("%q is no resolver: want an address such as 192.0.2.53, 127.0.0.1:5353 or [::1]:53", text)
}
