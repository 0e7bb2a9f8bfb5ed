package gospf

import (
	"context"
	"net/netip"
	"testing"
)

func TestCheck(t *testing.T) {
	world := map[string]Answer{
		"TXT example.com":             {Found: true, Data: []string{"v=spf1 ip4:192.0.2.1 a:a.example.com mx include:i.example.com ptr:ptr.example.com -all"}},
		"A a.example.com":             {Found: true, Data: []string{"192.0.2.2"}},
		"AAAA a.example.com":          {Absent: true},
		"MX example.com":              {Found: true, Data: []string{"10 mx.example.com."}},
		"A mx.example.com":            {Found: true, Data: []string{"192.0.2.3"}},
		"AAAA mx.example.com":         {Absent: true},
		"TXT i.example.com":           {Found: true, Data: []string{"v=spf1 ip6:2001:db8::/32 -all"}},
		"PTR 4.2.0.192.in-addr.arpa":  {Found: true, Data: []string{"ptr.example.com."}},
		"A ptr.example.com":           {Found: true, Data: []string{"192.0.2.4"}},
		"AAAA ptr.example.com":        {Absent: true},
		"PTR 99.2.0.192.in-addr.arpa": {Absent: true},
		"TXT gone.example.com":        {Absent: true},
	}
	lookup := func(_ context.Context, name, kind string) Answer { return world[kind+" "+name] }
	for _, c := range []struct{ ip, from, want string }{
		{"192.0.2.1", "u@example.com", "pass"},
		{"192.0.2.2", "u@example.com", "pass"},
		{"192.0.2.3", "u@example.com", "pass"},
		{"192.0.2.4", "u@example.com", "pass"},
		{"2001:db8::1", "u@example.com", "pass"},
		{"192.0.2.99", "u@example.com", "fail"},
		{"192.0.2.1", "u@gone.example.com", "none"},
		{"192.0.2.1", "", "pass"},
		{"192.0.2.1", "u@never-asked.example.com", ""}, // nothing is known, so there is no opinion
	} {
		if got := Check(context.Background(), netip.MustParseAddr(c.ip), "example.com", c.from, lookup); got != c.want {
			t.Errorf("%s from %q: %q, want %q", c.ip, c.from, got, c.want)
		}
	}
}

func TestReverseName(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.5":   "5.2.0.192.in-addr.arpa",
		"2001:db8::1": "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	} {
		if got := reverseName(netip.MustParseAddr(ip)); got != want {
			t.Errorf("%s: %s", ip, got)
		}
	}
}
