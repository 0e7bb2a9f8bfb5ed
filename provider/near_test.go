package provider

import (
	"slices"
	"strings"
	"testing"
)

// One who checks the tests of the file is told which entry has none for a list.
func TestEveryListHasATestLine(t *testing.T) {
	var f file
	if err := decode(readYAML(t), &f); err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Providers {
		has := make(map[Use]bool)
		for _, line := range e.Test {
			use, _, _ := strings.Cut(line.value, " ")
			has[Use(use)] = true
		}
		for use, wanted := range map[Use]bool{
			AsMX: len(e.MX) > 0, AsSPF: len(e.SPF) > 0, AsDKIM: tellable(e.DKIM), AsReport: len(e.RUA) > 0, AsAlias: len(e.Alias) > 0,
		} {
			if wanted && !has[use] {
				t.Errorf("providers.yaml:%d: %s has %s, and no test line for it", e.ID.line, e.ID.value, use)
			}
		}
	}
}

// tellable reports whether any of the selectors shows whose it is: a name that
// several providers use does not.
func tellable(list []selector) bool {
	return slices.ContainsFunc(list, func(s selector) bool {
		_, ok := Embedded().ForSelector(s.Selector.value, s.CNAME.value)
		return ok
	})
}

// The control: Parse, which runs the test lines, refuses one that fails.
func TestTestLinesCanFail(t *testing.T) {
	const data = "providers: [{id: a, name: A, kind: sender, confidence: low, mx: [.a.example], test: ['mx %s']}]"
	for host, want := range map[string]string{
		"x.a.example": "",
		"a.example":   `x.yaml:1:86: test "mx a.example" of a: no provider is recognised`,
		"x.b.example": "no provider is recognised",
	} {
		_, err := Parse("x.yaml", []byte(strings.Replace(data, "%s", host, 1)))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v; want %q", host, err, want)
		}
	}
}

// near are names that are almost one that the value stands for: one label
// short, without the dot in front, and one character off at each place.
func near(value string) []string {
	name := strings.TrimPrefix(strings.ReplaceAll(value, "*", "any"), ".")
	var list []string
	if _, short, ok := strings.Cut(name, "."); ok {
		list = append(list, short, "evil"+short)
	}
	in := "mx." // below the name
	if value[0] == '.' {
		list = append(list, name, "evil"+name)
	} else {
		list = append(list, "evil"+name)
		in = ""
	}
	free := strings.Index(value, "*") // any label may stand there
	for i := range len(name) {
		if name[i] == '.' || free >= 0 && free <= i && i < free+len("any") {
			continue
		}
		off := []byte(name)
		off[i] = 'q'
		if name[i] == 'q' {
			off[i] = 'y'
		}
		list = append(list, in+string(off), in+name[:i]+name[i+1:], in+name[:i]+"q"+name[i:])
	}
	list = append(list, in+name+".attacker.example", in+name+"q")
	return list
}

// claims reports whether a provider's own values stand for a name, by a reading
// of their form that shares no code with the lookup.
func claims(values []string, name string) bool {
	for _, v := range values {
		switch {
		case strings.HasPrefix(v, "."):
			if strings.HasSuffix(name, v) && len(name) > len(v) {
				return true
			}
		case strings.Contains(v, "*"):
			a, b := strings.Split(v, "."), strings.Split(name, ".")
			same := len(a) == len(b)
			for i := 0; same && i < len(a); i++ {
				same = a[i] == "*" || a[i] == b[i]
			}
			if same {
				return true
			}
		case v == name:
			return true
		}
	}
	return false
}

// targets are where a provider's selectors point: a name, or one below it.
func targets(p Provider) []string {
	var values []string
	for _, s := range p.Selectors {
		if s.CNAMESuffix != "" {
			values = append(values, s.CNAMESuffix, "."+s.CNAMESuffix)
		}
	}
	return values
}

// A host one label short or one character off is nobody's of that entry, unless
// another of its values stands for it ("zoho.com" and "zoho.eu" are far enough
// apart, "kingpage3" and "kingpage4" are not).
func TestNearMissesMatchNothing(t *testing.T) {
	c := Embedded()
	tried := 0
	for _, p := range c.All() {
		for _, use := range []struct {
			name   string
			values []string
			lookup func(string) (Provider, bool)
		}{
			{"ForMX", p.MXSuffixes, c.ForMX}, {"ForSPF", p.SPFIncludes, c.ForSPF},
			{"ForReport", p.Reports, c.ForReport}, {"ForAlias", p.Aliases, c.ForAlias},
			{"ForSelector", targets(p), func(name string) (Provider, bool) { return c.ForSelector("any", name) }},
		} {
			for _, v := range use.values {
				for _, host := range near(v) {
					tried++
					if got, ok := use.lookup(host); ok && got.ID == p.ID && !claims(use.values, host) {
						t.Errorf("%s(%s) = %s; it is only near %s", use.name, host, p.ID, v)
					}
				}
			}
		}
	}
	if tried < 10000 {
		t.Errorf("only %d names tried", tried)
	}
}

// Most near misses are names that no value of the entry stands for; otherwise
// the test above would prove nothing.
func TestNearMissesAreMisses(t *testing.T) {
	misses, hits := 0, 0
	for _, p := range Embedded().All() {
		for _, v := range p.MXSuffixes {
			for _, host := range near(v) {
				if claims(p.MXSuffixes, host) {
					hits++
				} else {
					misses++
				}
			}
		}
	}
	if hits*100 > misses {
		t.Errorf("%d near misses, and %d that are none", misses, hits)
	}
	// A lookup by substring would fall for these.
	for _, host := range near(".pphosted.com") {
		if strings.Contains(host, "pphosted.com") && claims([]string{".pphosted.com"}, host) {
			t.Errorf("%s is taken for a hit", host)
		}
	}
}
