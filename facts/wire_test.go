package facts_test

import (
	"testing"

	"github.com/miekg/dns"
)

// AnswerOctets is held against the library that writes real answers.
func TestAnswerOctets(t *testing.T) {
	for _, texts := range [][][]string{
		{{"v=spf1 -all"}},
		{{"v=spf1 ip4:192.0.2.1 ", "-all"}, {"google-site-verification=abcdef"}, {`a "quoted" \ text`}},
	} {
		m := new(dns.Msg)
		m.SetQuestion("example.com.", dns.TypeTXT)
		m.Compress = true
		zone := ""
		for _, strings := range texts {
			rr := &dns.TXT{Hdr: dns.RR_Header{Name: "example.com.", Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: strings}
			for i, s := range rr.Txt {
				rr.Txt[i] = escaped(s)
			}
			m.Answer = append(m.Answer, rr)
			zone += rr.String() + "\n"
		}
		m.SetEdns0(1232, false)
		wire, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		if got := buildZone(t, zone).AnswerOctets("example.com"); got != len(wire) {
			t.Errorf("%q: %d octets, want %d", texts, got, len(wire))
		}
	}
	if got := buildZone(t, "example.com. A 192.0.2.1").AnswerOctets("example.com"); got != 0 {
		t.Errorf("no record has %d octets", got)
	}
}

// escaped is a character-string as the library wants it.
func escaped(s string) string {
	var out []byte
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			out = append(out, '\\')
		}
		out = append(out, s[i])
	}
	return string(out)
}
