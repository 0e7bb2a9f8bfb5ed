package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcTrailingJunk = Rule{
	ID:         "DMARC025",
	Name:       "dmarc-trailing-junk",
	Title:      "A part of the DMARC record is not a tag",
	Severity:   Medium,
	Confidence: Proof,
	Why: `A record is a list of tags with a semicolon between them. Where a semicolon is missing, or a text processor has put its own
quotation marks in, two tags become one and receivers read neither as it was meant; each makes something else of it.`,
	Fix:   "Write the record anew in plain ASCII, as `tag=value` pieces with a semicolon between them.",
	Refs:  []string{"RFC 9989, section 4.8"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		add := func(key, what string, span record.Span) {
			text := cut(f.DMARC.Record.Octets, span)
			findings = append(findings, Finding{
				Key:      keyOf(key, text),
				Message:  fmt.Sprintf("%s %s%s", short(text), what, inherited(f)),
				Evidence: []Evidence{at(f.DMARC.Record, span)},
			})
		}
		for _, p := range dmarcProblems(f, record.DMARCNotATag) {
			add(string(p.Code), "is no tag", p.Span)
		}
		for _, p := range dmarcProblems(f, record.DMARCNonASCII) {
			if tag, ok := tagAt(f, p.Span); ok && strings.ContainsFunc(tag.Value, foreign) {
				add(string(p.Code), "holds a character that no value can hold", tag.Span)
			}
		}
		if f.DMARC.Parsed != nil {
			for _, t := range f.DMARC.Parsed.Tags {
				if swallowsTag(t.Value) && !repeatsItself(t) {
					add("dmarc-missing-semicolon", "is read as one tag, because a semicolon is missing", t.Span)
				}
			}
		}
		return findings
	},
	Repair: partTags,
	Examples: []Example{{
		Name: "a missing semicolon",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject rua=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `"p=reject rua=mailto:d@example.com" is read as one tag, because a semicolon is missing`,
	}, {
		Name: "a comma instead",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:a@example.com, ruf=mailto:b@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "because a semicolon is missing",
	}, {
		Name: "quotation marks of a text processor",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=\226\128\156reject\226\128\157"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "holds a character that no value can hold",
	}, {
		Name: "a piece without an equals sign",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; strict"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `"strict" is no tag`,
	}, {
		Name: "a list that repeats its tag's name is another rule's",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:a@example.com, rua=mailto:b@example.com"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "semicolons at the end, white space, and an equals sign in an address",
		Zone: `_dmarc.example.com. TXT "v=DMARC1 ; p = reject ;" " rua=mailto:d+t=x@example.com,\009mailto:e@example.com;; "
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}

// foreign reports whether no value can hold the character. White space may
// stand between the items of a list.
func foreign(r rune) bool { return (r < ' ' || r > '~') && !strings.ContainsRune("\t\r\n", r) }

// swallowsTag reports whether a value goes on with another tag that DMARC
// knows, behind white space or a comma.
func swallowsTag(value string) bool {
	words := wordsOf(value)
	for i, word := range words {
		if i > 0 && startsTag(word) != "" {
			return true
		}
	}
	return false
}

// repeatsItself reports whether all that a value goes on with has the tag's own
// name: such a list lacks no semicolon, but holds an address that is none.
func repeatsItself(t record.Tag) bool {
	for i, word := range wordsOf(t.Value) {
		if name := startsTag(word); i > 0 && name != "" && !strings.EqualFold(name, t.Name) {
			return false
		}
	}
	return true
}

// wordsOf are the words of a value; nil where it is one, which it nearly always is.
func wordsOf(value string) []string {
	if !strings.ContainsAny(value, " \t\r\n,") {
		return nil
	}
	return strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' || r == ',' })
}

// startsTag is the name of the tag that DMARC knows and a word begins with, or "".
func startsTag(word string) string {
	name, _, ok := strings.Cut(word, "=")
	switch strings.ToLower(name) {
	case "v", "p", "sp", "np", "rua", "ruf", "adkim", "aspf", "fo", "psd", "t", "pct", "rf", "ri":
		if ok {
			return name
		}
	}
	return ""
}
