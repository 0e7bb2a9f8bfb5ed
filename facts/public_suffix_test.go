package facts

import (
	"strings"
	"testing"
)

func TestRegistrable(t *testing.T) {
	for _, c := range []struct{ name, registrable, org string }{
		{"example.com", "example.com", "example.com"},
		{"_spf.mail.example.com", "example.com", "example.com"},
		{"a.example.co.uk", "example.co.uk", "example.co.uk"},
		{"example.gov.uk", "example.gov.uk", "example.gov.uk"},
		{"com", "", "com"},
		{"co.uk", "", "co.uk"},
		{"a.b.ck", "a.b.ck", "a.b.ck"},                            // *.ck
		{"b.ck", "", "b.ck"},                                      // a suffix by that wildcard
		{"a.www.ck", "www.ck", "www.ck"},                          // but not !www.ck
		{"a.example.github.io", "github.io", "example.github.io"}, // a company's suffix
		{"a.b.s3.amazonaws.com", "amazonaws.com", "b.s3.amazonaws.com"},
		{"mail.corp.local", "", "corp.local"}, // no such top-level domain
		{"typo.example.comip4", "", "example.comip4"},
		{"_spf.com", "", "_spf.com"}, // no registry takes it
		{"-a.com", "", "-a.com"},
		{strings.Repeat("a", 64) + ".com", "", strings.Repeat("a", 64) + ".com"},
		{"xn--bcher-kva.example.de", "example.de", "example.de"},
	} {
		if got := registrable(c.name); got != c.registrable {
			t.Errorf("registrable(%s) is %q, want %q", c.name, got, c.registrable)
		}
		if got := suffixOrg(c.name); got != c.org {
			t.Errorf("suffixOrg(%s) is %q, want %q", c.name, got, c.org)
		}
	}
}
