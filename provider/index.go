package provider

import (
	"slices"
	"strings"
)

// newCatalogue indexes providers. One that is added takes the place of another
// with its ID, and what it claims is its own, whoever claimed it before.
func newCatalogue(base, added []Provider, builtin bool) *Catalogue {
	c := &Catalogue{
		builtin: builtin, added: lastOfEach(added), providers: make([]Provider, 0, len(base)+len(added)),
		mx: newNames(len(base)), spf: newNames(len(base)), targets: newNames(0), reports: newNames(0), aliases: newNames(0),
		selectors: make(map[string]int), byID: make(map[string]int, len(base)+len(added)),
	}
	replaced := make(map[string]bool, len(added))
	for _, p := range c.added {
		replaced[p.ID] = true
	}
	for _, p := range base {
		if !replaced[p.ID] {
			c.providers = append(c.providers, p)
		}
	}
	c.providers = append(c.providers, c.added...)
	slices.SortFunc(c.providers, func(x, y Provider) int { return strings.Compare(x.ID, y.ID) })
	for i, p := range c.providers {
		c.byID[p.ID] = i
		if !replaced[p.ID] {
			c.index(p, i)
		}
	}
	for _, p := range c.added {
		c.index(p, c.byID[p.ID])
	}
	c.indexSelectors()
	return c
}

// lastOfEach keeps the last entry of each ID.
func lastOfEach(added []Provider) []Provider {
	var list []Provider
	for _, p := range added {
		list = slices.DeleteFunc(list, func(earlier Provider) bool { return earlier.ID == p.ID })
		list = append(list, p)
	}
	return list
}

func (c *Catalogue) index(p Provider, at int) {
	for _, use := range []struct {
		values []string
		in     *names
	}{{p.MXSuffixes, &c.mx}, {p.SPFIncludes, &c.spf}, {p.Reports, &c.reports}, {p.Aliases, &c.aliases}} {
		for _, v := range use.values {
			use.in.add(v, at)
		}
	}
	for _, s := range p.Selectors {
		if s.CNAMESuffix != "" {
			c.targets.add(s.CNAMESuffix, at)
			c.targets.add("."+s.CNAMESuffix, at)
		}
	}
}

// indexSelectors keeps the names that exactly one provider uses, if its
// customers publish the key.
func (c *Catalogue) indexSelectors() {
	users := make(map[string]int) // by name: the only user, or -1
	for i, p := range c.providers {
		for _, s := range p.Selectors {
			if only, ok := users[s.Name]; ok && only != i {
				users[s.Name] = -1
				continue
			}
			users[s.Name] = i
			if s.CNAMESuffix == "" {
				c.selectors[s.Name] = i
			}
		}
	}
	for name := range c.selectors {
		if users[name] < 0 {
			delete(c.selectors, name)
		}
	}
}
