package facts_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mailposture/mailposture/facts"
)

// What only a repair needs is asked last, within bounds, and makes nothing
// unknown when it is not answered.
func TestForesee(t *testing.T) {
	opt := facts.DefaultOptions()
	asks := func(text string, opt facts.Options, name string) bool {
		w := newWorld(t, text)
		f := w.build("example.com", opt)
		if f.SPF.State == facts.Unknown || f.SPF.Walk.State == facts.Unknown {
			t.Errorf("%q: SPF is %s, its walk %s", text, f.SPF.State, f.SPF.Walk.State)
		}
		return slices.ContainsFunc(f.Used, func(o facts.Observation) bool { return o.Name == name && o.Kind == facts.KindTXT })
	}
	const in, out = "_spf.example.net", "spf.protection.outlook.com"
	for _, c := range []struct {
		what, text, name string
		want             bool
	}{
		{"several records", "example.com. TXT \"v=spf1 include:_spf.example.net -all\"\nexample.com. TXT \"v=spf1 -all\"\n_spf.example.net. TXT \"v=spf1 -all\"", in, true},
		{"a slip in the version", `example.com. TXT "v=spf1include:_spf.example.net -all"`, in, true},
		{"an error elsewhere", `example.com. TXT "v=spf1 bad -all include:_spf.example.net"`, in, true},
		{"a space that hides a name", `example.com. TXT "v=spf1 include: _spf.example.net -all"`, in, true},
		{"behind all", `example.com. TXT "v=spf1 -all include:_spf.example.net"`, in, true},
		{"Microsoft's MX", "example.com. MX 0 example-com.mail.protection.outlook.com.\nexample.com. TXT \"v=spf1 -all\"", out, true},
		{"a record without fault", `example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`, out, false},
		{"no record", `example.com. TXT "text"`, out, false},
	} {
		if got := asks(c.text, opt, c.name); got != c.want {
			t.Errorf("%s: asked for %s is %v", c.what, c.name, got)
		}
	}
	opt.Parts = []facts.Part{facts.PartMX, facts.PartDMARC}
	if asks(`example.com. TXT "v=spf1 -all include:_spf.example.net"`, opt, in) {
		t.Error("asked although SPF was left out")
	}
}

// An answer that only a repair needs, and that failed, leaves the facts as they
// are without it.
func TestForeseenFailure(t *testing.T) {
	meaning := func(status facts.Status) *facts.Facts {
		w := told{}
		add := func(name, kind string, status facts.Status, data ...string) {
			q := facts.Question{Name: name, Kind: kind}
			w[q.String()] = facts.Observation{Question: q, Status: status, Data: data}
		}
		add("example.com", "MX", facts.NoData)
		add("example.com", "TXT", facts.Found, `"v=spf1 ip4:192.0.2.1 -all include:_spf.example.net"`)
		add("_spf.example.net", "TXT", status)
		add("example.net", "TXT", facts.NoData) // could anyone register it?
		opt := facts.Options{Parts: []facts.Part{facts.PartMX, facts.PartSPF}}
		f, missing := facts.Build("example.com", w, opt)
		if len(missing) > 0 {
			t.Fatalf("missing: %v", missing)
		}
		f.Used = nil
		return f
	}
	if diff := cmp.Diff(meaning(facts.NXDomain), meaning(facts.Failed), cmpopts.IgnoreUnexported(facts.SPFTerm{}), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
}
