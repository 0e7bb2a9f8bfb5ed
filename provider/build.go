package provider

import (
	"errors"
	"slices"
	"strings"
)

// builder makes a Catalogue of the entries of a file, in the order of the file.
type builder struct {
	*Catalogue
	sources map[string]string
	ids     map[string]text
	seen    map[string]text // hosts, includes and CNAME suffixes, each with its kind in front
	claims  map[string]int  // how many providers use a selector's name
}

func build(f file) (*Catalogue, error) {
	if len(f.Providers) == 0 {
		return nil, errors.New("no providers; the file needs a list with the key providers")
	}
	b := &builder{
		Catalogue: &Catalogue{mx: newNames(), spf: newNames(), targets: newNames(), selectors: make(map[string]int)},
		sources:   f.Sources, ids: make(map[string]text), seen: make(map[string]text), claims: make(map[string]int),
	}
	// Sorted first, so that the indices that the maps hold are final.
	slices.SortStableFunc(f.Providers, func(x, y entry) int { return strings.Compare(x.ID.value, y.ID.value) })
	for _, e := range f.Providers {
		if err := b.add(e); err != nil {
			return nil, err
		}
	}
	for name := range b.selectors {
		if b.claims[name] > 1 {
			delete(b.selectors, name)
		}
	}
	return b.Catalogue, nil
}

func (b *builder) add(e entry) error {
	for _, step := range []func(entry) error{b.checkIdentity, b.checkNames, b.checkSelectors, b.checkSources} {
		if err := step(e); err != nil {
			return err
		}
	}
	at := len(b.providers)
	for _, t := range e.MX {
		b.mx.add(t.value, at)
	}
	for _, t := range e.SPF {
		b.spf.add(t.value, at)
	}
	p := Provider{
		ID: e.ID.value, Name: e.Name.value, Kind: Kind(e.Kind.value),
		MXSuffixes: values(e.MX), SPFIncludes: values(e.SPF), Selectors: b.addSelectors(e.DKIM, at),
		Autodiscover:      e.Autodiscover.value,
		EnhancedFiltering: EnhancedFiltering(e.EnhancedFiltering.value),
		Retired:           e.Retired, Confidence: Confidence(e.Confidence.value), Note: e.Note.value,
	}
	for _, t := range e.Source {
		p.Source = append(p.Source, b.sources[t.value])
	}
	b.providers = append(b.providers, p)
	return nil
}

func (b *builder) addSelectors(selectors []selector, at int) []Selector {
	var list []Selector
	mine := make(map[string]bool)
	for _, s := range selectors {
		list = append(list, Selector{Name: s.Selector.value, CNAMESuffix: s.CNAME.value})
		if !mine[s.Selector.value] {
			mine[s.Selector.value] = true
			b.claims[s.Selector.value]++
		}
		if s.CNAME.value == "" {
			b.selectors[s.Selector.value] = at
			continue
		}
		b.targets.add(s.CNAME.value, at)
		b.targets.add("."+s.CNAME.value, at)
	}
	return list
}

func values(list []text) []string {
	var s []string
	for _, t := range list {
		s = append(s, t.value)
	}
	return s
}
