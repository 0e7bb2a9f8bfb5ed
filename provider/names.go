package provider

import (
	"cmp"
	"slices"
	"strings"
)

// names finds the provider that a name belongs to.
type names struct {
	index    map[string]int // by exact name, or by suffix with its leading dot
	longest  int            // octets of the longest key: what find looks at is bounded by it
	patterns []pattern      // longest first
}

// pattern is a name in which a star stands for any one label.
type pattern struct {
	value    string
	tail     string // what follows the last star, with its dot
	provider int
}

func newNames(about int) names { return names{index: make(map[string]int, about)} }

// add claims a value for a provider; the last one to claim it has it.
func (n *names) add(value string, provider int) {
	star := strings.LastIndexByte(value, '*')
	if star < 0 {
		n.index[value] = provider
		n.longest = max(n.longest, len(value))
		return
	}
	n.patterns = slices.DeleteFunc(n.patterns, func(p pattern) bool { return p.value == value })
	n.patterns = append(n.patterns, pattern{value, value[star+1:], provider})
	slices.SortFunc(n.patterns, func(a, b pattern) int {
		return cmp.Or(cmp.Compare(len(b.value), len(a.value)), strings.Compare(a.value, b.value))
	})
}

// hit is a provider and the value that a name was recognised by.
type hit struct {
	provider int
	value    string
}

// find looks for the name itself, then for its suffixes, longest first, then
// for patterns.
func (n names) find(name string) (hit, bool) {
	name = canonical(name)
	if name == "" || name[0] == '.' || name[0] == '*' {
		return hit{}, false
	}
	if i, ok := n.index[name]; ok {
		return hit{i, name}, true
	}
	// A suffix never matches at 0: something must stand before it.
	for at := max(1, len(name)-n.longest); at < len(name); at++ {
		if name[at] != '.' || !boundary(name, at) {
			continue
		}
		if i, ok := n.index[name[at:]]; ok {
			return hit{i, name[at:]}, true
		}
	}
	for _, p := range n.patterns {
		if strings.HasSuffix(name, p.tail) && sameLabels(p.value, name) {
			return hit{p.provider, p.value}, true
		}
	}
	return hit{}, false
}

// sameLabels reports whether name has the labels of a pattern. A backslash
// could hide a dot inside a label, so that such a name has none.
func sameLabels(pattern, name string) bool {
	if strings.Contains(name, `\`) {
		return false
	}
	for {
		wanted, restOfPattern, more := strings.Cut(pattern, ".")
		label, rest, moreLabels := strings.Cut(name, ".")
		switch {
		case wanted != "*" && wanted != label, label == "", more != moreLabels:
			return false
		case !more:
			return true
		}
		pattern, name = restOfPattern, rest
	}
}

// boundary reports whether the dot at i ends a label. A label may hold a dot
// too, which is then escaped: RFC 1035, section 5.1.
func boundary(name string, i int) bool {
	if name[i-1] != '\\' {
		return true
	}
	before := strings.TrimRight(name[:i], `\`)
	return (i-len(before))%2 == 0
}

// canonical is the name in lower case without its final dot. Only ASCII letters
// have a case in DNS (RFC 4343, section 3): strings.ToLower would also make a k
// of the Kelvin sign.
func canonical(name string) string {
	if last := len(name) - 1; last > 0 && name[last] == '.' && boundary(name, last) {
		name = name[:last]
	}
	for i := range len(name) {
		if isUpper(name[i]) {
			return lowered(name)
		}
	}
	return name
}

func lowered(name string) string {
	lower := []byte(name)
	for i, b := range lower {
		if isUpper(b) {
			lower[i] = b + 'a' - 'A'
		}
	}
	return string(lower)
}

func isUpper(b byte) bool { return 'A' <= b && b <= 'Z' }
