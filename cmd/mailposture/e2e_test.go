package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/dnstest"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/report"
)

// called is what one call of the program left behind.
type called struct {
	code     int
	out, err string
}

// call runs the program in this process, without the user's configuration.
func call(t *testing.T, stdin string, args ...string) called {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	var out, errs bytes.Buffer
	code := run(context.Background(), args, stdio{strings.NewReader(stdin), &out, &errs})
	return called{code, out.String(), errs.String()}
}

// results decodes jsonl.
func results(t *testing.T, text string) []report.Result {
	t.Helper()
	var all []report.Result
	for line := range strings.Lines(text) {
		var r report.Result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, r)
	}
	return all
}

var timeField = regexp.MustCompile(`"time":"[^"]*"`)

// timeless is output without what may differ between two runs.
func timeless(text string) string { return timeField.ReplaceAllString(text, `"time":""`) }

// healthy is a zone of a domain with nothing to find. Its DKIM selector is one
// that nobody can guess.
const healthy = `healthy.test. MX 10 mx.healthy.test.
healthy.test. TXT "v=spf1 ip4:192.0.2.25 -all"
mx.healthy.test. A 192.0.2.25
_dmarc.healthy.test. TXT "v=DMARC1; p=reject; rua=mailto:d@healthy.test"
zq7xw._domainkey.healthy.test. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
`

func live(server netip.AddrPort, args ...string) []string {
	return append([]string{"scan", "-r", server.String(), "--timeout", "80ms", "--retries", "1", "-f", "jsonl"}, args...)
}

// A resolver that fails in any way leaves things unknown, with the reason;
// never absent, and never a finding that something is missing. The control is
// the same zone honestly served, and the same zone without the records: there
// they are absent.
func TestFailingResolver(t *testing.T) {
	for behaviour, cause := range map[dnstest.Behaviour]string{
		dnstest.Servfail:      "SERVFAIL",
		dnstest.Refused:       "REFUSED",
		dnstest.Silence:       "timeout",
		dnstest.Garbage:       "timeout",
		dnstest.OtherQuestion: "timeout",
		dnstest.TruncateNoTCP: "truncated",
	} {
		t.Run(string(behaviour), func(t *testing.T) {
			server := dnstest.Serve(t, healthy, dnstest.Fault(func(facts.Question, bool) dnstest.Behaviour { return behaviour }))
			got := call(t, "", live(server, "healthy.test")...)
			if got.code != exitIncomplete {
				t.Errorf("exit %d: %s", got.code, got.err)
			}
			r := results(t, got.out)[0]
			if r.Status != report.Incomplete || len(r.Findings) > 0 || len(r.Unknown) == 0 {
				t.Errorf("status %s, findings %+v", r.Status, r.Findings)
			}
			for part, state := range map[string]report.Standing{
				"mx": r.MX.Standing, "spf": r.SPF.Standing, "dmarc": r.DMARC.Standing, "dkim": r.DKIM.Standing, "m365": r.M365.Standing,
			} {
				if state.State != "unknown" || !strings.Contains(state.Reason, cause) {
					t.Errorf("%s is %+v, want unknown for %s", part, state, cause)
				}
			}
		})
	}
}

// Each question in turn fails: what was present never turns absent, and no
// finding appears that the honest answers did not give.
func TestOneQuestionFails(t *testing.T) {
	const bad = dnstest.Servfail
	honest := results(t, call(t, "", live(dnstest.Serve(t, healthy), "healthy.test")...).out)[0]
	for _, failing := range []facts.Question{
		{Name: "healthy.test", Kind: "MX"}, {Name: "healthy.test", Kind: "TXT"}, {Name: "mx.healthy.test", Kind: "A"},
		{Name: "mx.healthy.test", Kind: "AAAA"}, {Name: "_dmarc.healthy.test", Kind: "TXT"}, {Name: "_domainkey.healthy.test", Kind: "TXT"},
	} {
		server := dnstest.Serve(t, healthy, dnstest.Fault(func(q facts.Question, _ bool) dnstest.Behaviour {
			if q == failing {
				return bad
			}
			return dnstest.Honest
		}))
		got := call(t, "", live(server, "healthy.test")...)
		r := results(t, got.out)[0]
		if got.code != exitIncomplete || r.Status != report.Incomplete {
			t.Errorf("%s fails: exit %d, %s", failing, got.code, r.Status)
		}
		if len(r.Findings) > len(honest.Findings) {
			t.Errorf("%s fails: findings %+v", failing, r.Findings)
		}
		if !strings.Contains(got.out, failing.String()+": SERVFAIL") {
			t.Errorf("%s fails: no reason says so in %s", failing, got.out)
		}
	}
}

