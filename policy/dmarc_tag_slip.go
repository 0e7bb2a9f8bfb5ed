package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcTagSlip = Rule{
	ID:         "DMARC029",
	Name:       "dmarc-tag-slip",
	Title:      "A DMARC tag is misspelt",
	Severity:   Medium,
	Confidence: Likely,
	Why: `Receivers ignore a tag that they do not know. This one looks like a tag that the record lacks, and has a value for
it: the reports or the policy that were meant are not there, and nothing shows it.`,
	Fix:   "Correct the tag's name to the one that is shown.",
	Refs:  []string{"RFC 9989, section 4.7"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		for _, p := range dmarcProblems(f, record.DMARCUnknownTag) {
			tag, _ := tagAt(f, p.Span)
			meant := meantTag(f.DMARC.Parsed, tag)
			if meant == "" {
				continue
			}
			findings = append(findings, Finding{
				Key:      keyOf(strings.ToLower(tag.Name)),
				Message:  fmt.Sprintf("the tag %s is unknown and ignored; %s seems to be meant%s", short(tag.Name), meant, inherited(f)),
				Evidence: []Evidence{at(f.DMARC.Record, p.Span)},
			})
		}
		return findings
	},
	Repair: spellTags,
	Examples: []Example{{
		Name: "two letters changed places",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rau=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: `the tag "rau" is unknown and ignored; rua seems to be meant`,
	}, {
		Name: "a letter too many",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; spp=reject"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "sp seems to be meant",
	}, {
		Name: "the right tag is there too",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:d@example.com; rau=mailto:e@example.com"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "a tag that resembles one, with a value that it cannot have",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rub=yes; npp=1"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "a tag like none",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; contact=mailto:d@example.com"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}

// meantTag is the tag that an unknown one was meant to be, or "": it is one
// slip away, the record lacks it, and the value is one that it can have.
func meantTag(parsed *record.DMARC, tag record.Tag) string {
	name, value := strings.ToLower(tag.Name), strings.ToLower(tag.Value)
	policy := record.DMARCPolicy(value) == record.PolicyNone || record.DMARCPolicy(value).Enforces()
	for _, known := range []struct {
		tag  string
		fits bool
	}{
		{"rua", strings.Contains(value, "@")}, {"ruf", strings.Contains(value, "@")},
		{"sp", policy}, {"np", policy},
		{"adkim", value == "r" || value == "s"}, {"aspf", value == "r" || value == "s"},
	} {
		if _, there := parsed.Tag(known.tag); !there && known.fits && oneSlip(name, known.tag) {
			return known.tag
		}
	}
	return ""
}

// oneSlip reports whether one letter, or the places of two, differ.
func oneSlip(word, meant string) bool {
	sorted := func(s string) string {
		letters := []byte(s)
		slices.Sort(letters)
		return string(letters)
	}
	return distance(word, meant) == 1 || len(word) <= maxWord && sorted(word) == sorted(meant)
}
