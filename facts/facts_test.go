package facts_test

import (
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// typical is a domain with something in every part.
const typical = `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com include:_spf.example.net a:out.example.com -all"
example.com. TXT "MS=ms12345678"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"
_spf.example.net. TXT "v=spf1 ip4:192.0.2.0/24 -all"
out.example.com. A 192.0.2.9
mxa-00000001.gslb.pphosted.com. A 192.0.2.25
autodiscover.example.com. CNAME autodiscover.outlook.com.
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:d@vendor.example"
example.com._report._dmarc.vendor.example. TXT "v=DMARC1"
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector1-example-com._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
`

func TestTypicalDomain(t *testing.T) {
	f := buildZone(t, typical)
	for part, want := range map[facts.Part]facts.State{
		facts.PartMX: facts.Present, facts.PartHosts: facts.Present, facts.PartSPF: facts.Present, facts.PartSPFWalk: facts.Present,
		facts.PartDMARC: facts.Present, facts.PartReports: facts.Present, facts.PartDKIM: facts.Present, facts.PartM365: facts.Present,
	} {
		if got := f.Part(part); got.State != want {
			t.Errorf("%s is %+v, want %s", part, got, want)
		}
	}
	if f.MX.Gateway != "proofpoint-enterprise" || f.Mailbox.Host != "microsoft-365" || f.Mailbox.Confidence != facts.High {
		t.Errorf("gateway %q, mailboxes %+v", f.MX.Gateway, f.Mailbox)
	}
	if f.Role(facts.Sends).State != facts.Present || f.Role(facts.Receives).State != facts.Present || f.Role(facts.Parked).State != facts.Absent {
		t.Errorf("roles %+v", f.Roles)
	}
	if k := f.DKIM.Keys; len(k) != 1 || k[0].Selector != "selector1" || k[0].Parsed.Bits != 256 || k[0].Provider != "microsoft-365" {
		t.Errorf("keys %+v", k)
	}
}

// The facts rest on the answers alone: however the questions are answered,
// all at once or one at a time in any order, the same facts come out, and a
// snapshot of what was used gives them again.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	opt := facts.DefaultOptions()
	want := newWorld(t, typical).build("example.com", opt)
	for seed := range uint64(30) {
		w := newWorld(t, typical)
		random := rand.New(rand.NewPCG(seed, 1))
		for {
			got, missing := facts.Build("example.com", w, opt)
			if len(missing) == 0 {
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("seed %d: other facts", seed)
				}
				break
			}
			random.Shuffle(len(missing), func(i, j int) { missing[i], missing[j] = missing[j], missing[i] })
			w.learn(missing[:1+random.IntN(len(missing))])
		}
	}
	s := facts.NewSnapshot("example.com", time.Unix(0, 0), want.Used)
	replayed, missing := facts.Build("example.com", s, opt)
	if len(missing) > 0 || !reflect.DeepEqual(replayed, want) {
		t.Errorf("a replay misses %v", missing)
	}
}

// When any one answer is lost, no part turns absent that was present, and what
// had rested on it says so.
func TestFailureIsNeverAbsence(t *testing.T) {
	opt := facts.DefaultOptions()
	full := newWorld(t, typical).build("example.com", opt)
	for _, o := range full.Used {
		w := newWorld(t, typical)
		w.fail[o.Question] = "SERVFAIL"
		f := w.build("example.com", opt)
		unknowns := 0
		for _, p := range []facts.Part{
			facts.PartMX, facts.PartHosts, facts.PartSPF, facts.PartSPFWalk, facts.PartDMARC, facts.PartReports, facts.PartDKIM, facts.PartM365,
		} {
			was, is := full.Part(p).State, f.Part(p)
			if is.State == facts.Unknown {
				unknowns++
				if !strings.Contains(is.Reason, "SERVFAIL") {
					t.Errorf("%s failed: %s is unknown for %q", o.Question, p, is.Reason)
				}
			} else if is.State == facts.Absent && was != facts.Absent {
				t.Errorf("%s failed: %s is absent", o.Question, p)
			}
		}
		t.Logf("%s failed: %d parts unknown", o.Question, unknowns)
	}
}

