package main

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/dnstest"
	"github.com/mailposture/mailposture/report"
)

// forwarded is a world in which a forwarded message is at risk.
const forwarded = `sender.test. MX 10 mx.sender.test.
sender.test. TXT "v=spf1 ip4:192.0.2.1 ~all"
mx.sender.test. A 192.0.2.2
_dmarc.sender.test. TXT "v=DMARC1; p=none"
ours.test. MX 10 mxa-00000001.gslb.pphosted.com.
ours.test. TXT "v=spf1 include:spf.protection.outlook.com -all"
autodiscover.ours.test. CNAME autodiscover.outlook.com.
mxa-00000001.gslb.pphosted.com. A 203.0.113.10
spf.protection.outlook.com. TXT "v=spf1 ip4:198.51.100.0/26 -all"
else.test. MX 10 eu-smtp-inbound-1.mimecast.com.
eu-smtp-inbound-1.mimecast.com. A 203.0.113.20
`

// relayed runs relay for the path from sender.test by ours.test to else.test.
func relayed(t *testing.T, flags ...string) (called, []report.Relay) {
	t.Helper()
	args := append([]string{"relay", "--from", "a@sender.test", "--to", "b@ours.test", "--forward", "c@else.test", "-f", "json"}, flags...)
	got := call(t, "", args...)
	var all []report.Relay
	for line := range strings.Lines(got.out) {
		var r report.Relay
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, r)
	}
	return got, all
}

func relayLive(server netip.AddrPort) []string {
	return []string{"-r", server.String(), "--timeout", "80ms", "--retries", "1"}
}

// A live look-up says what the same records in a zone file say.
func TestRelayLive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "path.zone")
	if err := os.WriteFile(path, []byte(". SOA ns.test. h.test. 1 2 3 4 5\n"+forwarded), 0o600); err != nil {
		t.Fatal(err)
	}
	fromZone, _ := relayed(t, "--zone", path)
	live, all := relayed(t, relayLive(dnstest.Serve(t, forwarded))...)
	if live.code != exitOK || live.out != fromZone.out || len(all) != 4 {
		t.Errorf("exit %d: %s\nthe zone file gives %s", live.code, live.out, fromZone.out)
	}
	if all[0].Outcome != "refused-relay" || all[3].Outcome != "delivered" {
		t.Errorf("%s and %s", all[0].Outcome, all[3].Outcome)
	}
}

// A resolver that fails in any way gives no claim; the control is TestRelayLive.
func TestRelayFailingResolver(t *testing.T) {
	for behaviour, cause := range map[dnstest.Behaviour]string{
		dnstest.Servfail: "SERVFAIL", dnstest.Refused: "REFUSED", dnstest.Silence: "timeout", dnstest.TruncateNoTCP: "truncated",
	} {
		server := dnstest.Serve(t, forwarded, dnstest.Fault(func(facts.Question, bool) dnstest.Behaviour { return behaviour }))
		got, all := relayed(t, relayLive(server)...)
		if got.code != exitIncomplete || len(all) != 1 {
			t.Fatalf("%s: exit %d, %d combinations: %s", behaviour, got.code, len(all), got.err)
		}
		if r := all[0]; r.Pool != "unknown" || r.Outcome != "unknown" || r.AtRisk || r.Change != "" || !strings.Contains(got.out, cause) {
			t.Errorf("%s: %+v", behaviour, r)
		}
	}
}

// One question fails: what hangs on it is unknown, and no combination ends
// otherwise than it does when all is answered.
func TestRelayOneQuestionFails(t *testing.T) {
	_, honest := relayed(t, relayLive(dnstest.Serve(t, forwarded))...)
	ends := map[string]string{}
	name := func(r report.Relay) string { return r.Assumed[0].Value + " " + r.Assumed[1].Value }
	for _, r := range honest {
		ends[name(r)] = r.Outcome
	}
	for _, c := range []struct {
		failing facts.Question
		unknown int // combinations
	}{
		{facts.Question{Name: "ours.test", Kind: "MX"}, 1},
		{facts.Question{Name: "sender.test", Kind: "TXT"}, 4},
		{facts.Question{Name: "_dmarc.sender.test", Kind: "TXT"}, 1}, // the policy decides only where the copy arrives and DMARC fails
		{facts.Question{Name: "else.test", Kind: "MX"}, 4},
		{facts.Question{Name: "ours.test", Kind: "TXT"}, 2},                  // by which host a copy leaves matters to the relay pool alone
		{facts.Question{Name: "spf.protection.outlook.com", Kind: "TXT"}, 0}, // that it is included is known
		{facts.Question{Name: "mxa-00000001.gslb.pphosted.com", Kind: "A"}, 2},
		{facts.Question{Name: "eu-smtp-inbound-1.mimecast.com", Kind: "A"}, 0},
	} {
		server := dnstest.Serve(t, forwarded, dnstest.Fault(func(q facts.Question, _ bool) dnstest.Behaviour {
			if q == c.failing {
				return dnstest.Servfail
			}
			return dnstest.Honest
		}))
		got, all := relayed(t, relayLive(server)...)
		unknown := 0
		for _, r := range all {
			if r.Unknown() {
				unknown++
			} else if want := ends[name(r)]; r.Outcome != want {
				t.Errorf("%s fails: %s, want %s or unknown", c.failing, r.Outcome, want)
			}
		}
		if unknown != c.unknown || (got.code == exitIncomplete) != (unknown > 0) {
			t.Errorf("%s fails: %d of %d unknown, want %d; exit %d", c.failing, unknown, len(all), c.unknown, got.code)
		}
	}
}

// TestRelayDocs runs the examples of docs/relay.md. A line "..." stands for
// any lines.
func TestRelayDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "relay.md"))
	if err != nil {
		t.Fatal(err)
	}
	examples := strings.Split(string(page), "```console\n")[1:]
	if len(examples) != 3 {
		t.Fatalf("%d examples", len(examples))
	}
	for _, example := range examples {
		example, _, _ = strings.Cut(example, "```")
		indent := example[:strings.Index(example, "$ mailposture ")]
		lines := strings.Split(strings.TrimRight(strings.ReplaceAll(example, "\n"+indent, "\n"), " \n"), "\n")
		command := strings.Fields(lines[0])[2:] // behind "$ mailposture"
		if missing, ok := elided(call(t, "", command...).out, lines[1:]); !ok {
			t.Errorf("%s does not print %q there", lines[0], missing)
		}
	}
	// The control: lines in another order are not there.
	if _, ok := elided("a\nb\n", []string{"...", "b", "a"}); ok {
		t.Error("the order of lines does not matter")
	}
}

// elided reports whether lines are those of a text, but for those that "..."
// stands for, and else the first that is not.
func elided(text string, lines []string) (string, bool) {
	have := strings.Split(strings.TrimRight(text, "\n"), "\n")
	anywhere := false
	for _, line := range lines {
		if line == "..." {
			anywhere = true
			continue
		}
		for anywhere && len(have) > 0 && have[0] != line {
			have = have[1:]
		}
		if len(have) == 0 || have[0] != line {
			return line, false
		}
		have, anywhere = have[1:], false
	}
	return "end of the output", anywhere || len(have) == 0
}