// The controls of both tests above: honest answers are complete, and a zone
// that lacks the records has them absent, with findings that say so.
func TestHonestResolver(t *testing.T) {
	got := call(t, "", live(dnstest.Serve(t, healthy), "healthy.test")...)
	r := results(t, got.out)[0]
	question := func(f report.Finding) bool { return f.Confidence == policy.Hint } // the selector cannot be found: does it sign?
	if got.code != exitOK || r.Status != report.Complete || len(slices.DeleteFunc(r.Findings, question)) > 0 {
		t.Errorf("exit %d, %s, findings %+v", got.code, r.Status, r.Findings)
	}
	if r.DKIM.State != "unseen" || r.DKIM.Tried == 0 {
		t.Errorf("dkim %+v, want unseen after some tries", r.DKIM)
	}
	bare := results(t, call(t, "", live(dnstest.Serve(t, "bare.test. MX 10 mx.bare.test.\nmx.bare.test. A 192.0.2.1\n"), "bare.test")...).out)[0]
	if bare.SPF.State != "absent" || bare.DMARC.State != "absent" || !hasRule(bare, "SPF001") || !hasRule(bare, "DMARC001") {
		t.Errorf("spf %s, dmarc %s, findings %+v", bare.SPF.State, bare.DMARC.State, bare.Findings)
	}
}

// p=reject, no SPF that can pass and no key that can be guessed is a finding
// that says how much was tried.
func TestEnforcedWithNothing(t *testing.T) {
	zone := strings.ReplaceAll(healthy, `TXT "v=spf1 ip4:192.0.2.25 -all"`, `TXT "unrelated"`)
	got := call(t, "", live(dnstest.Serve(t, zone), "healthy.test")...)
	r := results(t, got.out)[0]
	if got.code != exitOK || r.Status != report.Complete {
		t.Errorf("exit %d, %s", got.code, r.Status)
	}
	want := fmt.Sprintf("no key seen under %d selectors", r.DKIM.Tried)
	for _, f := range r.Findings {
		if f.Rule == "DMARC026" && strings.Contains(f.Message, want) {
			return
		}
	}
	t.Errorf("findings %+v, want DMARC026 with %q", r.Findings, want)
}

func hasRule(r report.Result, id string) bool {
	for _, f := range r.Findings {
		if f.Rule == id {
			return true
		}
	}
	return false
}

// hostile is a domain that does whatever it can to harm a scan.
func hostile() string {
	var zone strings.Builder
	nasty := `<script>alert(1)</script>\027[31m\000\255\034\092](http://evil.test)`
	zone.WriteString("hostile.test. TXT \"v=spf1 include:hostile.test include:hostile.test redirect=hostile.test " + nasty + "\"\n")
	zone.WriteString("hostile.test. MX 10 loop.hostile.test.\nhostile.test. MX 10 \\<script\\>\\000\\027.hostile.test.\n")
	zone.WriteString("loop.hostile.test. CNAME pool.hostile.test.\npool.hostile.test. CNAME loop.hostile.test.\n")
	zone.WriteString("_dmarc.hostile.test. TXT \"v=DMARC1; p=reject; rua=mailto:" + nasty + "@evil.test," + nasty + "\"\n")
	zone.WriteString("selector1._domainkey.hostile.test. TXT \"v=DKIM1; k=" + nasty + "; p=" + nasty + "\"\n")
	return zone.String()
}

// manyTXT is a domain with more records than anyone reads.
func manyTXT() string {
	var zone strings.Builder
	zone.WriteString("many.test. MX 10 mx.healthy.test.\n")
	for i := range 3000 {
		fmt.Fprintf(&zone, "many.test. TXT \"record %d <script>\"\n", i)
	}
	return zone.String()
}

