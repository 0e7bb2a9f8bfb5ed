package facts_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

func TestSPFCounts(t *testing.T) {
	five := `five.example.com. TXT "v=spf1 a:a.example.com a:b.example.com a:c.example.com a:d.example.com a:e.example.com -all"
a.example.com. A 192.0.2.1
b.example.com. A 192.0.2.2
c.example.com. AAAA 2001:db8::1
d.example.com. A 192.0.2.4
e.example.com. A 192.0.2.5
`
	for _, c := range []struct {
		name, zone     string
		lookups, voids int
		all            string
		valid          bool
	}{
		{"nothing", `example.com. TXT "v=spf1 -all"`, 0, 0, "-", true},
		{"addresses cost nothing", `example.com. TXT "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ~all"`, 0, 0, "~", true},
		{"an include and its terms", five + `example.com. TXT "v=spf1 include:five.example.com -all"`, 6, 0, "-", true},
		{"the same include twice counts twice", five + `example.com. TXT "v=spf1 include:five.example.com include:five.example.com -all"`, 12, 0, "-", false},
		{"redirect counts, and its all decides", five + `example.com. TXT "v=spf1 redirect=five.example.com"`, 6, 0, "-", true},
		{"redirect beside all is ignored", five + `example.com. TXT "v=spf1 redirect=five.example.com ~all"`, 0, 0, "~", true},
		{"terms behind all are never reached", `example.com. TXT "v=spf1 -all include:gone.example.com a:gone.example.com"`, 0, 0, "-", true},
		{"hosts of an mx term are no lookups of their own", `example.com. TXT "v=spf1 mx -all"
example.com. MX 10 a.example.net.
example.com. MX 20 b.example.net.`, 1, 0, "-", true},
		{"void lookups", `example.com. TXT "v=spf1 a:x.example.com a:y.example.com mx:z.example.com -all"`, 3, 3, "-", false},
		{"two voids are allowed", `example.com. TXT "v=spf1 a:x.example.com a:y.example.com -all"`, 2, 2, "-", true},
		{"an include of nothing is void and broken", `example.com. TXT "v=spf1 include:x.example.com -all"`, 1, 1, "-", false},
		{"an include of a name with other TXT is broken, not void", `example.com. TXT "v=spf1 include:x.example.com -all"
x.example.com. TXT "hello"`, 1, 0, "-", false},
		{"macros of the message count and are not followed", `example.com. TXT "v=spf1 exists:%{i}._spf.example.com include:%{l}.example.com -all"`, 2, 0, "-", true},
		{"the d macro is known", `example.com. TXT "v=spf1 include:_spf.%{d} -all"
_spf.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`, 1, 0, "-", true},
		{"exp costs nothing", `example.com. TXT "v=spf1 -all exp=why.example.com"`, 0, 0, "-", true},
		{"a record that includes itself", `example.com. TXT "v=spf1 include:example.com -all"`, 1, 0, "-", false},
		{"a loop of two", `example.com. TXT "v=spf1 include:b.example.com -all"
b.example.com. TXT "v=spf1 include:example.com -all"`, 2, 0, "-", false},
		{"a shared include is no loop", `example.com. TXT "v=spf1 include:a.example.com include:b.example.com -all"
a.example.com. TXT "v=spf1 include:c.example.com -all"
b.example.com. TXT "v=spf1 include:c.example.com -all"
c.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`, 4, 0, "-", true},
		{"a syntax error below", `example.com. TXT "v=spf1 include:a.example.com -all"
a.example.com. TXT "v=spf1 ipv4:192.0.2.1 -all"`, 1, 0, "-", false},
		{"no all", `example.com. TXT "v=spf1 ip4:192.0.2.1"`, 0, 0, "", true},
	} {
		s := buildZone(t, c.zone).SPF
		if s.Lookups != c.lookups || s.VoidLookups != c.voids || s.All.String() != c.all || s.Valid != c.valid || s.Voids.State == facts.Unknown {
			t.Errorf("%s: lookups %d, voids %d, all %q, valid %v, %+v", c.name, s.Lookups, s.VoidLookups, s.All, s.Valid, s.Voids)
		}
	}
}

func TestSPFSelection(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		state      facts.State
		records    int
		lookAlikes int
	}{
		{"none", `example.com. TXT "hello"`, facts.Absent, 0, 0},
		{"two", `example.com. TXT "v=spf1 -all"
example.com. TXT "v=spf1 mx -all"`, facts.Present, 2, 0},
		{"a stray v=spf10 beside", `example.com. TXT "v=spf1 -all"
example.com. TXT "v=spf10 -all"`, facts.Present, 1, 1},
		{"several strings are one record", `example.com. TXT "v=spf1 ip4:192.0." "2.1 -all"`, facts.Present, 1, 0},
		{"a slip", `example.com. TXT "v=spf 1 mx -all"`, facts.Absent, 0, 1},
		{"undecodable neighbours", `example.com. TXT "\255\000\200"
example.com. TXT "v=spf1 -all"`, facts.Present, 1, 0},
	} {
		s := buildZone(t, c.zone).SPF
		if s.State != c.state || len(s.Records) != c.records || len(s.LookAlikes) != c.lookAlikes {
			t.Errorf("%s: %s, %d records, %d look-alikes", c.name, s.State, len(s.Records), len(s.LookAlikes))
		}
	}
}

