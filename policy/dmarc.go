package policy

import (
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// dmarcPrefix is the label under which policies stand. RFC 9989, section 4.5.
const dmarcPrefix = "_dmarc."

// inherited names the domain whose DMARC record applies, for the end of a
// message, where it is not the domain's own.
func inherited(f *facts.Facts) string {
	from := strings.TrimPrefix(f.DMARC.FoundAt, dmarcPrefix)
	if from == string(f.Domain) {
		return ""
	}
	return ", in the record of " + from + ", which applies here"
}

// ownDMARC is the question for the domain's own policy.
func ownDMARC(f *facts.Facts) facts.Question {
	return facts.Question{Name: dmarcPrefix + string(f.Domain), Kind: facts.KindTXT}
}

// dmarcProblems are the problems with one of the codes in the DMARC record
// that applies.
func dmarcProblems(f *facts.Facts, codes ...record.Code) []record.Problem {
	var problems []record.Problem
	if f.DMARC.Parsed == nil {
		return nil
	}
	for _, p := range f.DMARC.Parsed.Problems {
		for _, code := range codes {
			if p.Code == code {
				problems = append(problems, p)
			}
		}
	}
	return problems
}

// tagAt is the tag of the record that applies in which a problem lies.
func tagAt(f *facts.Facts, span record.Span) (record.Tag, bool) {
	for _, t := range f.DMARC.Parsed.Tags {
		if t.Offset <= span.Offset && span.End() <= t.End() {
			return t, true
		}
	}
	return record.Tag{}, false
}

// cut is a part of a record's octets.
func cut(octets string, span record.Span) string { return octets[span.Offset:span.End()] }

// resemblesDMARC reports whether a TXT record was meant as a DMARC record
// although no receiver selects it: the wrong case or number in the version,
// the tags in another order, a quote or space in front. Tokens that services
// have put there to verify a domain are none.
func resemblesDMARC(octets string) bool {
	tidy := strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", `"`, "", "'", "", `\`, "")
	text := tidy.Replace(strings.ToLower(octets))
	if strings.HasPrefix(text, "dmarc1") || strings.HasPrefix(text, "v:dmarc") || strings.HasPrefix(text, "vdmarc1") {
		return true
	}
	for tag := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(tag, "=")
		switch name {
		case "v":
			if strings.HasPrefix(value, "dmarc") {
				return true
			}
		case "p":
			if policy := record.DMARCPolicy(value); policy == record.PolicyNone || policy.Enforces() {
				return true
			}
		}
	}
	return false
}