// One hostile domain changes nothing about the others, and gets through every
// format without harm.
func TestHostileDomain(t *testing.T) {
	escaped := call(t, "\x1b[31m.test\nhealthy.test\n", "scan", "--zone", ":demo:", "-l", "-")
	if strings.Contains(escaped.out, "\x1b") || !strings.Contains(escaped.out, `\\x1b[31m.test`) {
		t.Errorf("a list with control characters: %q", escaped.out)
	}
	neighbours := []string{"healthy.test", "mx.healthy.test", "nothing.test"}
	alone := call(t, "", live(dnstest.Serve(t, healthy), neighbours...)...)
	server := dnstest.Serve(t, healthy+hostile()+manyTXT())
	folder := t.TempDir()
	args := append(live(server), "healthy.test", "hostile.test", "mx.healthy.test", "many.test", "nothing.test")
	for _, name := range []string{"a.csv", "a.html", "a.json", "a.jsonl", "a.md", "a.prom", "a.sarif", "a.txt", "a.xml"} {
		args = append(args, "-o", filepath.Join(folder, name))
	}
	got := call(t, "", args...)
	var others strings.Builder
	for line := range strings.Lines(got.out) {
		if !strings.Contains(line, `"domain":"hostile.test"`) && !strings.Contains(line, `"domain":"many.test"`) {
			others.WriteString(line)
		}
	}
	if timeless(others.String()) != timeless(alone.out) {
		t.Errorf("the neighbours changed:\n%s\nwas\n%s", others.String(), alone.out)
	}
	r := results(t, got.out)
	if r[1].Domain != "hostile.test" || !hasRule(r[1], "SPF021") || r[1].MX.Hosts[1].State == "absent" && r[1].MX.Hosts[0].State == "absent" {
		t.Errorf("hostile.test: %+v", r[1].Findings)
	}
	if r[3].Domain != "many.test" || r[3].SPF.State != "unknown" {
		t.Errorf("many.test: spf %+v", r[3].SPF)
	}
	file := filepath.Join(folder, "many.zone")
	if err := os.WriteFile(file, []byte(manyTXT()), 0o600); err != nil {
		t.Fatal(err)
	}
	many := results(t, call(t, "", "scan", "--zone", file, "--origin", ".", "many.test").out)[0]
	if many.SPF.State != "unknown" || many.SPF.Reason != "TXT many.test: too many records (3000)" {
		t.Errorf("many.test from its zone: spf %+v", many.SPF)
	}
	for _, name := range []string{"a.csv", "a.html", "a.json", "a.jsonl", "a.md", "a.prom", "a.sarif", "a.txt", "a.xml"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range text {
			if b < 0x20 && b != '\n' && b != '\t' || b == 0x7f || b == 0xff {
				t.Fatalf("%s holds the octet %#x", name, b)
			}
		}
		if name == "a.html" && bytes.Contains(text, []byte("<script")) {
			t.Error("a script element reached the page")
		}
	}
}

// The same world gives the same bytes, whatever the number of workers and the
// order in which answers arrive; and so does eval of what was saved.
func TestSameBytes(t *testing.T) {
	var domains []string
	var zone strings.Builder
	zone.WriteString(healthy + hostile() + "shared.test. TXT \"v=spf1 ip4:198.51.100.0/24 -all\"\n")
	for i := range 60 {
		name := fmt.Sprintf("d%02d.test", i)
		domains = append(domains, name)
		fmt.Fprintf(&zone, "%s. MX 10 mxa-%08d.gslb.pphosted.com.\n%s. TXT \"v=spf1 include:shared.test a mx -all\"\n", name, i, name)
		fmt.Fprintf(&zone, "autodiscover.%s. CNAME autodiscover.outlook.com.\n_dmarc.%s. TXT \"v=DMARC1; p=reject\"\n", name, name)
	}
	domains = append(domains, "healthy.test", "hostile.test", "localhost", "d00.test")
	list := strings.Join(domains, "\n")
	saved := filepath.Join(t.TempDir(), "saved.jsonl.gz")
	relay := []string{"--relay-ip", "198.51.100.7", "--relay-ip", "203.0.113.1"}

	want := call(t, list, append(live(dnstest.Serve(t, zone.String()), "-c", "1", "--save", saved), relay...)...)
	if n := len(results(t, want.out)); n != len(domains) {
		t.Fatalf("%d results for %d lines: %s", n, len(domains), want.err)
	}
	if !strings.Contains(want.out, "M365001") || !strings.Contains(want.out, "SPF029") {
		t.Error("the rules that matter found nothing")
	}
	for name, server := range map[string]netip.AddrPort{
		"in order": dnstest.Serve(t, zone.String()), "shuffled": dnstest.Serve(t, zone.String(), dnstest.Shuffle(1)),
		"shuffled otherwise": dnstest.Serve(t, zone.String(), dnstest.Shuffle(2)),
	} {
		for _, concurrency := range []string{"1", "500"} {
			args := append([]string{"scan", "-r", server.String(), "--timeout", "2s", "-f", "jsonl", "-c", concurrency}, relay...)
			if got := call(t, list, args...); timeless(got.out) != timeless(want.out) || got.code != want.code {
				t.Errorf("%s, %s at once: other bytes", name, concurrency)
			}
		}
	}
	eval := call(t, "", "eval", saved, "-f", "jsonl")
	var scanned strings.Builder
	for line := range strings.Lines(want.out) {
		if !strings.Contains(line, `"status":"rejected"`) {
			scanned.WriteString(line)
		}
	}
	input := regexp.MustCompile(`"input":\{[^}]*\},`)
	if eval.out != input.ReplaceAllString(scanned.String(), "") {
		t.Error("eval gives other results than the scan")
	}
}

// unread is a standard input that must be left alone.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("standard input was read")
	return 0, io.EOF
}

// A scan that has its domains elsewhere leaves standard input to whoever reads
// it: in a shell loop over a list, the loop.
func TestStdinIsNotOurs(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"scan", "--zone", ":demo:", "healthy.example"}, stdio{unread{t}, &out, &errs}); code != exitOK {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}
