package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Parse reads a catalogue. name stands for the data in errors, which read
// "name:line:column: what is wrong". Unknown keys, an ID, a host, an include or
// a CNAME suffix given twice, names that are none, and a test line that fails
// are errors: a catalogue that is partly understood would name the wrong provider.
func Parse(name string, data []byte) (*Catalogue, error) {
	var none *Catalogue
	return none.Extend(name, data)
}

// Extend reads a file in the form of Parse and returns the catalogue with its
// entries added. One with the ID of an entry that is there takes its place. A
// host, include or alias that both claim is the new one's; a longer suffix still
// beats a shorter one, whoever has it. The receiver does not change.
func (c *Catalogue) Extend(name string, data []byte) (*Catalogue, error) {
	var f file
	if err := decode(data, &f); err != nil {
		return nil, locate(name, place(err))
	}
	extended, err := c.extend(f)
	if err != nil {
		return nil, locate(name, err)
	}
	return extended, nil
}

func (c *Catalogue) extend(f file) (*Catalogue, error) {
	b, err := build(f)
	if err != nil {
		return nil, err
	}
	if c == nil {
		c = &Catalogue{}
	}
	extended := newCatalogue(c.providers, append(c.Added(), b.providers...), c.builtin)
	for _, t := range b.tests {
		if err := t.check(extended); err != nil {
			return nil, err
		}
	}
	return extended, nil
}

// saved is the JSON form of a Catalogue.
type saved struct {
	Builtin bool       `json:"builtin"` // on top of Embedded
	Added   []Provider `json:"added"`
}

// IsZero reports whether a saved file can leave the catalogue out: it is none,
// or the one that ships with the program.
func (c *Catalogue) IsZero() bool { return c == nil || c.builtin && len(c.added) == 0 }

// MarshalJSON writes what was added, and whether that was to Embedded, which
// each program has by itself.
func (c *Catalogue) MarshalJSON() ([]byte, error) {
	return json.Marshal(saved{c.builtin, c.Added()})
}

// UnmarshalJSON reads what MarshalJSON writes, as strictly as Parse.
func (c *Catalogue) UnmarshalJSON(data []byte) error {
	var s saved
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&s); err != nil {
		return fmt.Errorf("providers: %w", err)
	}
	base := &Catalogue{}
	if s.Builtin {
		base = Embedded()
	}
	if len(s.Added) == 0 {
		*c = *base
		return nil
	}
	extended, err := base.extend(fileOf(s.Added))
	if err != nil {
		return fmt.Errorf("providers: %w", err)
	}
	*c = *extended
	return nil
}

// fileOf is a file with these providers, so that they can be checked like one.
// The texts have no place in it.
func fileOf(list []Provider) file {
	f := file{Sources: make(map[string]string)}
	for _, p := range list {
		e := entry{
			ID: textOf(p.ID), Name: textOf(p.Name), Kind: textOf(string(p.Kind)),
			MX: textsOf(p.MXSuffixes), SPF: textsOf(p.SPFIncludes), RUA: textsOf(p.Reports), Alias: textsOf(p.Aliases),
			Autodiscover: textOf(p.Autodiscover), EnhancedFiltering: textOf(string(p.EnhancedFiltering)),
			Retired: p.Retired, Confidence: textOf(string(p.Confidence)), Source: textsOf(p.Source), Note: textOf(p.Note),
		}
		for _, s := range p.Selectors {
			e.DKIM = append(e.DKIM, selector{textOf(s.Name), textOf(s.CNAMESuffix)})
		}
		for _, source := range p.Source {
			f.Sources[source] = source
		}
		f.Providers = append(f.Providers, e)
	}
	return f
}

func textOf(s string) text { return text{value: s} }

func textsOf(list []string) []text {
	var texts []text
	for _, s := range list {
		texts = append(texts, textOf(s))
	}
	return texts
}