// An include that failed leaves what is known standing, and the rest unknown.
func TestSPFUnknown(t *testing.T) {
	w := newWorld(t, `example.com. TXT "v=spf1 include:a.example.com include:b.example.com -all"
b.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`)
	w.fail[facts.Question{Name: "a.example.com", Kind: "TXT"}] = "SERVFAIL (EDE 6)"
	s := w.build("example.com", facts.DefaultOptions()).SPF
	if s.State != facts.Present || s.Valid || s.Walk.State != facts.Unknown || s.Walk.Reason != "TXT a.example.com: SERVFAIL (EDE 6)" {
		t.Errorf("%+v", s)
	}
	if s.Lookups != 2 {
		t.Errorf("%d lookups, want the 2 that are known", s.Lookups)
	}
}

// A record may lead to more names than the budget pays for: then the count is
// a lower bound, and the rest of the domain is still looked at.
func TestSPFBudget(t *testing.T) {
	var zone strings.Builder
	zone.WriteString("example.com. MX 10 mx.example.com.\nmx.example.com. A 192.0.2.1\nexample.com. TXT \"v=spf1\"")
	for i := range 60 {
		fmt.Fprintf(&zone, " \" include:i%d.example.com\"", i)
	}
	zone.WriteString("\n*.example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n")
	w := newWorld(t, zone.String())
	f := w.build("example.com", facts.DefaultOptions())
	if !strings.Contains(f.SPF.Walk.Reason, "the SPF budget of 40 questions is spent") {
		t.Errorf("%+v", f.SPF.Walk)
	}
	if len(w.asked) > facts.DefaultQuestions || f.MX.Hosts[0].State != facts.Present {
		t.Errorf("%d questions, MX host %s", len(w.asked), f.MX.Hosts[0].State)
	}
}

func checkHost(t *testing.T, text, ip, from, helo string) facts.SPFCheck {
	t.Helper()
	w := newWorld(t, text)
	message := facts.SPFMessage{IP: netip.MustParseAddr(ip), From: from, HELO: helo}
	for {
		check, missing := facts.CheckHost(message, w, facts.Options{})
		if len(missing) == 0 {
			return check
		}
		w.learn(missing)
	}
}

func TestCheckHost(t *testing.T) {
	const zone = `example.com. TXT "v=spf1 ip4:192.0.2.0/28 a:a.example.com/31 mx include:i.example.com ?exists:%{ir}.list.example.com ~all"
a.example.com. A 198.51.100.2
a.example.com. AAAA 2001:db8::5
example.com. MX 10 mx.example.com.
mx.example.com. A 203.0.113.25
i.example.com. TXT "v=spf1 ip6:2001:db8:1::/48 -ip4:203.0.113.99 -all"
7.100.51.198.list.example.com. A 127.0.0.2
r.example.com. TXT "v=spf1 redirect=i.example.com"
n.example.com. TXT "v=spf1 redirect=none.example.com"
loop.example.com. TXT "v=spf1 include:loop.example.com -all"
two.example.com. TXT "v=spf1 -all"
two.example.com. TXT "v=spf1 +all"
bad.example.com. TXT "v=spf1 ip4:192.0.2.1 foo:bar"
voids.example.com. TXT "v=spf1 a:x.example.com a:y.example.com a:z.example.com ip4:192.0.2.1 -all"
p.example.com. TXT "v=spf1 ptr -all"
9.2.0.192.in-addr.arpa. PTR mail.p.example.com.
mail.p.example.com. A 192.0.2.9
user._at_.macro.example.com. TXT "v=spf1 +all"
macro.example.com. TXT "v=spf1 include:%{l}._at_.%{o} -all"
`
	for _, c := range []struct {
		ip, from string
		want     facts.SPFResult
		reason   string
	}{
		{"192.0.2.1", "u@example.com", facts.SPFPass, "ip4:192.0.2.0/28 matched"},
		{"::ffff:192.0.2.1", "u@example.com", facts.SPFPass, "ip4:192.0.2.0/28 matched"},
		{"198.51.100.3", "u@example.com", facts.SPFPass, "a:a.example.com/31 matched"},
		{"203.0.113.25", "u@example.com", facts.SPFPass, "mx matched"},
		{"2001:db8:1::7", "u@example.com", facts.SPFPass, "include:i.example.com, then ip6:2001:db8:1::/48 matched"},
		{"203.0.113.99", "u@example.com", facts.SPFSoftFail, "~all matched"}, // the fail inside an include does not match
		{"198.51.100.7", "u@example.com", facts.SPFNeutral, "?exists:%{ir}.list.example.com matched"},
		{"192.0.2.99", "u@r.example.com", facts.SPFFail, "redirect=i.example.com, then -all matched"},
		{"192.0.2.99", "u@n.example.com", facts.SPFPermError, "redirect to none.example.com, which has no SPF record"},
		{"192.0.2.99", "u@loop.example.com", facts.SPFPermError, "more than 10 DNS lookups, at include:loop.example.com"},
		{"192.0.2.99", "u@two.example.com", facts.SPFPermError, "2 SPF records at two.example.com"},
		{"192.0.2.1", "u@bad.example.com", facts.SPFPermError, "the record at bad.example.com has a syntax error at offset 21"},
		{"192.0.2.1", "u@voids.example.com", facts.SPFPermError, "more than 2 void DNS lookups, at A z.example.com"},
		{"192.0.2.9", "u@p.example.com", facts.SPFPass, "ptr matched"},
		{"192.0.2.10", "u@p.example.com", facts.SPFFail, "-all matched"},
		{"192.0.2.1", "user@macro.example.com", facts.SPFPass, "include:user._at_.macro.example.com, then +all matched"},
		{"192.0.2.1", "u@nothing.example.com", facts.SPFNone, "no SPF record at nothing.example.com"},
		{"192.0.2.1", "u@localhost", facts.SPFNone, "the domain is not a multi-label name"},
		{"192.0.2.1", "", facts.SPFPass, "ip4:192.0.2.0/28 matched"}, // the null reverse-path: postmaster at HELO
	} {
		got := checkHost(t, zone, c.ip, c.from, "example.com")
		if got.Result != c.want || got.Reason != c.reason {
			t.Errorf("%s from %q: %s, %s", c.ip, c.from, got.Result, got.Reason)
		}
	}
}

