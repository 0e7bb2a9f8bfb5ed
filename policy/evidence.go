package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// whole is a record as evidence, all of it.
func whole(r facts.Record) Evidence {
	return at(r, record.Span{Offset: 0, Length: len(r.Octets)})
}

// at is a part of a record as evidence.
func at(r facts.Record, span record.Span) Evidence {
	return Evidence{Question: r.Question, Octets: r.Octets, Span: span, Source: r.Source}
}

// none is a question whose answer is the evidence: there is nothing.
func none(name, kind string) Evidence {
	return Evidence{Question: facts.Question{Name: name, Kind: kind}}
}

// observed is the answer to a question as evidence: its records, or the alias
// that it leads to. It is empty when Build did not use the question.
func observed(f *facts.Facts, q facts.Question) []Evidence {
	for i := range f.Used {
		o := &f.Used[i]
		if o.Question != q {
			continue
		}
		text := strings.Join(o.Data, ", ")
		if len(o.Chain) > 0 {
			text = strings.Join(slices.Concat(o.Chain, o.Data), ", ")
		}
		return []Evidence{{Question: q, Octets: text, Span: record.Span{Length: len(text)}, Source: o.Source}}
	}
	return nil
}

// count is a number with its noun: "1 host", "2 hosts".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// quoted is outside text as messages show it.
func quoted(octets string) string { return `"` + record.Text(octets) + `"` }

// providerName is the name of a provider for a message, or its ID when the
// catalogue of the facts does not have it.
func providerName(f *facts.Facts, id string) string {
	if p, ok := f.Options.Providers.ByID(id); ok {
		return p.Name
	}
	return id
}

// keysSeen says how much was tried, for rules that rest on no DKIM key being seen.
func keysSeen(f *facts.Facts) string {
	if len(f.DKIM.Tried) == 0 {
		return "no key seen under 0 selectors, as nothing exists below _domainkey"
	}
	return fmt.Sprintf("no key seen under %s", count(len(f.DKIM.Tried), "selector"))
}
