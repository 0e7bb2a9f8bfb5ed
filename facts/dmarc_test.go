package facts_test

import (
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

func buildDMARC(t *testing.T, text string, domain facts.Domain) facts.DMARC {
	t.Helper()
	return newWorld(t, text).build(domain, facts.Options{Parts: []facts.Part{facts.PartDMARC}}).DMARC
}

func TestDMARCDiscovery(t *testing.T) {
	for _, c := range []struct {
		name, zone           string
		domain               facts.Domain
		state                facts.State
		foundAt, org         string
		this, tag            string
		existing, nonexisten string
	}{
		{"own record", `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=none"
example.com. A 192.0.2.1`, "example.com",
			facts.Present, "_dmarc.example.com", "example.com", "reject", "p", "none", "none"},
		{"none anywhere", `example.com. A 192.0.2.1`, "example.com",
			facts.Absent, "", "example.com", "", "", "", ""},
		{"inherited by an existing name", `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine; np=none"
a.b.example.com. A 192.0.2.1`, "a.b.example.com",
			facts.Present, "_dmarc.example.com", "example.com", "quarantine", "sp", "quarantine", "none"},
		{"inherited by a nonexistent name", `_dmarc.example.com. TXT "v=DMARC1; p=none; sp=quarantine; np=reject"`, "gone.example.com",
			facts.Present, "_dmarc.example.com", "example.com", "reject", "np", "quarantine", "reject"},
		{"np falls back on sp", `_dmarc.example.com. TXT "v=DMARC1; p=none; sp=quarantine"`, "gone.example.com",
			facts.Present, "_dmarc.example.com", "example.com", "quarantine", "sp", "quarantine", "quarantine"},
		{"the middle record is passed over: fewest labels wins", `_dmarc.b.example.com. TXT "v=DMARC1; p=none"
_dmarc.example.com. TXT "v=DMARC1; p=reject"
a.b.example.com. A 192.0.2.1`, "a.b.example.com",
			facts.Present, "_dmarc.example.com", "example.com", "reject", "p", "reject", "reject"},
		{"psd=n ends the walk", `_dmarc.b.example.com. TXT "v=DMARC1; p=none; psd=n"
_dmarc.example.com. TXT "v=DMARC1; p=reject"
a.b.example.com. A 192.0.2.1`, "a.b.example.com",
			facts.Present, "_dmarc.b.example.com", "b.example.com", "none", "p", "none", "none"},
		{"a public suffix speaks for a domain without a record", `_dmarc.example. TXT "v=DMARC1; p=reject; sp=quarantine; psd=y"
shop.example. A 192.0.2.1`, "shop.example",
			facts.Present, "_dmarc.example", "shop.example", "quarantine", "sp", "quarantine", "quarantine"},
		{"but not for one with a record", `_dmarc.example. TXT "v=DMARC1; p=reject; psd=y"
_dmarc.shop.example. TXT "v=DMARC1; p=none"
www.shop.example. A 192.0.2.1`, "www.shop.example",
			facts.Present, "_dmarc.shop.example", "shop.example", "none", "p", "none", "none"},
		{"own record of a subdomain: names below obey the organization", `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine"
_dmarc.mail.example.com. TXT "v=DMARC1; p=none; sp=none"
mail.example.com. A 192.0.2.1`, "mail.example.com",
			facts.Present, "_dmarc.mail.example.com", "example.com", "none", "p", "quarantine", "quarantine"},
		{"test mode takes one step back", `_dmarc.example.com. TXT "v=DMARC1; p=reject; np=quarantine; t=y"
example.com. A 192.0.2.1`, "example.com",
			facts.Present, "_dmarc.example.com", "example.com", "quarantine", "p", "quarantine", "none"},
		{"a broken p with a report address is none", `_dmarc.example.com. TXT "v=DMARC1; p=rejct; rua=mailto:a@example.com"
example.com. A 192.0.2.1`, "example.com",
			facts.Present, "_dmarc.example.com", "example.com", "none", "p", "none", "none"},
		{"a broken p without one is no policy", `_dmarc.example.com. TXT "v=DMARC1; p=rejct"
example.com. A 192.0.2.1`, "example.com",
			facts.Present, "_dmarc.example.com", "example.com", "", "", "", ""},
		{"unrelated TXT beside", `_dmarc.example.com. TXT "verify=1"
_dmarc.example.com. TXT "v=DMARC1; p=reject"
example.com. A 192.0.2.1`, "example.com",
			facts.Present, "_dmarc.example.com", "example.com", "reject", "p", "reject", "reject"},
		{"two records are discarded", `_dmarc.example.com. TXT "v=DMARC1; p=reject"
_dmarc.example.com. TXT "v=DMARC1; p=none"
example.com. A 192.0.2.1`, "example.com",
			facts.Present, "", "example.com", "", "", "", ""},
	} {
		d := buildDMARC(t, c.zone, c.domain)
		got := []string{string(d.State), d.FoundAt, d.OrgDomain, string(d.Effective.This), d.Effective.Tag, string(d.Effective.Existing), string(d.Effective.Nonexistent)}
		want := []string{string(c.state), c.foundAt, c.org, c.this, c.tag, c.existing, c.nonexisten}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, want)
		}
	}
}

