package facts_test

import (
	"net/netip"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

func TestUnreachableRange(t *testing.T) {
	for _, c := range []struct {
		prefix string
		want   bool
	}{
		{"10.0.0.0/8", true}, {"10.255.255.255/32", true}, {"11.0.0.0/8", false}, {"9.255.255.255/32", false},
		{"10.0.0.0/7", false}, // wider than what is special
		{"172.16.0.0/12", true}, {"172.31.255.0/24", true}, {"172.32.0.0/24", false}, {"172.15.0.0/16", false},
		{"100.64.0.0/10", true}, {"100.128.0.0/16", false},
		{"224.0.0.1/32", true}, {"239.1.2.3/32", true}, {"240.0.0.0/4", true}, {"255.255.255.255/32", true}, {"223.255.255.0/24", false},
		{"0.0.0.0/0", false}, {"0.0.0.0/8", true},
		{"192.0.2.0/24", false}, {"198.51.100.0/24", false}, {"203.0.113.0/24", false}, {"2001:db8::/32", false}, // documentation
		{"fd00::/8", true}, {"fc00::/7", true}, {"fbff::/16", false}, {"fe80::1/128", true}, {"febf::/16", true}, {"fec0::/10", true},
		{"::1/128", true}, {"::2/128", false}, {"::/0", false}, {"::ffff:192.0.2.1/128", true}, {"ff02::1/128", true}, {"2a01:111::/32", false},
	} {
		p := netip.MustParsePrefix(c.prefix)
		if got := facts.UnreachableRange(p); got != c.want {
			t.Errorf("%s: %v", c.prefix, got)
		}
		if p.IsSingleIP() && !p.Addr().Is4In6() && facts.Unreachable(p.Addr()) != c.want {
			t.Errorf("%s by itself: %v", c.prefix, !c.want)
		}
	}
}
