package relay_test

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/relay"
	"github.com/mailposture/mailposture/scanner/zone"
)

// world answers from zone text in which every other name does not exist. The
// questions in fail fail.
type world struct {
	set  *zone.Set
	fail map[facts.Question]bool
}

func newWorld(t *testing.T, text string, fail ...facts.Question) world {
	t.Helper()
	z, err := zone.Parse("test.zone", strings.NewReader(text), ".")
	if err != nil {
		t.Fatal(err)
	}
	set, err := zone.NewSet([]*zone.Zone{z}, zone.NXDomain, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := world{set: set, fail: map[facts.Question]bool{}}
	for _, q := range fail {
		w.fail[q] = true
	}
	return w
}

type known map[facts.Question]facts.Observation

func (k known) Get(q facts.Question) (facts.Observation, bool) {
	o, ok := k[q]
	return o, ok
}

// build is the facts of a domain, with SPF checked for the hosts.
func (w world) build(t *testing.T, domain facts.Domain, hosts ...netip.Addr) *facts.Facts {
	t.Helper()
	opt := facts.DefaultOptions()
	opt.RelayIPs = hosts
	return w.buildWith(t, domain, opt)
}

func (w world) buildWith(t *testing.T, domain facts.Domain, opt facts.Options) *facts.Facts {
	t.Helper()
	learned := known{}
	for range 50 {
		f, missing := facts.Build(domain, learned, opt)
		if len(missing) == 0 {
			return f
		}
		answers, err := w.set.Lookup(context.Background(), missing)
		if err != nil {
			t.Fatal(err)
		}
		for i, q := range missing {
			learned[q] = answers[i]
			if w.fail[q] {
				learned[q] = facts.Observation{Question: q, Status: facts.Failed, Cause: "SERVFAIL"}
			}
		}
	}
	t.Fatal("Build never stops asking")
	return nil
}

// read is the reading of a path from sender.test by ours.test to else.test.
func (w world) read(t *testing.T, d relay.Domains) relay.Reading {
	t.Helper()
	d.To, d.Forward = w.build(t, "ours.test"), w.build(t, "else.test")
	hosts := relay.GatewayAddresses(d.To)
	if len(d.Gateway) > 0 {
		hosts = d.Gateway
	}
	if d.Host.IsValid() {
		hosts = append(hosts, d.Host)
	}
	d.From = w.build(t, "sender.test", hosts...)
	return relay.Read(d)
}

// path is a world in which a forwarded message is at risk.
const path = `sender.test. MX 10 mx.sender.test.
sender.test. TXT "v=spf1 ip4:192.0.2.1 include:_spf.vendor.test ~all"
_spf.vendor.test. TXT "v=spf1 ip4:192.0.2.64/26 -all"
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

// value is what a reading has for an input, and what that rests on.
func value(t *testing.T, r relay.Reading, name relay.Input) (string, relay.Ground) {
	t.Helper()
	for _, g := range r.Grounds {
		if g.Input == name {
			return g.Value, g
		}
	}
	t.Fatalf("no ground for %s", name)
	return "", relay.Ground{}
}

func TestRead(t *testing.T) {
	edit := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(path) }
	const signed = "s._domainkey.sender.test. TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
	for _, c := range []struct {
		name    string
		zone    string
		domains relay.Domains
		want    map[relay.Input]string
	}{
		{"as it stands", path, relay.Domains{}, map[relay.Input]string{
			"spf": "pass", "spf-elsewhere": "softfail", "dkim": "", "dmarc-policy": "none", "source-resolves": "yes", "mx": "gateway",
			"gateway-in-sender-spf": "no", "enhanced-filtering": "", "forward": "redirect", "accepted-domain": "no", "forwarder-spf": "yes",
			"destination-receives": "yes", "destination-relay-check": "published-ranges", "criteria": "learn-2026-06",
		}},
		{"the sender's record fails the rest", edit("~all", "-all"), relay.Domains{}, map[relay.Input]string{"spf-elsewhere": "fail"}},
		{"the sender's record says nothing of the rest", edit(" ~all", ""), relay.Domains{}, map[relay.Input]string{"spf-elsewhere": "neutral"}},
		{"the sender has no SPF", edit(`sender.test. TXT "v=spf1 ip4:192.0.2.1 include:_spf.vendor.test ~all"`, ""), relay.Domains{},
			map[relay.Input]string{"spf": "none", "spf-elsewhere": "none", "gateway-in-sender-spf": "no"}},
		{"the sender has two SPF records", path + `sender.test. TXT "v=spf1 -all"`, relay.Domains{}, map[relay.Input]string{"spf": "permerror", "spf-elsewhere": "permerror"}},
		{"the sender's SPF has a slip", edit("ip4:192.0.2.1 ", "ipv4:192.0.2.1 "), relay.Domains{}, map[relay.Input]string{"spf": "permerror", "spf-elsewhere": "permerror"}},
		{"the sender's SPF lists nobody", edit("ip4:192.0.2.1 include:_spf.vendor.test ~all", "-all"), relay.Domains{}, map[relay.Input]string{"spf": "fail", "spf-elsewhere": "fail"}},
		{"the sender's SPF lists the gateway's MX", edit("ip4:192.0.2.1 ", "ip4:203.0.113.10 "), relay.Domains{}, map[relay.Input]string{"gateway-in-sender-spf": "yes", "spf-elsewhere": "softfail"}},
		{"the sender's SPF includes the same gateway", edit("include:_spf.vendor.test", "include:spf-00000001.pphosted.com") + "spf-00000001.pphosted.com. TXT \"v=spf1 ip4:203.0.113.99 -all\"\n",
			relay.Domains{}, map[relay.Input]string{"gateway-in-sender-spf": "yes"}},
		{"a host that the sender does not list", path, relay.Domains{Host: netip.MustParseAddr("192.0.2.9")}, map[relay.Input]string{"spf": "softfail"}},
		{"a host that the sender lists", path, relay.Domains{Host: netip.MustParseAddr("192.0.2.65")}, map[relay.Input]string{"spf": "pass"}},
		{"a gateway address that the sender lists", path, relay.Domains{Gateway: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}, map[relay.Input]string{"gateway-in-sender-spf": "yes"}},
		{"the sender signs", path + strings.Replace(signed, "s._", "selector1._", 1), relay.Domains{}, map[relay.Input]string{"dkim": "pass-aligned"}},
		{"the sender has no policy", edit("_dmarc.sender.test.", "_dmarc.other.test."), relay.Domains{}, map[relay.Input]string{"dmarc-policy": "absent"}},
		{"the sender's policy is a slip", edit("v=DMARC1; p=none", "v=DMARC1; p=none; p=reject"), relay.Domains{}, nil},
		{"the sender asks for p=reject", edit("p=none", "p=reject"), relay.Domains{}, map[relay.Input]string{"dmarc-policy": "reject"}},
		{"the sender only tests p=reject", edit("p=none", "p=reject; t=y"), relay.Domains{}, map[relay.Input]string{"dmarc-policy": "quarantine"}},
		{"the sender cannot be answered", edit("sender.test. MX 10 mx.sender.test.", ""), relay.Domains{}, map[relay.Input]string{"source-resolves": "no"}},
		{"the sender has an address alone", edit("sender.test. MX 10 mx.sender.test.", "sender.test. A 192.0.2.3"), relay.Domains{}, map[relay.Input]string{"source-resolves": "yes"}},
		{"Exchange Online receives", edit("ours.test. MX 10 mxa-00000001.gslb.pphosted.com.", "ours.test. MX 0 ours-test.mail.protection.outlook.com."), relay.Domains{}, map[relay.Input]string{"mx": "microsoft-365"}},
		{"Google receives", edit("ours.test. MX 10 mxa-00000001.gslb.pphosted.com.", "ours.test. MX 1 smtp.google.com."), relay.Domains{}, map[relay.Input]string{"mx": "other"}},
		{"a host of nobody's receives, Exchange Online behind it", edit("ours.test. MX 10 mxa-00000001.gslb.pphosted.com.", "ours.test. MX 1 mail.ours.test.\nmail.ours.test. A 203.0.113.30"), relay.Domains{},
			map[relay.Input]string{"mx": "gateway", "gateway-in-sender-spf": "no"}},
		{"both receive", path + "ours.test. MX 10 ours-test.mail.protection.outlook.com.\n", relay.Domains{}, map[relay.Input]string{"mx": ""}},
		{"nobody receives", edit("ours.test. MX 10 mxa-00000001.gslb.pphosted.com.", "ours.test. MX 0 ."), relay.Domains{}, map[relay.Input]string{"mx": "none"}},
		{"our SPF lists the gateway alone", edit("include:spf.protection.outlook.com", "include:spf-00000001.pphosted.com") + "spf-00000001.pphosted.com. TXT \"v=spf1 ip4:203.0.113.99 -all\"\nelse.test. MX 5 mx.else.test.\n",
			relay.Domains{}, map[relay.Input]string{"forwarder-spf": "yes", "destination-relay-check": "published-ranges"}},
		{"our SPF lists neither", edit("include:spf.protection.outlook.com", "mx"), relay.Domains{}, map[relay.Input]string{"forwarder-spf": "no"}},
		{"the destination has no gateway", edit("else.test. MX 10 eu-smtp-inbound-1.mimecast.com.", "else.test. MX 10 smtp.google.com."), relay.Domains{}, map[relay.Input]string{"destination-relay-check": "none"}},
		{"the destination takes no mail", edit("else.test. MX 10 eu-smtp-inbound-1.mimecast.com.", "else.test. MX 0 ."), relay.Domains{}, map[relay.Input]string{"destination-receives": "no"}},
		{"the destination does not exist", edit("else.test. MX 10 eu-smtp-inbound-1.mimecast.com.", ""), relay.Domains{}, map[relay.Input]string{"destination-receives": "no"}},
	} {
		got := newWorld(t, c.zone).read(t, c.domains)
		for name, want := range c.want {
			if have, g := value(t, got, name); have != want {
				t.Errorf("%s: %s is %q, want %q: %s", c.name, name, have, want, g.Why)
			}
		}
		for _, g := range got.Grounds {
			if g.Why == "" || (g.Value == "") != (g.Basis == relay.Open) {
				t.Errorf("%s: %+v", c.name, g)
			}
		}
	}
}

// TestPartsLeftOut: what was not asked for is open, whatever the zone holds.
func TestPartsLeftOut(t *testing.T) {
	w := newWorld(t, strings.NewReplacer("sender.test. MX 10 mx.sender.test.", "", "ours.test. MX 10 mxa-00000001.gslb.pphosted.com.", "ours.test. MX 10 mail.ours.test.",
		"else.test. MX 10 eu-smtp-inbound-1.mimecast.com.", "").Replace(path))
	opt := facts.DefaultOptions()
	opt.Parts = []facts.Part{facts.PartMX}
	d := relay.Domains{From: w.buildWith(t, "sender.test", opt), To: w.buildWith(t, "ours.test", opt), Forward: w.buildWith(t, "ours.test", opt)}
	got := relay.Read(d)
	for _, name := range []relay.Input{"spf", "spf-elsewhere", "dkim", "dmarc-policy", "source-resolves", "mx", "forwarder-spf", "gateway-in-sender-spf"} {
		if have, g := value(t, got, name); have != "" || g.Basis != relay.Open || g.Why == "" {
			t.Errorf("%s: %+v", name, g)
		}
	}
	if r := got.Follow(); r.Pool != "" || r.Outcome != "" {
		t.Errorf("pool %s, outcome %s", r.Pool, r.Outcome)
	}
	// The control: with all parts the same names are known.
	all := newWorld(t, path).read(t, relay.Domains{})
	for _, name := range []relay.Input{"spf", "spf-elsewhere", "dmarc-policy", "source-resolves", "mx", "forwarder-spf", "gateway-in-sender-spf"} {
		if have, g := value(t, all, name); have == "" {
			t.Errorf("with all parts, %s: %+v", name, g)
		}
	}
}

// TestUnknownIsNoClaim: each question that the path rests on fails in turn.
// What an input then has is what it had, or nothing; and so is what each
// combination ends in.
func TestUnknownIsNoClaim(t *testing.T) {
	for _, text := range []string{
		path,
		strings.NewReplacer("p=none", "p=reject", "ip4:192.0.2.1 ", "ip4:203.0.113.10 ").Replace(path),
		strings.NewReplacer("ours.test. MX 10 mxa-00000001.gslb.pphosted.com.", "ours.test. MX 1 mail.ours.test.\nmail.ours.test. A 203.0.113.30").Replace(path),
		strings.NewReplacer("include:spf.protection.outlook.com", "include:spf-00000001.pphosted.com", "else.test. MX 10 eu-smtp-inbound-1.mimecast.com.", "else.test. MX 10 mx.else.test.\nmx.else.test. A 192.0.2.77").Replace(path) +
			"spf-00000001.pphosted.com. TXT \"v=spf1 ip4:203.0.113.99 -all\"\n",
	} {
		w := newWorld(t, text)
		honest := w.read(t, relay.Domains{})
		ends := endings(honest)
		var questions []facts.Question
		for _, d := range []facts.Domain{"sender.test", "ours.test", "else.test"} {
			for _, o := range w.build(t, d, relay.GatewayAddresses(w.build(t, "ours.test"))...).Used {
				if !slices.Contains(questions, o.Question) {
					questions = append(questions, o.Question)
				}
			}
		}
		lost := 0
		for _, q := range questions {
			got := newWorld(t, text, q).read(t, relay.Domains{})
			for i, g := range got.Grounds {
				if was := honest.Grounds[i]; g.Value != "" && g.Value != was.Value {
					t.Errorf("%s fails: %s was %q (%s), and is %q (%s)", q, g.Input, was.Value, was.Why, g.Value, g.Why)
				} else if g.Value != was.Value {
					lost++
				}
			}
			for name, end := range endings(got) {
				if was, ok := ends[name]; ok && end != was && end != "" {
					t.Errorf("%s fails: %s ended %s, and ends %s", q, name, was, end)
				}
			}
		}
		if lost == 0 || len(questions) < 15 {
			t.Errorf("%d questions, and %d inputs lost: was anything failed?", len(questions), lost)
		}
	}
}

// endings are pool and outcome of each combination, or "" when one is open.
func endings(r relay.Reading) map[string]string {
	all := map[string]string{}
	for _, c := range r.Combinations() {
		name := string(c.Path.Filtering) + " " + string(c.Path.DKIM)
		if route := c.Follow(); route.Pool != "" && route.Outcome != "" {
			all[name] = string(route.Pool) + " " + string(route.Outcome)
		} else {
			all[name] = ""
		}
	}
	return all
}

func TestCombinations(t *testing.T) {
	r := newWorld(t, path).read(t, relay.Domains{})
	want := map[string]string{
		"off none": "relay refused-relay", "off pass-aligned": "relay refused-relay",
		"on none": "regular delivered", "on pass-aligned": "regular delivered",
	}
	got := endings(r)
	for name, end := range want {
		if got[name] != end {
			t.Errorf("%s: %q, want %q", name, got[name], end)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d combinations: %v", len(got), got)
	}
	// What is given is not tried both ways.
	for _, c := range []struct {
		input, value string
		combinations int
	}{
		{"enhanced-filtering", "on", 2}, {"dkim", "fail", 2}, {"mx", "microsoft-365", 2}, {"mx", "other", 1}, {"mx", "none", 1}, {"criteria", "support-2026-03", 4},
	} {
		given, err := r.With(relay.Input(c.input), c.value)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(given.Combinations()); n != c.combinations {
			t.Errorf("%s=%s: %d combinations, want %d", c.input, c.value, n, c.combinations)
		}
	}
	if _, err := r.With("enhanced-filtering", "maybe"); err == nil || !strings.Contains(err.Error(), "choose off, on") {
		t.Errorf("a value that is none: %v", err)
	}
	if _, err := r.With("weather", "fine"); err == nil || !strings.Contains(err.Error(), "enhanced-filtering") {
		t.Errorf("an input that is none: %v", err)
	}
	if v, _ := value(t, r, "enhanced-filtering"); v != "" {
		t.Errorf("With has changed the reading that it began from: %q", v)
	}
}

// TestHinges: what decides is named, and what does not is left out.
func TestHinges(t *testing.T) {
	r := newWorld(t, path).read(t, relay.Domains{})
	for _, c := range []struct {
		at    int // of the combinations
		names []relay.Input
		not   []relay.Input
	}{
		{0, []relay.Input{"dkim", "enhanced-filtering", "destination-relay-check", "accepted-domain"}, []relay.Input{"criteria", "honor-dmarc", "to-on-premises", "mx"}},
		{1, []relay.Input{"criteria"}, nil},
		{2, []relay.Input{"spf", "gateway-rewrites-sender"}, []relay.Input{"destination-relay-check", "criteria"}},
	} {
		var got []relay.Input
		for _, g := range r.Combinations()[c.at].Hinges() {
			got = append(got, g.Input)
		}
		for _, name := range c.names {
			if !slices.Contains(got, name) {
				t.Errorf("combination %d: %s is missing in %v", c.at, name, got)
			}
		}
		for _, name := range c.not {
			if slices.Contains(got, name) {
				t.Errorf("combination %d: %s does not decide, and is in %v", c.at, name, got)
			}
		}
	}
}

// TestReasons: a hop says what it rests on, once.
func TestReasons(t *testing.T) {
	r := newWorld(t, path, facts.Question{Name: "_dmarc.sender.test", Kind: "TXT"}).read(t, relay.Domains{})
	var text strings.Builder
	for _, h := range r.Combinations()[0].Follow().Hops {
		text.WriteString(string(h.At) + " " + string(h.Check) + " " + h.Result + ": " + h.Why + "\n")
	}
	for _, want := range []string{
		"first-hop mx gateway: the MX of ours.test is mxa-00000001.gslb.pphosted.com, of Proofpoint",
		"first-hop dmarc-policy : TXT _dmarc.sender.test: SERVFAIL\n",
		"exchange-online spf softfail: without Enhanced Filtering Exchange Online sees the gateway's address",
		"SPF of sender.test gives softfail for 203.0.113.10: ~all matched",
		"exchange-online pool relay: at risk: ",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
	if n := strings.Count(text.String(), "203.0.113.10"); n != 1 {
		t.Errorf("the gateway's address is named %d times in\n%s", n, text.String())
	}
}
