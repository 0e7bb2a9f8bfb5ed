package policy

import (
	"fmt"
	"strings"
)

// noSuchRule is the error for an entry that matches no rule.
func noSuchRule(entry string, candidates []string) error {
	hint := didYouMean(entry, candidates)
	if hint == "" {
		hint = `; "mailposture rules" lists them`
	}
	return fmt.Errorf("no rule matches %q%s", entry, hint)
}

// didYouMean is a hint at the candidate that is nearest to a word, or "" when
// none is near.
func didYouMean(word string, candidates []string) string {
	best, least := "", max(1, len(word)/4)+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// maxWord bounds what is compared: a longer word is no slip of a rule's name.
const maxWord = 100

// distance is how many octets must be put in, taken out or replaced to make b
// of a (Levenshtein).
func distance(a, b string) int {
	if len(a) > maxWord || len(b) > maxWord {
		return maxWord
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// names are the IDs and names of rules.
func names(rules []Rule) []string {
	var list []string
	for _, r := range rules {
		list = append(list, r.ID, r.Name)
	}
	return list
}

func families(rules []Rule) []string {
	var list []string
	for _, r := range rules {
		if n := len(list); n == 0 || list[n-1] != r.Family() {
			list = append(list, r.Family())
		}
	}
	return list
}

func packNames() []string {
	var list []string
	for _, p := range Packs() {
		list = append(list, p.Name)
	}
	return list
}
