package report

import (
	"strings"
	"testing"
)

func TestStrangerSentence(t *testing.T) {
	found := func(policy string) *DMARC {
		return &DMARC{
			Standing: present(), Valid: true, FoundAt: "_dmarc.example.com", Path: []Step{{Name: "_dmarc.example.com"}}, Policy: policy,
			Effective: &Effective{This: policy, Tag: "p", Subdomain: Subdomain{Existing: policy, Nonexistent: policy}},
		}
	}
	with := func(d *DMARC, edit func(*DMARC)) *DMARC { edit(d); return d }
	spf := func(all string) *SPF { return &SPF{Standing: present(), Valid: true, LookupsComplete: true, All: all} }
	reaching := func(s *SPF, addresses int64) *SPF { s.Authorised = &Reach{IPv4: addresses}; return s }
	absent := Standing{State: "absent"}
	for _, c := range []struct {
		what  string
		dmarc *DMARC
		spf   *SPF
		want  string
	}{
		{"reject", found("reject"), spf("-"), "Strangers cannot send as example.com: most receivers refuse it (DMARC reject)."},
		{"quarantine", found("quarantine"), spf("~"), "What strangers send as example.com goes to the spam folder at most receivers (DMARC quarantine)."},
		{"reject, and everybody passes: the pass carries DMARC through", found("reject"), reaching(spf("+"), 3_702_258_432),
			"Anyone can send as example.com and pass for genuine, because SPF lets the whole world send."},
		{"reject, and everybody passes by way of an include", found("reject"), reaching(spf("-"), 3_702_258_432),
			"Anyone can send as example.com and pass for genuine, because SPF lets the whole world send."},
		{"reject, and many pass", found("reject"), reaching(spf("-"), 1<<24), "Strangers cannot send as example.com: most receivers refuse it (DMARC reject)."},
		{"reject, and a record that is broken: nobody passes", found("reject"),
			reaching(&SPF{Standing: present(), LookupsComplete: true, All: "+"}, 3_702_258_432),
			"Strangers cannot send as example.com: most receivers refuse it (DMARC reject)."},
		{"none", found("none"), spf("-"), "Anyone can send as example.com and most receivers will deliver it, because DMARC asks them to do nothing (p=none); SPF alone does not guard the From line."},
		{"no policy, no SPF", &DMARC{Standing: absent}, &SPF{Standing: absent}, "Anyone can send as example.com and most receivers will deliver it, because there is no DMARC policy, and no SPF record."},
		{"no policy, ?all", &DMARC{Standing: absent}, spf("?"), "Anyone can send as example.com and most receivers will deliver it, because there is no DMARC policy, and SPF says nothing about other servers."},
		{"two records", &DMARC{Standing: present(), Records: []string{"a", "b"}}, nil, "Anyone can send as example.com and most receivers will deliver it, because there are 2 DMARC records, so that none counts."},
		{"a record that is not usable", &DMARC{Standing: present(), FoundAt: "_dmarc.example.com"}, nil, "Anyone can send as example.com and most receivers will deliver it, because the DMARC record is not usable."},
		{"test mode", with(found("none"), func(d *DMARC) { d.Testing = true }), nil, "Anyone can send as example.com and most receivers will deliver it, because DMARC is in test mode (t=y)."},
		{"inherited", with(found("reject"), func(d *DMARC) { d.FoundAt = "_dmarc.example" }), nil, "Strangers cannot send as example.com: most receivers refuse it (DMARC reject of example)."},
		{"open below", with(found("reject"), func(d *DMARC) { d.Effective.Subdomain.Nonexistent = "none" }), nil,
			"Strangers cannot send as example.com: most receivers refuse it (DMARC reject). As a made-up name below it anyone can: the policy there is none."},
		{"unknown is not open", &DMARC{Standing: Standing{"unknown", "TXT _dmarc.example.com: SERVFAIL"}}, &SPF{Standing: absent}, "What strangers can send as example.com is not known: TXT _dmarc.example.com: SERVFAIL."},
		{"not looked at", nil, spf("-"), ""},
	} {
		r := blank("example.com", 1)
		r.DMARC, r.SPF = c.dmarc, c.spf
		if got := strangerSentence(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	if got := strangerSentence(notADomain()); got != "" {
		t.Errorf("of what is no domain: %q", got)
	}
}

// A record of results may hold anything: no sentence panics or takes more than a line.
func TestStrangerSentenceOfAnything(t *testing.T) {
	for _, r := range sampleResults() {
		if words := strangerSentence(r); strings.Contains(words, "\n") || len(words) > 300 {
			t.Errorf("%q", words)
		}
	}
}