// A walk asks at most eight names: the name itself and the last seven labels.
// The example is RFC 9989, section 4.10's own.
func TestDMARCWalkIsBounded(t *testing.T) {
	d := buildDMARC(t, `x. A 192.0.2.1`, "a.b.c.d.e.f.g.h.i.j.mail.example.com")
	var names []string
	for _, s := range d.Path {
		names = append(names, s.Name)
	}
	want := "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com _dmarc.g.h.i.j.mail.example.com _dmarc.h.i.j.mail.example.com " +
		"_dmarc.i.j.mail.example.com _dmarc.j.mail.example.com _dmarc.mail.example.com _dmarc.example.com _dmarc.com"
	if strings.Join(names, " ") != want {
		t.Errorf("asked %v", names)
	}
}

// Whatever step of the walk fails, absence is not concluded, and a policy only
// where no unknown name could overrule it.
func TestDMARCFailedStep(t *testing.T) {
	const zone = `_dmarc.example.com. TXT "v=DMARC1; p=reject"
a.b.example.com. A 192.0.2.1`
	for _, failed := range []string{"_dmarc.a.b.example.com", "_dmarc.b.example.com", "_dmarc.example.com", "_dmarc.com"} {
		w := newWorld(t, zone)
		w.fail[facts.Question{Name: failed, Kind: "TXT"}] = "timeout"
		d := w.build("a.b.example.com", facts.DefaultOptions()).DMARC
		if d.State != facts.Unknown || d.Reason != "TXT "+failed+": timeout" || d.OrgDomain != "" {
			t.Errorf("%s failed: %+v, organizational domain %q", failed, d.Standing, d.OrgDomain)
		}
	}
	w := newWorld(t, `_dmarc.b.example.com. TXT "v=DMARC1; p=reject"`)
	w.fail[facts.Question{Name: "_dmarc.example.com", Kind: "TXT"}] = "timeout"
	d := w.build("b.example.com", facts.DefaultOptions()).DMARC
	if d.State != facts.Present || d.Effective.This != "reject" || d.OrgDomain != "" {
		t.Errorf("a name's own record stands: %+v", d)
	}
}

func TestDMARCReportDestinations(t *testing.T) {
	d := buildDMARC(t, `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:a@example.com,mailto:b@reports.example.com,mailto:c@vendor.example; ruf=mailto:d@other.example,https://x.example/"
example.com._report._dmarc.vendor.example. TXT "v=DMARC1"
example.com. A 192.0.2.1`, "example.com")
	var got []string
	for _, r := range d.Reports {
		got = append(got, r.Tag+" "+r.Domain+" "+string(r.State))
	}
	want := "rua example.com present, rua reports.example.com present, rua vendor.example present, ruf other.example absent, ruf  "
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}
