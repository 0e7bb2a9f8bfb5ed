package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Select splits rules into those that run and, second, those that are left out,
// each in the order given. Entries of include and exclude are a rule's ID or name, a
// pattern of either ("m365-*"), a family ("SPF") or a pack ("@bulk-sender");
// case does not matter, and one entry may hold several, separated by commas.
// An empty include means all; exclude has the last word. The error names the
// first entry that matches no rule, and what it may have been meant to be.
func Select(rules []Rule, include, exclude []string) ([]Rule, []Rule, error) {
	included, err := matches(rules, include)
	if err != nil {
		return nil, nil, err
	}
	excluded, err := matches(rules, exclude)
	if err != nil {
		return nil, nil, err
	}
	var selected, left []Rule
	all := len(included) == 0
	for _, r := range rules {
		if (all || included[r.ID]) && !excluded[r.ID] {
			selected = append(selected, r)
		} else {
			left = append(left, r)
		}
	}
	return selected, left, nil
}

// matches are the IDs of the rules that the entries name.
func matches(rules []Rule, entries []string) (map[string]bool, error) {
	ids := make(map[string]bool)
	for _, entry := range splitEntries(entries) {
		matcher, err := newMatcher(entry)
		if err != nil {
			return nil, err
		}
		found := false
		for _, r := range rules {
			if matcher(r) {
				ids[r.ID] = true
				found = true
			}
		}
		if !found {
			return nil, noSuchRule(entry, slices.Concat(names(rules), families(rules), packNames()))
		}
	}
	return ids, nil
}

func splitEntries(lists []string) []string {
	var entries []string
	for _, list := range lists {
		for entry := range strings.SplitSeq(list, ",") {
			if entry = strings.TrimSpace(entry); entry != "" {
				entries = append(entries, entry)
			}
		}
	}
	return entries
}

// newMatcher makes the test that an entry stands for.
func newMatcher(entry string) (func(Rule) bool, error) {
	switch {
	case strings.HasPrefix(entry, "@"):
		for _, p := range Packs() {
			if strings.EqualFold(p.Name, entry) {
				return func(r Rule) bool { return slices.Contains(p.Rules(), r.ID) }, nil
			}
		}
		return nil, fmt.Errorf("no pack is called %q%s", entry, didYouMean(entry, packNames()))
	case strings.ContainsAny(entry, "*?["):
		pattern := strings.ToLower(entry)
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("rule pattern %q is not valid; * stands for any text, as in m365-*", entry)
		}
		return func(r Rule) bool {
			id, _ := path.Match(pattern, strings.ToLower(r.ID))
			name, _ := path.Match(pattern, strings.ToLower(r.Name))
			return id || name
		}, nil
	}
	return func(r Rule) bool { return r.is(entry) || strings.EqualFold(r.Family(), entry) }, nil
}

// is reports whether the rule has the ID or name, in any case.
func (r Rule) is(idOrName string) bool {
	return strings.EqualFold(r.ID, idOrName) || strings.EqualFold(r.Name, idOrName)
}

// ByName finds a rule by its ID or name, in any case. The error says which one
// may have been meant.
func ByName(rules []Rule, idOrName string) (Rule, error) {
	for _, r := range rules {
		if r.is(idOrName) {
			return r, nil
		}
	}
	return Rule{}, noSuchRule(idOrName, names(rules))
}

// ParseSeverity reads a severity, in any case. The error lists them all.
func ParseSeverity(text string) (Severity, error) {
	words := make([]string, 0, len(Severities()))
	for _, s := range Severities() {
		if strings.EqualFold(string(s), strings.TrimSpace(text)) {
			return s, nil
		}
		words = append(words, string(s))
	}
	return "", fmt.Errorf("severity %q is unknown: want %s", text, strings.Join(words, ", "))
}