func TestNonexistentDomain(t *testing.T) {
	f := newWorld(t, `_dmarc.example.com. TXT "v=DMARC1; p=none; np=reject"`).build("gone.example.com", facts.DefaultOptions())
	if f.Exists.State != facts.Absent || f.MX.State != facts.Absent || f.SPF.State != facts.Absent || f.DKIM.State != facts.Absent {
		t.Errorf("%+v %+v %+v %+v", f.Exists, f.MX.Standing, f.SPF.Standing, f.DKIM.Standing)
	}
	if f.DMARC.Effective.This != "reject" {
		t.Errorf("the parent's policy: %+v", f.DMARC.Effective)
	}
}

func TestMX(t *testing.T) {
	f := buildZone(t, `example.com. MX 20 b.example.net.
example.com. MX 10 A.Example.NET.
a.example.net. CNAME c.example.net.
c.example.net. A 192.0.2.1`)
	a, b := f.MX.Hosts[0], f.MX.Hosts[1]
	if a.Name != "a.example.net" || a.Preference != 10 || a.State != facts.Present || !slices.Equal(a.Chain, []string{"c.example.net"}) {
		t.Errorf("%+v", a)
	}
	if b.State != facts.Absent || b.Exists.State != facts.Absent {
		t.Errorf("%+v", b)
	}
	null := buildZone(t, `example.com. MX 0 .`)
	if !null.MX.Null || null.Role(facts.Receives).State != facts.Absent || null.Role(facts.Parked).State != facts.Present {
		t.Errorf("%+v %+v", null.MX, null.Roles)
	}
	implicit := buildZone(t, `example.com. A 192.0.2.1`)
	if !implicit.MX.Implicit || implicit.MX.State != facts.Absent || implicit.Role(facts.Receives).State != facts.Unseen {
		t.Errorf("%+v %+v", implicit.MX, implicit.Roles)
	}
}

func TestDKIM(t *testing.T) {
	const key = `"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`
	base := "example.com. MX 10 mx.example.com.\nmx.example.com. A 192.0.2.1\n"
	for _, c := range []struct {
		name, zone string
		selectors  []string
		state      facts.State
		keys       string // selector=state of each
	}{
		{"nothing below _domainkey ends it", base, nil, facts.Unseen, ""},
		{"a selector that the user named", base + "mine._domainkey.example.com. TXT " + key, []string{"mine"}, facts.Present, "mine=present"},
		{"a common one, found because _domainkey exists", base + "default._domainkey.example.com. TXT " + key, nil, facts.Present, "default=present"},
		{"one that cannot be guessed", base + "zq7x._domainkey.example.com. TXT " + key, nil, facts.Unseen, ""},
		{"revoked", base + `s1._domainkey.example.com. TXT "v=DKIM1; p="`, []string{"s1"}, facts.Unseen, "s1=revoked"},
		{"malformed", base + `s1._domainkey.example.com. TXT "v=DKIM1; p=AAAA"`, []string{"s1"}, facts.Unseen, "s1=malformed"},
		{"several", base + "s1._domainkey.example.com. TXT " + key + "\ns1._domainkey.example.com. TXT \"v=DKIM1; p=\"", []string{"s1"}, facts.Unseen, "s1=several"},
		{"not for e-mail", base + `s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; s=tlsrpt; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`, []string{"s1"}, facts.Unseen, "s1=not-for-email"},
		{"an alias to nowhere", base + "s1._domainkey.example.com. CNAME s1.domainkey.gone.example.", []string{"s1"}, facts.Unseen, "s1=dangling"},
		{"other text is no key", base + `s1._domainkey.example.com. TXT "hello"`, []string{"s1"}, facts.Unseen, ""},
		{"a wildcard proves nothing", base + `*._domainkey.example.com. TXT "v=DKIM1; p="`, []string{"s1"}, facts.Unseen, ""},
	} {
		opt := facts.DefaultOptions()
		opt.Selectors = c.selectors
		d := newWorld(t, c.zone).build("example.com", opt).DKIM
		var keys []string
		for _, k := range d.Keys {
			keys = append(keys, k.Selector+"="+string(k.State))
		}
		if d.State != c.state || strings.Join(keys, " ") != c.keys {
			t.Errorf("%s: %s, %v, %d tried", c.name, d.State, keys, len(d.Tried))
		}
	}
}

