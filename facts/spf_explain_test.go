package facts_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// TestExplanation holds what the suites do not: bounds, hostile text, and the
// macros of the receiver.
func TestExplanation(t *testing.T) {
	for _, c := range []struct {
		name, record, text, want string
		result                   facts.SPFResult
	}{
		{"a fail", "-all exp=why.example.com", `"%{i} may not send for %{d}"`, "192.0.2.1 may not send for example.com", facts.SPFFail},
		{"exp before all", "exp=why.example.com -all", `"no"`, "no", facts.SPFFail},
		{"several character-strings are joined without a space", "-all exp=why.example.com", `"not" "hing"`, "nothing", facts.SPFFail},
		{"the receiver and the time", "-all exp=why.example.com", `"%{r} at %{t}"`, "mx.example.net at 1767323045", facts.SPFFail},
		{"the name has macros", "-all exp=%{l1r-}.example.com", `"hello"`, "hello", facts.SPFFail},
		{"a softfail has none", "~all exp=why.example.com", `"no"`, "", facts.SPFSoftFail},
		{"a pass has none", "+all exp=why.example.com", `"no"`, "", facts.SPFPass},
		{"no exp", "-all", `"no"`, "", facts.SPFFail},
		{"an octet outside US-ASCII", "-all exp=why.example.com", `"caf\195\169"`, "", facts.SPFFail},
		{"a control octet, which could forge a line of a reply", "-all exp=why.example.com", `"no\013\010250 ok"`, "", facts.SPFFail},
		{"a sender that is not ASCII", "-all exp=why.example.com", `"%{h}"`, "", facts.SPFFail},
		{"a macro that is none", "-all exp=why.example.com", `"%{x}"`, "", facts.SPFFail},
		{"a percent sign by itself", "-all exp=why.example.com", `"100% no"`, "", facts.SPFFail},
		{"two records", "-all exp=why.example.com", "\"a\"\nwhy.example.com. TXT \"b\"", "", facts.SPFFail},
		{"a text that is too long", "-all exp=why.example.com", strings.Repeat(`"`+strings.Repeat("a", 250)+`" `, 5), "", facts.SPFFail},
		{"a text that grows too long", "-all exp=why.example.com", `"` + strings.Repeat("%{s}", 60) + `"`, "", facts.SPFFail},
	} {
		w := newWorld(t, `example.com. TXT "v=spf1 `+c.record+`"
why.example.com. TXT `+c.text)
		message := facts.SPFMessage{
			IP: netip.MustParseAddr("192.0.2.1"), From: "why-you-and-no-one-else@example.com", HELO: "caf\xc3\xa9.example",
			Receiver: "mx.example.net", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		}
		got := explained(w, message)
		if got.Result != c.result || got.Explanation != c.want {
			t.Errorf("%s: %s, explained by %q, want %q", c.name, got.Result, got.Explanation, c.want)
		}
		if got.Lookups != 0 || got.VoidLookups != 0 {
			t.Errorf("%s: an explanation costs %d lookups", c.name, got.Lookups)
		}
	}
}

// An explanation that DNS does not give leaves the fail as it is.
func TestExplanationUnknown(t *testing.T) {
	w := newWorld(t, `example.com. TXT "v=spf1 -all exp=why.example.com"`)
	w.fail[facts.Question{Name: "why.example.com", Kind: "TXT"}] = "SERVFAIL"
	got := explained(w, facts.SPFMessage{IP: netip.MustParseAddr("192.0.2.1"), From: "u@example.com"})
	if got.Result != facts.SPFFail || got.Explanation != "" {
		t.Errorf("%+v", got)
	}
}

// Relay addresses are checked for every domain: nobody reads an explanation there.
func TestRelayAsksForNoExplanation(t *testing.T) {
	w := newWorld(t, `example.com. TXT "v=spf1 -all exp=why.example.com"`)
	opt := facts.DefaultOptions()
	opt.RelayIPs = []netip.Addr{netip.MustParseAddr("192.0.2.1")}
	w.build("example.com", opt)
	for _, q := range w.asked {
		if q.Name == "why.example.com" {
			t.Errorf("asked %s", q)
		}
	}
}

func explained(w *world, message facts.SPFMessage) facts.SPFCheck {
	for {
		check, missing := facts.CheckHost(message, w, facts.Options{})
		if len(missing) == 0 {
			return check
		}
		w.learn(missing)
	}
}
