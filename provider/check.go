package provider

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkIdentity checks what every entry must have, and the closed sets.
func (b *builder) checkIdentity(e entry) error {
	if e.ID.value == "" {
		return e.Name.mistake("a provider without id")
	}
	if !all(e.ID.value, isLetterDigit, '-') {
		return e.ID.mistake("id %q: only lower-case letters, digits and hyphens", e.ID.value)
	}
	if first, ok := b.ids[e.ID.value]; ok {
		return e.ID.mistake("id %q is also on line %d", e.ID.value, first.line)
	}
	b.ids[e.ID.value] = e.ID
	if e.Name.value == "" {
		return e.ID.mistake("%s has no name", e.ID.value)
	}
	if len(e.MX)+len(e.SPF)+len(e.DKIM)+len(e.RUA)+len(e.Alias) == 0 {
		return e.ID.mistake("%s has no mx, spf, dkim, rua or alias, so nothing can ever match it", e.ID.value)
	}
	for _, t := range []text{e.Name, e.Note} {
		if !isPrintable(t.value) {
			return t.mistake("a text of %s has a character that cannot be printed", e.ID.value)
		}
	}
	if err := oneOf(e.ID, "kind", e.Kind, Kinds()...); err != nil {
		return err
	}
	if err := oneOf(e.ID, "confidence", e.Confidence, High, Medium, Low); err != nil {
		return err
	}
	if !e.EnhancedFiltering.given() {
		return nil
	}
	if Kind(e.Kind.value) != Gateway {
		return e.EnhancedFiltering.mistake("enhanced_filtering is for a %s only", Gateway)
	}
	return oneOf(e.ID, "enhanced_filtering", e.EnhancedFiltering, EFYes, EFPossible, EFNo)
}

func oneOf[T ~string](id text, key string, value text, allowed ...T) error {
	var names []string
	for _, a := range allowed {
		if value.value == string(a) {
			return nil
		}
		names = append(names, string(a))
	}
	at := value
	if !value.given() {
		at = id
	}
	return at.mistake("%s %q of %s: it is one of %s", key, value.value, id.value, strings.Join(names, ", "))
}

func (b *builder) checkNames(e entry) error {
	for _, list := range []struct {
		key    string
		values []text
	}{{"mx", e.MX}, {"spf", e.SPF}, {"rua", e.RUA}, {"alias", e.Alias}} {
		for _, t := range list.values {
			if err := b.claim(list.key, t); err != nil {
				return err
			}
		}
	}
	if e.Autodiscover.given() && !isName(e.Autodiscover.value) {
		return e.Autodiscover.mistake("autodiscover %q is not a lower-case domain name without a final dot", e.Autodiscover.value)
	}
	return nil
}

// claim checks one value that names are compared with, and that no other entry
// has it.
func (b *builder) claim(key string, t text) error {
	name, suffix := strings.CutPrefix(t.value, ".")
	if strings.Contains(name, "*") && !suffix {
		return b.claimPattern(key, t)
	}
	if !isName(name) {
		return t.mistake("%s %q is not a lower-case domain name without a final dot", key, t.value)
	}
	// ".com" would claim half of the world.
	if suffix && !strings.Contains(name, ".") {
		return t.mistake("%s %q is too wide: a suffix needs two labels or more", key, t.value)
	}
	return b.once(key, t)
}

// claimPattern checks a name with stars for labels.
func (b *builder) claimPattern(key string, t text) error {
	labels := strings.Split(t.value, ".")
	for i, label := range labels {
		// "*.com" would claim half of the world, and "mx*" is half a label.
		if label != "*" && !isName(label) || label == "*" && i+2 >= len(labels) {
			return t.mistake("%s %q: a star stands for one whole label, and two labels or more follow it", key, t.value)
		}
	}
	if !isName(strings.ReplaceAll(t.value, "*", "x")) {
		return t.mistake("%s %q is not a domain name", key, t.value)
	}
	return b.once(key, t)
}

func (b *builder) once(key string, t text) error {
	if first, ok := b.seen[key+" "+t.value]; ok {
		return t.mistake("%s %q is also on line %d", key, t.value, first.line)
	}
	b.seen[key+" "+t.value] = t
	return nil
}

func (b *builder) checkSelectors(e entry) error {
	here := make(map[Selector]bool)
	targets := make(map[string]bool)
	for _, s := range e.DKIM {
		nameless := s.Selector.value == "" && s.CNAME.value != "" // each customer has one of its own
		if !nameless && !isName(s.Selector.value) {
			return orElse(s.Selector, e.ID).mistake("selector %q of %s is not a lower-case name", s.Selector.value, e.ID.value)
		}
		if s.CNAME.given() && (!isName(s.CNAME.value) || !strings.Contains(s.CNAME.value, ".")) {
			return s.CNAME.mistake("cname %q is not a lower-case domain name of two labels or more, without dots at its ends", s.CNAME.value)
		}
		pair := Selector{Name: s.Selector.value, CNAMESuffix: s.CNAME.value}
		if here[pair] {
			return orElse(s.Selector, s.CNAME).mistake("selector %q is listed twice", s.Selector.value)
		}
		here[pair] = true
		// A provider's selectors often share a target; two providers never do.
		if s.CNAME.value == "" || targets[s.CNAME.value] {
			continue
		}
		targets[s.CNAME.value] = true
		if err := b.once("cname", s.CNAME); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) checkSources(e entry) error {
	for _, t := range e.Source {
		switch explained := b.sources[t.value]; {
		case explained == "":
			return t.mistake("source %q is not explained under sources", t.value)
		case !isPrintable(explained):
			return t.mistake("source %q has a character that cannot be printed", t.value)
		}
	}
	return nil
}

func orElse(t, other text) text {
	if t.given() {
		return t
	}
	return other
}

// isName reports whether s is a domain name in the form that lookups compare:
// lower case, no final dot, within the limits of RFC 1035, section 2.3.4.
func isName(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || !all(label, isLetterDigit, '-', '_') {
			return false
		}
	}
	return true
}

func all(s string, is func(rune) bool, others ...rune) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !is(r) && !strings.ContainsRune(string(others), r)
	}) < 0
}

// isPrintable reports whether a text can be shown as it is: valid, and without
// what moves a cursor or turns the direction of writing.
func isPrintable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

func isLetterDigit(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }
