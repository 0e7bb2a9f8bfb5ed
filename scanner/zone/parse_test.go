package zone

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/mailposture/mailposture/facts"
)

const soa = "example.com. SOA ns. h. 1 2 3 4 5\n"

func TestParseErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "demo.zone: no SOA record says which zone this is: use --origin"},
		{"example.com. A 192.0.2.1\n", "demo.zone: no SOA record says which zone this is: use --origin"},
		{soa + "\n\nexample.com. A 192.0.2.300\n", `demo.zone:4: bad A A: "192.0.2.300"`},                                                              // no address
		{soa + "example.com. TXT \"open\nexample.com. A 192.0.2.1\n", "demo.zone:2: quoted string is not closed"},                                      // found at once
		{soa + "example.com. TXT \"open", "demo.zone:2: quoted string is not closed"},                                                                  // by the end of the file
		{soa + "; c (\nexample.com. TXT ( a\n b\n", "demo.zone:3: parenthesis is not closed"},                                                          // where it was opened
		{soa + "example.com. TXT a )\n", "demo.zone:2: closing parenthesis without an opening one"},                                                    // alone
		{soa + "$INCLUDE /etc/passwd\n", `demo.zone:2: $INCLUDE is not supported: put "/etc/passwd" into this file`},                                   // would open a file
		{soa + "$GENERATE 1-9 a$ A 192.0.2.$\n", "demo.zone:2: $GENERATE is not supported: write the records out"},                                     // BIND's own
		{"  A 192.0.2.1\n", "demo.zone:1: record without an owner"},                                                                                    // nothing before it
		{"@ SOA ns. h. 1 2 3 4 5\n", "demo.zone:1: relative name without an origin: use $ORIGIN or --origin"},                                          // relative to nothing
		{"$ORIGIN example.com\n", "demo.zone:1: relative name without an origin: use $ORIGIN or --origin"},                                             // no trailing dot
		{soa + "example.com.\n", `demo.zone:2: neither TTL, class nor record type: "example.com."`},                                                    // no type
		{soa + "example.com. IN\n", `demo.zone:2: neither TTL, class nor record type: "IN"`},                                                           // no type
		{soa + "example.com. A\n", "demo.zone:2: A record: no data"},                                                                                   // as in an update
		{soa + "example.com. MX\n", "demo.zone:2: MX record: message ends early"},                                                                      // the same
		{soa + "example.com. TXT\n", "demo.zone:2: TXT record: no data"},                                                                               // the same
		{soa + "example.com. CH TXT a\n", "demo.zone:2: class CH is not supported"},                                                                    // not the Internet
		{soa + "example.com. TYPE255 \\# 1 00\n", "demo.zone:2: ANY is no record type"},                                                                // a question's type
		{soa + "a.example.com. CNAME b.\na.example.com. TXT x\n", "demo.zone:3: CNAME and other data at a.example.com"},                                // in this order
		{soa + "a.example.com. TXT x\na.example.com. CNAME b.\n", "demo.zone:3: CNAME and other data at a.example.com"},                                // and in the other
		{soa + "a.example.com. CNAME b.\na.example.com. CNAME c.\n", "demo.zone:3: a second CNAME record at a.example.com"},                            // which one?
		{soa + "example.com. SOA ns. h. 2 2 3 4 5\n", "demo.zone:2: a second SOA record: one file is one zone"},                                        // another serial
		{soa + "example.org. SOA ns. h. 1 2 3 4 5\n", "demo.zone:2: a second SOA record: one file is one zone"},                                        // another zone
		{soa + "example.org. TXT lost\n", "demo.zone:2: TXT example.org is outside the zone example.com"},                                              // never served
		{soa + strings.Repeat("a", 64) + ".example.com. A 192.0.2.1\n", `demo.zone:2: bad owner name: "` + strings.Repeat("a", 64) + `.example.com."`}, // a label of 64 octets
		{soa + "$TTL soon\n", `demo.zone:2: expecting $TTL value: "soon"`},                                                                             // no number
	}
	for _, test := range tests {
		_, err := Parse("demo.zone", strings.NewReader(test.text), "")
		if err == nil {
			t.Errorf("%q: no error", test.text)
		} else if err.Error() != test.want {
			t.Errorf("%q:\n got %s\nwant %s", test.text, err, test.want)
		}
	}
	if _, err := Parse("demo.zone", strings.NewReader(""), "a..b"); err == nil || err.Error() != `origin "a..b" is not a valid domain name` {
		t.Errorf("bad origin: %v", err)
	}
	if _, err := Parse("demo.zone", iotest.ErrReader(errors.New("disk gone")), ""); err == nil || err.Error() != "demo.zone: disk gone" {
		t.Errorf("read error: %v", err)
	}
}

