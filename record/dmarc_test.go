package record

import (
	"errors"
	"slices"
	"testing"

	"github.com/emersion/go-msgauth/dmarc"
)

func TestIsDMARC(t *testing.T) {
	for octets, want := range map[string]bool{
		"v=DMARC1":             true,
		"v=DMARC1; p=none":     true,
		"v = DMARC1 ; p=none":  true, // RFC 9989, section 4.8: white space around "="
		"v=DMARC1;p=none":      true,
		"v=dmarc1; p=none":     false, // the value is case-sensitive
		"V=DMARC1; p=none":     false, // section 4.8 writes the name in lower case; receivers differ
		"v=DMARC10; p=none":    false,
		"p=none; v=DMARC1":     false, // v must be first
		" v=DMARC1; p=none":    false,
		"v=DMARC1 p=none":      false, // no semicolon
		"\"v=DMARC1; p=none\"": false,
		"v=spf1 -all":          false,
		"":                     false,
	} {
		if got := IsDMARC(octets); got != want {
			t.Errorf("IsDMARC(%q) = %v", octets, got)
		}
	}
}

func TestParseDMARC(t *testing.T) {
	r := ParseDMARC("v=DMARC1; P=Reject; sp=quarantine; np=none; adkim=S; aspf=s; psd=n; t=y; " +
		"rua=mailto:a@example.com!10m , https://example.com/r; ruf=mailto:b%2Cc@example.org?subject=x; fo=1:d:s;")
	if r.Policy != PolicyReject || r.SubdomainPolicy != PolicyQuarantine || r.NonexistentPolicy != PolicyNone {
		t.Errorf("policies: %+v", r)
	}
	if r.DKIMAlignment != AlignStrict || r.SPFAlignment != AlignStrict || r.PSD != PSDNo || !r.Testing {
		t.Errorf("modes: %+v", r)
	}
	if len(r.RUA) != 2 || r.RUA[0].Address != "a@example.com" || r.RUA[0].Text != "mailto:a@example.com" || r.RUA[1].Scheme != "https" {
		t.Errorf("rua: %+v", r.RUA)
	}
	if len(r.RUF) != 1 || r.RUF[0].Address != "b,c@example.org" || r.RUF[0].MailDomain() != "example.org" {
		t.Errorf("ruf: %+v", r.RUF)
	}
	if len(r.Problems) > 0 {
		t.Errorf("problems: %+v", r.Problems)
	}
}

func TestParseDMARCProblems(t *testing.T) {
	for _, c := range []struct {
		record string
		code   Code
		at     string
	}{
		{"v=DMARC1; p=rejcet; rua=mailto:a@example.com", DMARCBadPolicy, "rejcet"},
		{"v=DMARC1; p=none; sp=nones", DMARCBadPolicy, "nones"},
		{"v=DMARC1; p=; rua=mailto:a@example.com", DMARCBadPolicy, ""},
		{"v=DMARC1; rua=mailto:a@example.com", DMARCMissingP, "v=DMARC1; rua=mailto:a@example.com"},
		{"v=DMARC1; p=none; p=reject", DMARCDuplicateTag, "p=reject"},
		{"v=DMARC1; p=none; rau=mailto:a@example.com", DMARCUnknownTag, "rau=mailto:a@example.com"},
		{"v=DMARC1; p=none; pct=50", DMARCHistoricTag, "pct=50"},
		{"v=DMARC1; p=none; ri=3600", DMARCHistoricTag, "ri=3600"},
		{"v=DMARC1; p=none; adkim=x", DMARCBadValue, "x"},
		{"v=DMARC1; p=none; t=yes", DMARCBadValue, "yes"},
		{"v=DMARC1; p=none; fo=0:1", DMARCBadValue, "0:1"}, // mutually exclusive
		{"v=DMARC1; p=none; psd=maybe", DMARCBadValue, "maybe"},
		{"v=DMARC1; p=none; rua=a@example.com", DMARCBadURI, "a@example.com"},                 // no scheme
		{"v=DMARC1; p=none; rua=mailto:example.com", DMARCBadURI, "mailto:example.com"},       // no @
		{"v=DMARC1; p=none; rua=mailto: a@example.com", DMARCBadURI, "mailto: a@example.com"}, // a space
		{"v=DMARC1; p=none; rua=mailto:a@example.com,", DMARCBadURI, ""},                      // an empty item
		{"v=DMARC1; p=none rua=mailto:a@example.com", DMARCBadPolicy, "none rua=mailto:a@example.com"},
		{"v=DMARC1; p=none; hello", DMARCNotATag, "hello"},
		{"v=DMARC1; p=none; rua=\xe2\x80\x9cmailto:a@example.com", DMARCNonASCII, "\xe2"}, // a curly quote
	} {
		r := ParseDMARC(c.record)
		i := slices.IndexFunc(r.Problems, func(p Problem) bool { return p.Code == c.code })
		if i < 0 {
			t.Errorf("%s: problems %+v, want %s", c.record, r.Problems, c.code)
			continue
		}
		if p := r.Problems[i]; c.record[p.Offset:p.End()] != c.at {
			t.Errorf("%s: points at %q, want %q", c.record, c.record[p.Offset:p.End()], c.at)
		}
	}
}

