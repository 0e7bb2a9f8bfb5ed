package policy

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// spellSPF proposes the record that was meant where a term has a slip that can
// be read in one way only. A record with any other error is left alone.
func spellSPF(f *facts.Facts) []facts.Change {
	return editSPF(f, func(n *facts.SPFNode, terms []string) {
		if len(n.Problems) == 0 {
			return
		}
		meant, ok := meantTerms(strings.Fields(n.Record.Octets[len("v=spf1"):]))
		if !ok || len(meant) > len(terms) {
			return
		}
		clear(terms[copy(terms, meant):])
	})
}

// meantTerms are terms with their slips mended; false if one cannot be.
func meantTerms(words []string) ([]string, bool) {
	var terms []string
	for i := 0; i < len(words); i++ {
		word := words[i]
		parsed := parseTerm(word)
		if !parsed.Bad {
			terms = append(terms, word)
			continue
		}
		// "include: name", "ip4: address": a space that has no business there.
		if i+1 < len(words) && strings.HasSuffix(word, ":") && !parseTerm(word+words[i+1]).Bad {
			terms = append(terms, word+words[i+1])
			i++
			continue
		}
		meant, ok := meantTerm(word)
		if !ok {
			return nil, false
		}
		terms = append(terms, meant)
	}
	return terms, true
}

// parseTerm reads one term by itself.
func parseTerm(word string) record.SPFTerm {
	terms := record.ParseSPF("v=spf1 " + word).Terms
	if len(terms) != 1 {
		return record.SPFTerm{Bad: true}
	}
	return terms[0]
}

// dashes are what word processors make of "-" and "~", as UTF-8.
var dashes = strings.NewReplacer("\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-", "\u2212", "-", "\u02dc", "~", "\u223c", "~",
	"\u201c", "", "\u201d", "", "\u00a0", "", "\u200b", "", "\ufeff", "")

// addressName is how people write ip4 and ip6 by mistake.
var addressName = regexp.MustCompile(`(?i)^([-+~?]?)(?:ipv?[46]?)[:=]?(.*)$`)

// meantTerm is a term with its slip mended; false where it is not clear.
func meantTerm(word string) (string, bool) {
	word = strings.Trim(dashes.Replace(word), `"';,`)
	if !parseTerm(word).Bad {
		return word, true
	}
	if name, rest, ok := strings.Cut(word, ":"); ok {
		for _, known := range []string{"include", "exists"} { // the names that are long enough to be told
			if d := distance(strings.ToLower(name), known); d > 0 && d <= 2 && !parseTerm(known+":"+rest).Bad {
				return known + ":" + rest, true
			}
		}
	}
	sign, text := "", word
	if m := addressName.FindStringSubmatch(word); m != nil {
		sign, text = m[1], strings.Trim(m[2], ":[]")
	}
	address, length, _ := strings.Cut(text, "/")
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Zone() != "" {
		return "", false
	}
	mechanism := "ip4:"
	if ip.Is6() {
		mechanism = "ip6:"
	}
	if length != "" {
		address += "/" + length
	}
	meant := sign + mechanism + address
	return meant, !parseTerm(meant).Bad
}

// spfVersion is what stands where "v=spf1 " should.
var spfVersion = regexp.MustCompile(`(?i)^["'\s]*v?[=:\-\s]{0,3}spf[=:]?1?[.;:,]?["']?\s*`)

// spellVersion proposes the record that was meant where its beginning has a
// slip. The rest must be SPF without errors.
func spellVersion(f *facts.Facts) []facts.Change {
	if len(f.SPF.LookAlikes) != 1 || f.SPF.State != facts.Absent {
		return nil
	}
	r := f.SPF.LookAlikes[0]
	if len(r.Octets) > maxMended {
		return nil
	}
	rest := strings.Fields(strings.TrimRight(spfVersion.ReplaceAllString(r.Octets, ""), `"' `))
	terms, ok := meantTerms(rest)
	if !ok || len(terms) == 0 {
		return nil
	}
	return rewrite(f, r, spfText(terms))
}
