package provider

import (
	_ "embed" // for providers.txt
	"fmt"
	"strings"
	"sync"
)

// embeddedData is providers.yaml in a form that is read many times as
// fast; a test makes it and holds it against its source.
//
//go:embed providers.txt
var embeddedData string

// embedded reads once, when somebody first asks. It is a package variable
// because a library caller must be able to ask many times at no cost; nothing
// assigns it and the catalogue cannot change, so no caller can notice another.
// The data ships with the code and the tests read it: no input reaches the panic.
var embedded = sync.OnceValue(func() *Catalogue {
	providers, err := readCompact(embeddedData)
	if err != nil {
		panic(err)
	}
	return newCatalogue(providers, nil, true)
})

// Embedded is the catalogue that ships with the program.
func Embedded() *Catalogue { return embedded() }

// readCompact reads the lines of providers.txt. Each has a word and its values,
// separated by tabs: a source's key and text; a provider's own fields; then,
// for the provider above, lists of values.
func readCompact(data string) ([]Provider, error) {
	sources := make(map[string]string)
	list := make([]Provider, 0, strings.Count(data, "\nid\t"))
	for line := range strings.Lines(data) {
		word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		values := strings.Split(rest, "\t")
		switch {
		case strings.HasPrefix(word, "#"):
		case word == "source" && len(values) == 2:
			sources[values[0]] = values[1]
		case word == "id" && len(values) == 8:
			list = append(list, Provider{
				ID: values[0], Name: values[1], Kind: Kind(values[2]), Confidence: Confidence(values[3]),
				EnhancedFiltering: EnhancedFiltering(values[4]), Retired: values[5] != "", Autodiscover: values[6], Note: values[7],
			})
		case len(list) == 0 || !list[len(list)-1].readList(word, values, sources):
			return nil, fmt.Errorf("providers.txt: cannot read %q", line)
		}
	}
	return list, nil
}

func (p *Provider) readList(word string, values []string, sources map[string]string) bool {
	switch word {
	case "mx":
		p.MXSuffixes = values
	case "spf":
		p.SPFIncludes = values
	case "rua":
		p.Reports = values
	case "alias":
		p.Aliases = values
	case "dkim":
		for _, v := range values {
			name, cname, _ := strings.Cut(v, "/")
			p.Selectors = append(p.Selectors, Selector{Name: name, CNAMESuffix: cname})
		}
	case "from":
		for _, key := range values {
			p.Source = append(p.Source, sources[key])
		}
	default:
		return false
	}
	return true
}
