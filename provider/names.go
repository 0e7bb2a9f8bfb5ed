package provider

import "strings"

// names finds the provider that a name belongs to.
type names struct {
	index   map[string]int // by exact name, or by suffix with its leading dot
	longest int            // octets of the longest key: what find looks at is bounded by it
}

func newNames() names { return names{index: make(map[string]int)} }

func (n *names) add(value string, provider int) {
	n.index[value] = provider
	n.longest = max(n.longest, len(value))
}

// find looks for the name itself, then for its suffixes, longest first.
func (n names) find(name string) (int, bool) {
	name = canonical(name)
	if name == "" || name[0] == '.' {
		return 0, false
	}
	if i, ok := n.index[name]; ok {
		return i, true
	}
	// A suffix never matches at 0: something must stand before it.
	for at := max(1, len(name)-n.longest); at < len(name); at++ {
		if name[at] != '.' || !boundary(name, at) {
			continue
		}
		if i, ok := n.index[name[at:]]; ok {
			return i, true
		}
	}
	return 0, false
}

// boundary reports whether the dot at i ends a label. A label may hold a dot
// too, which is then escaped: RFC 1035, section 5.1.
func boundary(name string, i int) bool {
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
	if !strings.ContainsFunc(name, isUpper) {
		return name
	}
	lower := []byte(name)
	for i, b := range lower {
		if isUpper(rune(b)) {
			lower[i] = b + 'a' - 'A'
		}
	}
	return string(lower)
}

func isUpper(r rune) bool { return 'A' <= r && r <= 'Z' }
