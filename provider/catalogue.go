package provider

import (
	_ "embed" // for providers.yaml
	"slices"
	"strings"
	"sync"
)

//go:embed providers.yaml
var embeddedData []byte

// embedded parses once, when somebody first asks. It is a package variable
// because a library caller must be able to ask many times at no cost; nothing
// assigns it and the catalogue cannot change, so no caller can notice another.
// The data ships with the code and the tests parse it: no input reaches the panic.
var embedded = sync.OnceValue(func() *Catalogue {
	c, err := Parse("providers.yaml", embeddedData)
	if err != nil {
		panic(err)
	}
	return c
})

// Embedded is the catalogue that ships with the program.
func Embedded() *Catalogue { return embedded() }

// Catalogue is what is known about providers. It never changes after Parse, and
// any number of goroutines may use it. A nil Catalogue knows nothing.
type Catalogue struct {
	providers []Provider // by ID
	mx        names
	spf       names
	targets   names          // of selectors' CNAMEs
	selectors map[string]int // names that alone show whose they are
}

// All lists the providers by ID.
func (c *Catalogue) All() []Provider {
	if c == nil {
		return nil
	}
	return slices.Clone(c.providers)
}

// ByID finds a provider, and reports whether there is one.
func (c *Catalogue) ByID(id string) (Provider, bool) {
	if c == nil {
		return Provider{}, false
	}
	i, ok := slices.BinarySearchFunc(c.providers, id, func(p Provider, id string) int {
		return strings.Compare(p.ID, id)
	})
	return c.at(i, ok)
}

// ForMX finds who runs an MX host. An exact entry beats a suffix, and a longer
// suffix a shorter one. Case and a final dot do not matter.
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
	return c.at(i, ok)
}

func (c *Catalogue) at(i int, ok bool) (Provider, bool) {
	if !ok {
		return Provider{}, false
	}
	return c.providers[i], true
}
