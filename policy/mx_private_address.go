package policy

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/mailposture/mailposture/facts"
)

var mxPrivateAddress = Rule{
	ID:         "MX008",
	Name:       "mx-private-address",
	Title:      "An MX host has private addresses only",
	Severity:   High,
	Confidence: Proof,
	Why: `Nobody outside can connect to an address that is private, of the loopback (the machine itself) or of another special
range. Mail to this host waits at the senders until they give up. A resolver (the server that answers DNS questions) inside a
network with names of its own can show this where the world sees another address.`,
	Fix: "Publish the public address of the host. If the domain takes no mail, publish a null MX (`MX 0 .`) instead. If this is the " +
		"answer of a resolver of your own network, ask another (`-r`).",
	Refs:    []string{"RFC 6890, section 2.2", "RFC 5321, section 5.1"},
	Needs:   []facts.Part{facts.PartMX, facts.PartHosts},
	Partial: true, // each host is proved by its own answers
	Check: func(f *facts.Facts) []Finding {
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			// Both A and AAAA must be known: the other may hold a public address.
			if h.State != facts.Present || h.Complete.State != facts.Present || isLocalhost(h.Name) || slices.ContainsFunc(h.Addresses, reachable) {
				return "", nil
			}
			return fmt.Sprintf("the MX host %s has no address that can be reached from outside: %s", plain(h.Name), addressList(h)), hostAddresses(f, h)
		})
	},
	Repair: dropPrivateHosts,
	Examples: []Example{{
		Name: "an address of the inner network",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 10.0.0.5`,
		Outcome:  Fail,
		Contains: "no address that can be reached from outside: 10.0.0.5",
	}, {
		Name: "the server's own loopback",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 127.0.0.1
mx.example.com. AAAA ::1`,
		Outcome:  Fail,
		Contains: "127.0.0.1, ::1",
	}, {
		Name: "a private address beside a public one",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 10.0.0.5
mx.example.com. AAAA 2001:db8::25`,
		Outcome: Pass,
	}, {
		Name: "localhost, which is another rule's",
		Zone: `example.com. MX 10 localhost.
localhost. A 127.0.0.1`,
		Outcome: Pass,
	}, {
		Name: "a public address",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}},
}

// reachable reports whether a host on the internet can have the address.
func reachable(addr netip.Addr) bool { return !facts.Unreachable(addr) }

// addressList names a host's addresses.
func addressList(h facts.Host) string {
	texts := make([]string, len(h.Addresses))
	for i, addr := range h.Addresses {
		texts[i] = addr.String()
	}
	return listed(texts)
}
