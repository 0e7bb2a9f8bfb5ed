package provider

// Use is what a name stands for in a domain's records.
type Use string

// The uses. The zero value is none.
const (
	AsMX     Use = "mx"    // the host of an MX record
	AsSPF    Use = "spf"   // the target of an include or a redirect
	AsDKIM   Use = "dkim"  // what a DKIM selector is an alias of
	AsReport Use = "rua"   // the domain of a DMARC report address
	AsAlias  Use = "alias" // what _dmarc, mta-sts or the like is an alias of
)

// How is the rule by which a name was recognised.
type How string

// The rules, in the order in which they are tried. The zero value is none.
const (
	Exactly   How = "exact"   // the name itself
	BySuffix  How = "suffix"  // it lies below a name
	ByPattern How = "pattern" // it has the labels of a name, but for one that may be any
)

// Match is a provider that a name belongs to, and why.
type Match struct {
	Provider Provider `json:"provider"`
	Use      Use      `json:"use"`
	How      How      `json:"how"`
	Value    string   `json:"value"` // the provider's own: ".pphosted.com"
}

// Matches says whose a name is in each of its uses: the answers of ForMX, ForSPF,
// ForSelector, ForReport and ForAlias.
func (c *Catalogue) Matches(name string) []Match {
	if c == nil {
		return nil
	}
	var list []Match
	for _, use := range []struct {
		use Use
		in  names
	}{{AsMX, c.mx}, {AsSPF, c.spf}, {AsDKIM, c.targets}, {AsReport, c.reports}, {AsAlias, c.aliases}} {
		if h, ok := use.in.find(name); ok {
			list = append(list, Match{Provider: c.providers[h.provider], Use: use.use, How: how(h.value, name), Value: h.value})
		}
	}
	return list
}

func how(value, name string) How {
	switch {
	case value == canonical(name):
		return Exactly
	case value[0] == '.':
		return BySuffix
	}
	return ByPattern
}
