package policy

import (
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfSyntaxError = Rule{
	ID:         "SPF004",
	Name:       "spf-syntax-error",
	Title:      "An SPF record has a syntax error",
	Severity:   High,
	Confidence: Proof,
	Why: `One term that is wrong spoils the whole record: receivers must give **permerror** (SPF cannot be used) without
looking at the other terms, and no server passes. An error in a record that is included does the same, unless a term before the
include matches.`,
	Fix: "Correct or remove the term that is shown. If the record is a service's, tell the service, and list its addresses with `ip4` and `ip6` " +
		"until it is mended.",
	Refs:    []string{"RFC 7208, section 4.6", "RFC 7208, section 12"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each record is proved wrong by itself
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		f.SPF.EachRecord(func(n *facts.SPFNode) {
			for _, p := range n.Problems {
				place := termAt(n, p)
				text := cut(n.Record.Octets, place)
				findings = append(findings, Finding{
					Key:      termKey(f, n, string(p.Code), text),
					Message:  short(text) + " " + spfFault(p, text) + joined(n, place) + whose(f, n),
					Evidence: []Evidence{at(n.Record, p.Span)},
				})
			}
		})
		return findings
	},
	Repair: spellSPF,
	Examples: []Example{{
		Name:     "a slip in a mechanism's name",
		Zone:     `example.com. TXT "v=spf1 inlude:_spf.example.net -all"`,
		Outcome:  Fail,
		Contains: `"inlude:_spf.example.net" is no term that SPF knows`,
	}, {
		Name:     "a prefix that is too long",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.0/33 -all"`,
		Outcome:  Fail,
		Contains: `"ip4:192.0.2.0/33" has a prefix length that is not valid`,
	}, {
		Name:     "character-strings that were joined without a space",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.0/24" "ip4:198.51.100.0/24 -all"`,
		Outcome:  Fail,
		Contains: `"ip4:192.0.2.0/24ip4:198.51.100.0/24" has a prefix length that is not valid, because a space is missing where two character-strings meet`,
	}, {
		Name:     "a dash from a text processor",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.1 \226\128\147all"`,
		Outcome:  Fail,
		Contains: `"\xe2\x80\x93all" holds a character that no term can hold`,
	}, {
		Name: "an error in a record that is included",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4:192.0.2 -all"`,
		Outcome:  Fail,
		Contains: `"ip4:192.0.2" holds no IPv4 address, in the record of _spf.example.net`,
	}, {
		Name: "prefixes, macros and unknown modifiers are no errors",
		Zone: `example.com. TXT "v=spf1 a/24 mx/24//64 a:mail.example.com/28 exists:%{i}._spf.%{d} ra=postmaster moo=cow -all exp=why.example.com"
example.com. A 192.0.2.1
example.com. MX 10 mail.example.com.
mail.example.com. A 192.0.2.2`,
		Outcome: Pass,
	}, {
		Name: "an error behind a redirect that is never followed",
		Zone: `example.com. TXT "v=spf1 ip4:192.0.2.1 -all redirect=_spf.example.net"
_spf.example.net. TXT "v=spf1 ip4:192.0.2 -all"`,
		Outcome: Pass,
	}},
}

// spfFault says what is wrong with a term, behind its text.
func spfFault(p record.Problem, text string) string {
	switch p.Code {
	case record.SPFMissingDomain:
		return "names no domain"
	case record.SPFBadDomain:
		return "names a domain that is not valid"
	case record.SPFBadMacro:
		return "has a macro that is not valid"
	case record.SPFBadAddress:
		if strings.HasPrefix(strings.ToLower(strings.TrimLeft(text, "+-~?")), "ip6") {
			return "holds no IPv6 address"
		}
		return "holds no IPv4 address"
	case record.SPFBadCIDR:
		return "has a prefix length that is not valid"
	case record.SPFUnexpectedValue:
		return "has something behind its name that cannot stand there"
	case record.SPFDuplicateModifier:
		return "stands there twice, which is not allowed"
	case record.SPFQualifiedModifier:
		return "has a qualifier, which a modifier cannot have"
	case record.SPFBadSeparator:
		return "holds a tab or a line break where a space must be"
	case record.SPFNonASCII:
		return "holds a character that no term can hold"
	}
	return "is no term that SPF knows"
}
