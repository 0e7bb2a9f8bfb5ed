package facts

import (
	_ "embed" // the list of selectors
	"slices"
	"strings"
)

// selectorList ranks DKIM selectors by how often they were seen: rank order,
// a tier behind a tab. See the file's head for its source.
//
//go:embed dkim_selectors.txt
var selectorList string

// Bounds on the selectors that are tried.
const (
	maxImplied = 8   // named by evidence or by the user
	maxGuessed = 24  // of tier 1, where nothing else was found
	maxDeep    = 200 // all of the list, with Options.Deep; a test counts it
)

// rankedSelectors are the first most selectors of the list.
func rankedSelectors(most int) []string {
	selectors := make([]string, 0, most)
	for line := range strings.Lines(selectorList) {
		if len(selectors) == most {
			break
		}
		if name, _, ok := strings.Cut(line, "\t"); ok && !strings.HasPrefix(line, "#") {
			selectors = append(selectors, name)
		}
	}
	return selectors
}

// impliedSelectors are those that the user named, then those of the services
// that MX and SPF show, most telling first.
func (b *builder) impliedSelectors() []string {
	var names []string
	add := func(id string) {
		if p, ok := b.opt.Providers.ByID(id); ok {
			for _, s := range p.Selectors {
				if s.Name != "" && !slices.Contains(names, s.Name) {
					names = append(names, s.Name)
				}
			}
		}
	}
	for _, h := range b.facts.MX.Hosts {
		add(h.Provider)
	}
	b.facts.SPF.Each(func(n *SPFNode, _ []*SPFTerm) {
		for _, t := range n.Terms {
			add(t.Provider)
		}
	})
	if b.facts.MX.Gateway != "" {
		// A gateway shows nothing of the mailboxes behind it: try the two
		// services that hold most of them.
		add("microsoft-365")
		add("google-workspace")
	}
	implied := slices.Clone(b.opt.Selectors)
	for _, name := range names {
		if len(implied) >= max(maxImplied, len(b.opt.Selectors)) {
			break
		}
		if !slices.Contains(implied, name) {
			implied = append(implied, name)
		}
	}
	return implied
}
