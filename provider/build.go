package provider

import (
	"errors"
	"strings"
)

// builder makes providers of the entries of a file, in the order of the file.
type builder struct {
	providers []Provider
	tests     []test
	sources   map[string]string
	ids       map[string]text
	seen      map[string]text // values, each with its key in front
}

func build(f file) (*builder, error) {
	if len(f.Providers) == 0 {
		return nil, errors.New("no providers; the file needs a list with the key providers")
	}
	b := &builder{sources: f.Sources, ids: make(map[string]text), seen: make(map[string]text)}
	for _, e := range f.Providers {
		if err := b.add(e); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *builder) add(e entry) error {
	for _, step := range []func(entry) error{b.checkIdentity, b.checkNames, b.checkSelectors, b.checkSources, b.readTests} {
		if err := step(e); err != nil {
			return err
		}
	}
	p := Provider{
		ID: e.ID.value, Name: e.Name.value, Kind: Kind(e.Kind.value),
		MXSuffixes: values(e.MX), SPFIncludes: values(e.SPF), Reports: values(e.RUA), Aliases: values(e.Alias),
		Autodiscover:      e.Autodiscover.value,
		EnhancedFiltering: EnhancedFiltering(e.EnhancedFiltering.value),
		Retired:           e.Retired, Confidence: Confidence(e.Confidence.value), Note: e.Note.value,
	}
	for _, s := range e.DKIM {
		p.Selectors = append(p.Selectors, Selector{Name: s.Selector.value, CNAMESuffix: s.CNAME.value})
	}
	for _, t := range e.Source {
		p.Source = append(p.Source, b.sources[t.value])
	}
	b.providers = append(b.providers, p)
	return nil
}

func values(list []text) []string {
	var s []string
	for _, t := range list {
		s = append(s, t.value)
	}
	return s
}

// test is a line that says what must be recognised as a provider.
type test struct {
	id   string
	at   text
	use  Use
	name string // with a selector in front for DKIM: "s1 s1.example.net"
}

func (b *builder) readTests(e entry) error {
	for _, t := range e.Test {
		use, name, _ := strings.Cut(t.value, " ")
		switch Use(use) {
		case AsMX, AsSPF, AsDKIM, AsReport, AsAlias:
		default:
			return t.mistake("test %q begins with none of mx, spf, dkim, rua, alias", t.value)
		}
		b.tests = append(b.tests, test{e.ID.value, t, Use(use), name})
	}
	return nil
}

// check says why a test fails, or nil.
func (t test) check(c *Catalogue) error {
	found, ok := t.lookup(c)
	switch {
	case !ok:
		return t.at.mistake("test %q of %s: no provider is recognised", t.at.value, t.id)
	case found.ID != t.id:
		return t.at.mistake("test %q of %s: it is recognised as %s", t.at.value, t.id, found.ID)
	}
	return nil
}

func (t test) lookup(c *Catalogue) (Provider, bool) {
	switch t.use {
	case AsMX:
		return c.ForMX(t.name)
	case AsSPF:
		return c.ForSPF(t.name)
	case AsReport:
		return c.ForReport(t.name)
	case AsAlias:
		return c.ForAlias(t.name)
	}
	selector, cname, _ := strings.Cut(t.name, " ")
	return c.ForSelector(selector, cname)
}