// The labels of real Exchange Online hosts; see the file for its source.
func TestEOPLabel(t *testing.T) {
	file, err := os.Open("testdata/eop_labels.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if got := facts.EOPLabel(facts.Domain(row[0])); got != row[1] {
			t.Errorf("%s: %s, want %s", row[0], got, row[1])
		}
	}
	if len(rows) < 80 {
		t.Errorf("only %d rows", len(rows))
	}
}

func TestParseDomain(t *testing.T) {
	for text, want := range map[string]facts.Domain{
		"example.com": "example.com", "Example.COM.": "example.com", " example.com\r": "example.com",
		"https://user@www.example.com:8443/path?q": "www.example.com", "Someone <a.b@example.com>": "example.com",
		"bücher.example": "xn--bcher-kva.example", "BÜCHER.example": "xn--bcher-kva.example", "xn--bcher-kva.example": "xn--bcher-kva.example",
		"a_b.example.com": "a_b.example.com",
	} {
		if got, err := facts.ParseDomain(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for text, why := range map[string]string{
		"":                                 "empty",
		".":                                "empty",
		"localhost":                        "one label",
		"192.0.2.1":                        "an IP address",
		"2001:db8::1":                      "an IP address",
		"*.example.com":                    "a wildcard",
		"-rf":                              "one label",
		"a..example.com":                   "an empty label",
		"-a.example.com":                   "hyphen",
		"a b.example.com":                  `a label holds " "`,
		"$(id).example.com":                `a label holds "$"`,
		"\x1b[31m.example.com":             `a label holds "\x1b"`,
		strings.Repeat("a", 64) + ".com":   "longer than 63",
		strings.Repeat("a.", 130) + "com":  "longer than 253",
		strings.Repeat("a", 5000) + ".com": "longer than 253",
	} {
		got, err := facts.ParseDomain(text)
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %q, %v, want %q", text, got, err, why)
		}
	}
}

func FuzzParseDomain(f *testing.F) {
	f.Add("https://Bücher.example./x")
	f.Add("Someone <a@example.com>")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := facts.ParseDomain(text)
		if err != nil {
			return
		}
		if again, err := facts.ParseDomain(string(d)); err != nil || again != d {
			t.Fatalf("%q became %q, which becomes %q, %v", text, d, again, err)
		}
	})
}

func TestSnapshotJSON(t *testing.T) {
	f := buildZone(t, typical)
	s := facts.NewSnapshot("example.com", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), f.Used)
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back facts.Snapshot
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(&back, s) {
		t.Errorf("%v\n%s", err, text)
	}
	if err := back.Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*facts.Snapshot){
		"version 2":    func(s *facts.Snapshot) { s.Version = 2 },
		"not a domain": func(s *facts.Snapshot) { s.Domain = "Example.com" },
		"out of order": func(s *facts.Snapshot) { slices.Reverse(s.Observations) },
		"status":       func(s *facts.Snapshot) { s.Observations[0].Status = "fine" },
		"0 records":    func(s *facts.Snapshot) { s.Observations[0].Status, s.Observations[0].Data = facts.Found, nil },
	} {
		var spoilt facts.Snapshot
		if err := json.Unmarshal(text, &spoilt); err != nil {
			t.Fatal(err)
		}
		spoil(&spoilt)
		if err := spoilt.Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// With Deep every selector of the list is tried, and the budget grows by it, so
// that no other part goes short.
func TestDeep(t *testing.T) {
	opt := facts.DefaultOptions()
	opt.Deep = true
	f := newWorld(t, typical).build("example.com", opt)
	list, err := os.ReadFile("dkim_selectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	for line := range strings.Lines(string(list)) {
		if !strings.HasPrefix(line, "#") {
			listed++
		}
	}
	if len(f.DKIM.Tried) < listed || f.DKIM.KeysKnown.State == facts.Unknown {
		t.Errorf("%d of %d selectors tried: %+v", len(f.DKIM.Tried), listed, f.DKIM.KeysKnown)
	}
	if f.M365.State != facts.Present {
		t.Errorf("m365 went short: %+v", f.M365.Standing)
	}
}
