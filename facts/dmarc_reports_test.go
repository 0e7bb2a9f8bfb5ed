package facts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

// Whether a destination outside the organization takes reports. RFC 9990, section 4.
func TestDMARCReportLeave(t *testing.T) {
	const leave = "example.com._report._dmarc.vendor.example"
	for _, c := range []struct {
		name, zone string
		want       facts.State
	}{
		{"a record for this domain", leave + `. TXT "v=DMARC1"`, facts.Present},
		{"a wildcard for all domains", `*._report._dmarc.vendor.example. TXT "v=DMARC1;"`, facts.Present},
		{"an alias of one", leave + ". CNAME ok.vendor.example.\n" + `ok.vendor.example. TXT "v=DMARC1; rua=mailto:x@vendor.example"`, facts.Present},
		{"junk beside", leave + ". TXT \"hello\"\n" + leave + `. TXT "v=DMARC1"`, facts.Present},
		{"several", leave + ". TXT \"v=DMARC1\"\n" + leave + `. TXT "v=DMARC1; rua=mailto:x@vendor.example"`, facts.Present},
		{"nothing", `vendor.example. A 192.0.2.1`, facts.Absent},
		{"junk alone", leave + `. TXT "v=DMARC2"`, facts.Absent},
		{"leave for another domain", `example.net._report._dmarc.vendor.example. TXT "v=DMARC1"`, facts.Absent},
		{"leave without _report", `_dmarc.vendor.example. TXT "v=DMARC1; p=none"`, facts.Absent},
	} {
		d := buildDMARC(t, `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:a@Vendor.Example!10m"
example.com. A 192.0.2.1
`+c.zone, "example.com")
		if len(d.Reports) != 1 || d.Reports[0].State != c.want || d.ReportsKnown.State != facts.Present {
			t.Errorf("%s: %+v, %+v", c.name, d.Reports, d.ReportsKnown)
		}
	}
}

// A failure is no refusal, and a record cannot have us ask without end.
func TestDMARCReportLeaveUnknownAndBounded(t *testing.T) {
	w := newWorld(t, `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:a@vendor.example"`)
	w.fail[facts.Question{Name: "example.com._report._dmarc.vendor.example", Kind: "TXT"}] = "REFUSED"
	d := w.build("example.com", facts.DefaultOptions()).DMARC
	if d.Reports[0].State != facts.Unknown || d.ReportsKnown.Reason != "TXT example.com._report._dmarc.vendor.example: REFUSED" {
		t.Errorf("%+v, %+v", d.Reports, d.ReportsKnown)
	}
	var uris []string
	for i := range 50 {
		uris = append(uris, fmt.Sprintf("mailto:a@v%d.example", i))
	}
	w = newWorld(t, `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=" "`+strings.Join(uris, `," "`)+`"`)
	d = w.build("example.com", facts.Options{Parts: []facts.Part{facts.PartDMARC}}).DMARC
	asked := 0
	for _, q := range w.asked {
		if strings.Contains(q.Name, "._report._dmarc.") {
			asked++
		}
	}
	if asked != 10 || len(d.Reports) != 50 || d.Reports[49].State != "" {
		t.Errorf("%d names asked, %d destinations", asked, len(d.Reports))
	}
}