func TestParseAccepts(t *testing.T) {
	tests := []struct{ what, text, origin string }{
		{"no SOA, but an origin", "@ TXT x\n", "Example.COM."},
		{"an origin without a dot", "@ TXT x", "example.com"},
		{"the SOA decides, not the origin", soa + "example.com. TXT x\n", "com"},
		{"a transfer repeats the SOA", soa + "example.com. TXT x\n" + soa, ""},
		{"a byte order mark", "\ufeff" + soa + "example.com. TXT x", ""},
		{"CRLF and tabs", strings.ReplaceAll("$ORIGIN\texample.com.\n@\tSOA\tns. h. 1 2 3 4 5\n\tTXT\tx\n", "\n", "\r\n"), ""},
		{"lower-case directives and types", "$origin example.com.\n$ttl 1d\n@ in soa ns. h. 1 2 3 4 5\n@ txt x", ""},
		{"TTL and class in either order", "$ORIGIN example.com.\n@ 1h IN SOA ns. h. 1 2 3 4 5\n@ IN 5 TXT x", ""},
		{"an owner that reads like a type", soa + "example.com. TXT x\n$ORIGIN example.com.\nTXT TXT y\nIN A 192.0.2.1", ""},
		{"DNSSEC beside a CNAME", soa + "example.com. TXT x\na.example.com. CNAME b.\na.example.com. NSEC c.example.com. CNAME", ""},
		{"a record twice", soa + "example.com. TXT x\nexample.com. TXT x", ""},
		{"an opening parenthesis first", soa + "( example.com. TXT\n x\n)", ""},
	}
	for _, test := range tests {
		z, err := Parse("demo.zone", strings.NewReader(test.text), test.origin)
		if err != nil {
			t.Errorf("%s: %v", test.what, err)
			continue
		}
		if o := ask(t, one(t, z), "example.com", "TXT"); z.Apex() != "example.com" || !cmp.Equal(o.Data, []string{`"x"`}) {
			t.Errorf("%s: apex %q, TXT %s", test.what, z.Apex(), brief(o))
		}
	}
}

// Each record says its own line, so the source of every answer can be checked.
func TestLines(t *testing.T) {
	const text = `$ORIGIN example.com.
@ SOA ns. h. (
  1 2 ; )
  3 4 5
) ; line 2
l6 TXT ; not yet "
; l7 TXT 7

l9 TXT ( ; here
    "a" ; (
) 
	MX 1 l9. ; blank owner
( l13
 TXT b )
l15 TXT "a;b" ;;
l16 TXT a\;b \"
l17 TXT "\\" ; closed
$TTL 5
l19 TXT "x(" (
  ")" )
l21 TXT x`
	z := parse(t, strings.Replace(text, "l6 TXT ;", "l6 TXT x ;", 1))
	for name, n := range z.nodes {
		digits, ok := strings.CutPrefix(strings.TrimSuffix(name, ".example.com"), "l")
		if !ok {
			continue
		}
		want, err := strconv.Atoi(digits)
		if err != nil {
			t.Fatal(err)
		}
		if got := n["TXT"].line; got != want {
			t.Errorf("%s: line %d, want %d", name, got, want)
		}
	}
	if got := z.nodes["l9.example.com"]["MX"].line; got != 12 {
		t.Errorf("blank owner: line %d, want 12", got)
	}
	if got := z.nodes["example.com"]["SOA"].line; got != 2 {
		t.Errorf("SOA: line %d, want 2", got)
	}
	if len(z.nodes) != 9 {
		t.Errorf("%d names, want 9", len(z.nodes))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(demo)
	f.Add(soa + "a.example.com. TXT \"\\\"\" (\n)\n")
	f.Add("@ SOA . . 1 1 1 1 1\n*.a CNAME b\nb DNAME a\n\\000 MX 1 \\.\n")
	f.Fuzz(func(t *testing.T, text string) {
		z, err := Parse("f.zone", strings.NewReader(text), ".")
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("error with hostile text: %q", err)
			}
			return
		}
		s := one(t, z)
		lines := strings.Count(text, "\n") + 1
		var qs []facts.Question
		for name, n := range z.nodes {
			for kind, set := range n {
				qs = append(qs, facts.Question{Name: name, Kind: kind})
				if set.line < 1 || set.line > lines {
					t.Errorf("%s %s: line %d of %d", kind, name, set.line, lines)
				}
			}
			qs = append(qs, facts.Question{Name: "x." + name, Kind: "TXT"}, facts.Question{Name: name, Kind: "MX"})
		}
		obs, _ := s.Lookup(context.Background(), qs)
		again, _ := s.Lookup(context.Background(), qs)
		if !cmp.Equal(obs, again) {
			t.Errorf("not the same twice: %s", cmp.Diff(obs, again))
		}
		for _, o := range obs {
			if (o.Status == facts.Found) != (len(o.Data) > 0) || (o.Status == facts.Found) != (o.Source != "") || o.Status == facts.NotAsked {
				t.Errorf("%s: %s", o.Question, brief(o))
			}
			for _, text := range append(o.Data, o.Chain...) {
				for _, c := range []byte(text) {
					if c < ' ' || c > '~' {
						t.Errorf("%s: not printable: %q", o.Question, text)
					}
				}
			}
		}
	})
}
