package facts_test

import (
	"fmt"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

func TestOldDMARC(t *testing.T) {
	const present = "\nwww.a.example.com. A 192.0.2.1\n"
	for _, c := range []struct {
		name, zone string
		domain     facts.Domain
		want       string // state, organizational domain, found at, policy, tag, pct
		differs    bool
	}{
		{"one record", `_dmarc.example.com. TXT "v=DMARC1; p=reject"`, "example.com",
			"present example.com _dmarc.example.com reject p 100", false},
		{"none", `example.com. A 192.0.2.1`, "example.com", "absent example.com    0", false},
		{"the organization's, by sp", `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine"` + present, "www.a.example.com",
			"present example.com _dmarc.example.com quarantine sp 100", false},
		{"a name between is passed over", `_dmarc.a.example.com. TXT "v=DMARC1; p=reject"` + present, "www.a.example.com",
			"absent example.com    0", true},
		{"its own alone: aligned by another name", `_dmarc.www.a.example.com. TXT "v=DMARC1; p=reject"` + present, "www.a.example.com",
			"present example.com _dmarc.www.a.example.com reject p 100", true},
		{"np is not known", `_dmarc.example.com. TXT "v=DMARC1; p=none; np=reject"`, "gone.example.com",
			"present example.com _dmarc.example.com none p 100", true},
		{"a bad np spoils nothing", `_dmarc.example.com. TXT "v=DMARC1; p=reject; np=bad"`, "example.com",
			"present example.com _dmarc.example.com reject p 100", true},
		{"t is not known", `_dmarc.example.com. TXT "v=DMARC1; p=reject; t=y"`, "example.com",
			"present example.com _dmarc.example.com reject p 100", true},
		{"pct=0 takes the next lower one", `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=0"`, "example.com",
			"present example.com _dmarc.example.com reject p 0", true},
		{"t=y for one, pct=0 for the other", `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=0; t=y"`, "example.com",
			"present example.com _dmarc.example.com reject p 0", false},
		{"a pct that is none", `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=200"`, "example.com",
			"present example.com _dmarc.example.com reject p 100", false},
		{"psd=n makes an organization of its own", `_dmarc.a.example.com. TXT "v=DMARC1; p=none; psd=n"
_dmarc.example.com. TXT "v=DMARC1; p=reject"` + present, "www.a.example.com",
			"present example.com _dmarc.example.com reject p 100", true},
		{"a registry's policy", `_dmarc.com. TXT "v=DMARC1; p=reject; psd=y"
example.com. A 192.0.2.1`, "example.com", "absent example.com    0", true},
		{"several", `_dmarc.www.a.example.com. TXT "v=DMARC1; p=reject"
_dmarc.www.a.example.com. TXT "v=DMARC1; p=none"
_dmarc.example.com. TXT "v=DMARC1; p=reject"` + present, "www.a.example.com", "absent example.com    0", false},
		{"junk at the name itself", `_dmarc.www.a.example.com. TXT "hello"
_dmarc.example.com. TXT "v=DMARC1; p=reject"` + present, "www.a.example.com",
			"present example.com _dmarc.example.com reject p 100", false},
		{"a bad sp with a report address", `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=bad; rua=mailto:a@example.com"`, "example.com",
			"present example.com _dmarc.example.com none p 100", false},
		{"a bad p without one", `_dmarc.example.com. TXT "v=DMARC1; p=bad"`, "example.com", "absent example.com    0", false},
		{"a company's suffix", `_dmarc.github.io. TXT "v=DMARC1; p=reject"
example.github.io. A 192.0.2.1`, "example.github.io", "absent example.github.io    0", true},
		{"the suffix of a country", `_dmarc.co.uk. TXT "v=DMARC1; p=none"
_dmarc.example.co.uk. TXT "v=DMARC1; p=reject"
example.co.uk. A 192.0.2.1`, "example.co.uk", "present example.co.uk _dmarc.example.co.uk reject p 100", true},
	} {
		f := newWorld(t, c.zone).build(c.domain, facts.Options{Parts: []facts.Part{facts.PartDMARC}})
		old := f.OldDMARC()
		got := fmt.Sprint(old.State, " ", old.OrgDomain, " ", old.FoundAt, " ", old.Policy, " ", old.Tag, " ", old.Percent)
		if got != c.want || old.Differs(&f.DMARC) != c.differs {
			t.Errorf("%s:\n got %s, differs %v\nwant %s", c.name, got, old.Differs(&f.DMARC), c.want)
		}
	}
}

// What is not known is not told apart.
func TestOldDMARCUnknown(t *testing.T) {
	for _, failed := range []string{"_dmarc.www.a.example.com", "_dmarc.example.com"} {
		w := newWorld(t, `_dmarc.a.example.com. TXT "v=DMARC1; p=reject"`)
		w.fail[facts.Question{Name: failed, Kind: "TXT"}] = "timeout"
		f := w.build("www.a.example.com", facts.DefaultOptions())
		if old := f.OldDMARC(); old.State != facts.Unknown || old.Reason != "TXT "+failed+": timeout" || old.Differs(&f.DMARC) {
			t.Errorf("%s fails: %+v", failed, old)
		}
	}
	replayed, _ := facts.Build("www.example.com", &facts.Snapshot{}, facts.DefaultOptions())
	if old := replayed.OldDMARC(); old.State != facts.Unknown {
		t.Errorf("never asked: %+v", old)
	}
}