// RFC 9989, section 4.10.1: what a receiver makes of broken policy tags.
func TestDMARCUsable(t *testing.T) {
	for _, c := range []struct {
		record string
		usable bool
		policy DMARCPolicy
	}{
		{"v=DMARC1; p=reject", true, PolicyReject},
		{"v=DMARC1; p=rejcet; rua=mailto:a@example.com", true, PolicyNone},
		{"v=DMARC1; p=rejcet; rua=a@example.com", false, ""}, // no valid URI either
		{"v=DMARC1; p=rejcet", false, ""},
		{"v=DMARC1; rua=mailto:a@example.com", true, PolicyNone},
		{"v=DMARC1", false, ""},
		{"v=DMARC1; p=reject; sp=foo; rua=mailto:a@example.com", true, PolicyNone}, // a bad sp spoils p
		{"v=DMARC1; p=reject; adkim=foo", true, PolicyReject},                      // a bad adkim does not
	} {
		r := ParseDMARC(c.record)
		if r.Usable() != c.usable || r.Effective() != c.policy {
			t.Errorf("%s: usable %v, policy %q", c.record, r.Usable(), r.Effective())
		}
	}
}

// agree are records that RFC 7489 and RFC 9989 receivers read alike, on which
// go-msgauth is our second opinion.
var agree = []string{
	"v=DMARC1; p=none",
	"v=DMARC1; p=reject; sp=quarantine; adkim=s; aspf=r",
	"v=DMARC1;p=quarantine;rua=mailto:a@example.com,mailto:b@example.net;ruf=mailto:c@example.org;fo=1",
	"v=DMARC1; p=none; rua=mailto:a@example.com;",
}

func TestDMARCAgainstGoMsgauth(t *testing.T) {
	for _, octets := range agree {
		theirs, err := dmarc.Parse(octets)
		if err != nil {
			t.Errorf("%s: go-msgauth: %v", octets, err)
			continue
		}
		ours := ParseDMARC(octets)
		if string(ours.Policy) != string(theirs.Policy) || string(ours.SubdomainPolicy) != string(theirs.SubdomainPolicy) {
			t.Errorf("%s: p=%s sp=%s, go-msgauth p=%s sp=%s", octets, ours.Policy, ours.SubdomainPolicy, theirs.Policy, theirs.SubdomainPolicy)
		}
		if len(ours.RUA) != len(theirs.ReportURIAggregate) || len(ours.RUF) != len(theirs.ReportURIFailure) {
			t.Errorf("%s: %d rua, %d ruf; go-msgauth %d, %d", octets, len(ours.RUA), len(ours.RUF), len(theirs.ReportURIAggregate), len(theirs.ReportURIFailure))
		}
	}
}

// Where go-msgauth and we differ, RFC 9989 is on our side. Each line says why.
func TestDMARCDiffersFromGoMsgauth(t *testing.T) {
	for octets, why := range map[string]string{
		"v=DMARC1; p=Reject":                          "keywords are not case-sensitive, section 4.8",
		"v=DMARC1; rua=mailto:a@example.com":          "a missing p with a report address is p=none, section 4.10.1",
		"v=DMARC1; p=bogus; rua=mailto:a@example.com": "so is a bad one",
		"v=DMARC1; p=none; pct=101":                   "pct is gone, section 9.3",
		"v=DMARC1; p=none; rf=iodef":                  "so is rf",
	} {
		if _, err := dmarc.Parse(octets); err == nil {
			t.Errorf("%s: go-msgauth accepts it now; it belongs to the records on which we agree", octets)
		}
		if r := ParseDMARC(octets); !r.Usable() {
			t.Errorf("%s: not usable, but %s", octets, why)
		}
	}
	if _, err := dmarc.Parse("p=reject; v=DMARC1"); err != nil || errors.Is(err, dmarc.ErrNoPolicy) {
		t.Error("go-msgauth no longer accepts v in second place")
	}
	if IsDMARC("p=reject; v=DMARC1") {
		t.Error("v must be the first tag, RFC 9989, section 4.7")
	}
}

func FuzzParseDMARC(f *testing.F) {
	for _, octets := range agree {
		f.Add(octets)
	}
	f.Add("v=DMARC1; p=reject; rua=mailto:a%2C@b.c!10k,https://x/; fo=0:d; =;;a=b=c")
	f.Fuzz(func(t *testing.T, octets string) {
		r := ParseDMARC(octets)
		for _, p := range r.Problems {
			if p.Offset < 0 || p.Length < 0 || p.End() > len(octets) {
				t.Fatalf("problem %+v is outside of %q", p, octets)
			}
		}
		for _, tag := range r.Tags {
			if octets[tag.ValueSpan.Offset:tag.ValueSpan.End()] != tag.Value {
				t.Fatalf("tag %+v is not what stands in %q", tag, octets)
			}
		}
		if r.Usable() != (r.Effective() != "") {
			t.Fatalf("%q: usable %v with policy %q", octets, r.Usable(), r.Effective())
		}
	})
}
