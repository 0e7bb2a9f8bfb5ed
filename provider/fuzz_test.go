package provider

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// Whatever a lookup returns, one of the provider's own values must stand for the
// name, whatever its case and with or without its final dot.
func matches(values []string, name string) bool {
	lower := strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
	return claims(values, lower) || claims(values, strings.TrimSuffix(lower, "."))
}

func FuzzForMX(f *testing.F) {
	fuzzNames(f, (*Catalogue).ForMX, func(p Provider) []string { return p.MXSuffixes })
}

func FuzzForSPF(f *testing.F) {
	fuzzNames(f, (*Catalogue).ForSPF, func(p Provider) []string { return p.SPFIncludes })
}

func fuzzNames(f *testing.F, lookup func(*Catalogue, string) (Provider, bool), values func(Provider) []string) {
	c := Embedded()
	for _, p := range c.All() {
		for _, v := range values(p) {
			f.Add("x" + v)
			f.Add(`x\` + v + ".")
		}
	}
	f.Fuzz(func(t *testing.T, name string) {
		p, ok := lookup(c, name)
		if ok && !matches(values(p), name) {
			t.Errorf("%q is not %s's", name, p.ID)
		}
		if again, okAgain := lookup(c, name+"."); ok && !strings.HasSuffix(name, ".") && (again.ID != p.ID || !okAgain) {
			t.Errorf("%q is %q, with a final dot %q", name, p.ID, again.ID)
		}
	})
}

// The control: the check convicts a lookup that forgets the label boundary.
func TestMatchesControl(t *testing.T) {
	if matches([]string{".google.com"}, "notgoogle.com") || matches([]string{".google.com"}, "google.com") ||
		!matches([]string{".google.com"}, "ASPMX.l.google.com.") {
		t.Error("matches cannot tell a hit from a miss")
	}
}

// Whatever Parse takes can be looked up again, and whatever it refuses is an
// error of one line.
func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("providers: [{id: a, name: 'x\x00', kind: sender, confidence: low, spf: [a]}]"))
	f.Add([]byte("providers: [{id: a, name: A, kind: sender, confidence: low, mx: [in.*.a.example], test: [mx in.x.a.example]}]"))
	f.Add([]byte("a: &a [*a]\nproviders: *a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("x", data)
		if err != nil {
			if c != nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, %q", c, err)
			}
			return
		}
		for _, p := range c.All() {
			for _, v := range p.MXSuffixes {
				if strings.HasPrefix(v, ".") {
					v = "x" + v
				}
				v = strings.ReplaceAll(v, "*", "x")
				if _, ok := c.ForMX(v); !ok {
					t.Errorf("%q of %s is not found", v, p.ID)
				}
			}
		}
	})
}

// What UnmarshalJSON takes it writes again, and reads back as the same.
func FuzzUnmarshalJSON(f *testing.F) {
	f.Add([]byte(`{"builtin":true,"added":[{"id":"a","name":"A","kind":"sender","confidence":"low","mx":["in.*.a.example"],"source":["s"]}]}`))
	f.Add([]byte(`{"builtin":false,"added":[{"id":"a","name":"A","kind":"dmarc-monitor","confidence":"low","rua":["a"],"dkim":[{"cname":"b.example"}]}]}`))
	f.Add([]byte(`{"added":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c Catalogue
		if err := json.Unmarshal(data, &c); err != nil {
			return
		}
		text, err := json.Marshal(&c)
		if err != nil {
			t.Fatal(err)
		}
		var back Catalogue
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if !reflect.DeepEqual(back.All(), c.All()) || !reflect.DeepEqual(back.Added(), c.Added()) {
			t.Errorf("another after a round trip: %s", text)
		}
	})
}
