package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/authres"
)

// Forms that real systems write. The comment says what is odd about each.
func TestParseAuthRes(t *testing.T) {
	cases := []struct{ value, want string }{
		// RFC 8601, appendix B.2: no checks were done.
		{`example.org 1; none`, "example.org"},
		// Appendix B.3: one method, a version-less server.
		{`example.com; spf=pass smtp.mailfrom=example.net`, "example.com spf=pass"},
		// Appendix B.4: a comment with a semicolon would break a plain split.
		{`example.com; auth=pass (cleartext; over tls) smtp.auth=sender@example.com; spf=pass smtp.mailfrom=example.com`, "example.com auth=pass spf=pass"},
		// Microsoft: no authserv-id, properties run into the next method.
		{`spf=softfail (sender IP is 203.0.113.20) smtp.mailfrom=sender.example; dkim=none (message not signed) header.d=none;dmarc=fail action=none header.from=sender.example;compauth=fail reason=001`,
			" spf=softfail dkim=none dmarc=fail compauth=fail"},
		// Google: i instead of d, and the policy in a comment.
		{`mx.google.com;       dkim=pass header.i=@sender.example header.s=s1 header.b=abc; dmarc=fail (p=REJECT sp=NONE dis=REJECT) header.from=sender.example`,
			"mx.google.com dkim=pass dmarc=fail"},
		// A method with a version, white space around the equals sign, a quoted value with a semicolon.
		{`mx.example.net 1 ; dkim/1 = fail reason="bad; very bad" header.d=a.example`, "mx.example.net dkim=fail"},
		// Comments in comments, and one that never ends.
		{`mx.example.net; spf=pass (a (b) c) smtp.mailfrom=x; dkim=pass (open`, "mx.example.net spf=pass dkim=pass"},
		// Upper case.
		{`MX.Example.NET; SPF=Pass; DKIM=TempError`, "mx.example.net spf=pass dkim=temperror"},
		// Nothing, and nonsense.
		{``, ""}, {`;;;`, ""}, {`((((`, ""},
	}
	for _, c := range cases {
		server, results := parseAuthRes(c.value)
		got := server
		for _, r := range results {
			got += fmt.Sprintf(" %s=%s", r.method, r.result)
		}
		if got != c.want {
			t.Errorf("%s\n is %q\nwant %q", c.value, got, c.want)
		}
	}
}

// go-msgauth is the second opinion on what it can read: fields with an
// authserv-id and without comments.
func TestSecondOpinion(t *testing.T) {
	for _, value := range []string{
		`example.com; spf=pass smtp.mailfrom=example.net`,
		`example.com 1; dkim=pass header.d=example.net; dkim=fail header.d=other.example; dmarc=none header.from=example.net`,
		`mx.example.net; arc=pass; iprev=permerror policy.iprev=192.0.2.1; spf=softfail smtp.mailfrom=a@example.org`,
	} {
		identity, theirs, err := authres.Parse(value)
		if err != nil {
			t.Fatalf("%s: %v", value, err)
		}
		server, ours := parseAuthRes(value)
		if server != identity || len(ours) != len(theirs) {
			t.Errorf("%s: %s with %d results, go-msgauth %s with %d", value, server, len(ours), identity, len(theirs))
			continue
		}
		for i, r := range theirs {
			result, domain := "", ""
			switch r := r.(type) {
			case *authres.SPFResult:
				result, domain = string(r.Value), r.From
				if ours[i].properties["smtp.mailfrom"] != domain {
					t.Errorf("%s: mailfrom %q, go-msgauth %q", value, ours[i].properties["smtp.mailfrom"], domain)
				}
			case *authres.DKIMResult:
				result, domain = string(r.Value), r.Domain
				if ours[i].properties["header.d"] != domain {
					t.Errorf("%s: d %q, go-msgauth %q", value, ours[i].properties["header.d"], domain)
				}
			case *authres.DMARCResult:
				result = string(r.Value)
			case *authres.ARCResult:
				result = string(r.Value)
			case *authres.IPRevResult:
				result = string(r.Value)
			}
			if ours[i].result != result {
				t.Errorf("%s: %s, go-msgauth %s", value, ours[i].result, result)
			}
		}
	}
	// The reason for a parser of our own: this it cannot read.
	if _, results, err := authres.Parse(`spf=softfail (sender IP is 203.0.113.20) smtp.mailfrom=sender.example; dkim=none (message not signed)`); err == nil && len(results) == 2 {
		t.Error("go-msgauth reads Microsoft's form now: it could be used")
	}
}

func FuzzParseAuthRes(f *testing.F) {
	for _, seed := range []string{
		`example.org 1; none`, `spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a;dkim=fail (x) header.d=y;dmarc=fail action=oreject`,
		`a; spf=pass (((`, `a; dkim = pass ; ; x/1=y z="a;b"`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		server, results := parseAuthRes(value)
		if len(results) > maxResults {
			t.Fatalf("%d results", len(results))
		}
		var b strings.Builder
		b.WriteString(server)
		for _, r := range results {
			if r.method != strings.ToLower(r.method) || r.result != strings.ToLower(r.result) || len(r.result) > maxShownWord {
				t.Errorf("not canonical: %+v", r)
			}
			fmt.Fprintf(&b, "; %s=%s", r.method, r.result)
		}
		// What is printed reads back, unless it holds what separates words.
		if strings.ContainsAny(b.String(), "()\"\\ \t\r\n") || !ascii(b.String()) || slices.ContainsFunc(results, func(r resinfo) bool {
			return r.method == "" || strings.ContainsAny(r.method+r.result, "=/;")
		}) || server == "" {
			return
		}
		again, more := parseAuthRes(b.String())
		if again != server || len(more) != len(results) {
			t.Errorf("%q reads back as %q with %d results, not %d", b.String(), again, len(more), len(results))
		}
	})
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}
