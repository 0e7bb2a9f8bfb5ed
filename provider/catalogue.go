package provider

import "slices"

// Catalogue is what is known about providers. It never changes, and any number
// of goroutines may use it. A nil Catalogue knows nothing.
type Catalogue struct {
	providers []Provider // by ID
	builtin   bool       // it is Embedded, with what was added
	added     []Provider // by Extend, in the order of adding

	mx        names
	spf       names
	targets   names // of selectors' CNAMEs
	reports   names
	aliases   names
	selectors map[string]int // names that alone show whose they are
	byID      map[string]int
}

// All lists the providers by ID.
func (c *Catalogue) All() []Provider {
	if c == nil {
		return nil
	}
	return slices.Clone(c.providers)
}

// Added lists what Extend has added, in the order of adding.
func (c *Catalogue) Added() []Provider {
	if c == nil {
		return nil
	}
	return slices.Clone(c.added)
}

// ByID finds a provider, and reports whether there is one.
func (c *Catalogue) ByID(id string) (Provider, bool) {
	if c == nil {
		return Provider{}, false
	}
	i, ok := c.byID[id]
	return c.at(hit{provider: i}, ok)
}

// ForMX finds who runs an MX host. An exact entry beats a suffix, a longer
// suffix a shorter one, and any suffix a pattern. Case and a final dot do not
// matter.
func (c *Catalogue) ForMX(host string) (Provider, bool) {
	if c == nil {
		return Provider{}, false
	}
	return c.at(c.mx.find(host))
}

// ForSPF finds whose servers the target of an include or a redirect authorises,
// by the rules of ForMX. The target may hold macros.
func (c *Catalogue) ForSPF(name string) (Provider, bool) {
	if c == nil {
		return Provider{}, false
	}
	return c.at(c.spf.find(name))
}

// ForReport finds who receives DMARC reports at a domain, by the rules of ForMX.
func (c *Catalogue) ForReport(domain string) (Provider, bool) {
	if c == nil {
		return Provider{}, false
	}
	return c.at(c.reports.find(domain))
}

// ForAlias finds who hosts the record that _dmarc, mta-sts or the like is an
// alias of, by the rules of ForMX.
func (c *Catalogue) ForAlias(target string) (Provider, bool) {
	if c == nil {
		return Provider{}, false
	}
	return c.at(c.aliases.find(target))
}

// ForSelector finds whose DKIM key stands under a selector that is an alias of
// cname, or holds the key itself where cname is "".
//
// The target decides alone: whoever runs that name chooses the key. Without one
// the selector's name decides, if exactly one provider uses the name and has its
// customers publish the key: "google" says something, "s1" does not.
func (c *Catalogue) ForSelector(selector, cname string) (Provider, bool) {
	if c == nil {
		return Provider{}, false
	}
	if cname != "" {
		return c.at(c.targets.find(cname))
	}
	i, ok := c.selectors[canonical(selector)]
	return c.at(hit{provider: i}, ok)
}

func (c *Catalogue) at(h hit, ok bool) (Provider, bool) {
	if !ok {
		return Provider{}, false
	}
	return c.providers[h.provider], true
}