func TestCheckHostTempError(t *testing.T) {
	w := newWorld(t, `example.com. TXT "v=spf1 a:a.example.com ip4:192.0.2.1 -all"`)
	w.fail[facts.Question{Name: "a.example.com", Kind: "A"}] = "timeout"
	opt := facts.DefaultOptions()
	opt.RelayIPs = []netip.Addr{netip.MustParseAddr("192.0.2.1")}
	s := w.build("example.com", opt).SPF
	if s.Relay[0].Result != facts.SPFTempError || s.RelayAllowed.State != facts.Unknown || s.RelayAllowed.Reason != "A a.example.com: timeout" {
		t.Errorf("%+v %+v", s.Relay, s.RelayAllowed)
	}
}

// Whether SPF can pass for anyone: what is known decides before what is not.
func TestSPFPasses(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		fail       facts.Question
		want       facts.State
	}{
		{"nothing", `example.com. TXT "v=spf1 -all"`, facts.Question{}, facts.Absent},
		{"an address", `example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`, facts.Question{}, facts.Present},
		{"addresses that are not meant", `example.com. TXT "v=spf1 ?ip4:192.0.2.1 -ip4:192.0.2.2 ~all"`, facts.Question{}, facts.Absent},
		{"a host that is gone", `example.com. TXT "v=spf1 a:gone.example.com -all"`, facts.Question{}, facts.Absent},
		{"a host that may be there", `example.com. TXT "v=spf1 a:gone.example.com -all"`, facts.Question{Name: "gone.example.com", Kind: "A"}, facts.Unknown},
		{"an address beside it", `example.com. TXT "v=spf1 a:gone.example.com ip4:192.0.2.1 -all"`, facts.Question{Name: "gone.example.com", Kind: "A"}, facts.Present},
		{"an include that passes", `example.com. TXT "v=spf1 include:i.example.com -all"
i.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`, facts.Question{}, facts.Present},
		{"an include that is neutral at best", `example.com. TXT "v=spf1 ?include:i.example.com -all"
i.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`, facts.Question{}, facts.Absent},
		{"the same record once so and once so", `example.com. TXT "v=spf1 ?include:i.example.com include:i.example.com -all"
i.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`, facts.Question{}, facts.Present},
		{"an include that is not known", `example.com. TXT "v=spf1 include:i.example.com -all"`, facts.Question{Name: "i.example.com", Kind: "TXT"}, facts.Unknown},
		{"a redirect", `example.com. TXT "v=spf1 redirect=i.example.com"
i.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`, facts.Question{}, facts.Present},
		{"a loop", `example.com. TXT "v=spf1 include:example.com -all"`, facts.Question{}, facts.Absent},
		{"a name from the message", `example.com. TXT "v=spf1 exists:%{i}.example.com -all"`, facts.Question{}, facts.Present},
		{"several records", "example.com. TXT \"v=spf1 +all\"\nexample.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"", facts.Question{}, facts.Absent},
	} {
		w := newWorld(t, c.zone)
		w.fail[c.fail] = "timeout"
		f := w.build("example.com", facts.DefaultOptions())
		if got := f.SPF.Passes(); got.State != c.want {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
	}
}
