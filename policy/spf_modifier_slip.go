package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfModifierSlip = Rule{
	ID:         "SPF030",
	Name:       "spf-modifier-slip",
	Title:      "SPF holds a word that receivers ignore",
	Severity:   Medium,
	Confidence: Proof,
	Why: `A word with an equals sign behind it is a modifier (a setting of the record), and receivers ignore modifiers that
they do not know: *include=x* is no error and no include. What the term was meant to authorise is not authorised, and no tool
that looks for errors shows it.`,
	Fix: "Write mechanisms (the terms that say who may send) with a colon (`include:`, `ip4:`, `a:`), and only `redirect=` and `exp=` " +
		"with an equals sign. Remove a second `v=spf1`.",
	Refs:    []string{"RFC 7208, section 6", "RFC 7208, section 4.6.1"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // each record is proved by itself
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		eachOwnTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			if !t.Modifier || t.Bad || t.Mechanism != "" {
				return
			}
			meant := modifierSlip(t)
			if meant == "" {
				return
			}
			findings = append(findings, Finding{
				Key:      termKey(f, n, t.Text),
				Message:  fmt.Sprintf("receivers ignore %s, %s%s", short(t.Text), meant, whose(f, n)),
				Evidence: []Evidence{term(n, t)},
			})
		})
		return findings
	},
	Examples: []Example{{
		Name:     "an include with an equals sign",
		Zone:     `example.com. TXT "v=spf1 include=_spf.example.net ip4:192.0.2.25 -all"`,
		Outcome:  Fail,
		Contains: `receivers ignore "include=_spf.example.net", which has = where the mechanism include has :`,
	}, {
		Name:     "a name that no mechanism has either",
		Zone:     `example.com. TXT "v=spf1 ipv4=192.0.2.25 -all"`,
		Outcome:  Fail,
		Contains: `receivers ignore "ipv4=192.0.2.25", which has = where the mechanism ip4 has :`,
	}, {
		Name:     "two records made one",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.25 v=spf1 ip4:192.0.2.26 -all"`,
		Outcome:  Fail,
		Contains: `receivers ignore "v=spf1", which belongs at the beginning of a record only`,
	}, {
		Name:     "a redirect with a slip",
		Zone:     `example.com. TXT "v=spf1 redirct=_spf.example.net"`,
		Outcome:  Fail,
		Contains: `receivers ignore "redirct=_spf.example.net", which is nearly redirect=`,
	}, {
		Name: "modifiers that are one, and some that others have registered or use",
		Zone: `example.com. TXT "v=spf1 ip4:192.0.2.25 exp=why.example.com ra=postmaster rp=10 rr=all op=auth moo=cow redirect=_spf.example.net"
_spf.example.net. TXT "v=spf1 -all"`,
		Outcome: Pass,
	}, {
		Name:    "a colon behind a modifier's name is a syntax error, which is another rule's",
		Zone:    `example.com. TXT "v=spf1 redirect:_spf.example.net"`,
		Outcome: Pass,
	}, {
		Name:    "a modifier that is no macro-string is a syntax error, too",
		Zone:    `example.com. TXT "v=spf1 include=%{ -all"`,
		Outcome: Pass,
	}, {
		Name: "in a service's record it is not the domain's to mend",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4=192.0.2.25 -all"`,
		Outcome: Pass,
	}},
}

// modifierSlip says what an unknown modifier was most likely meant to be, or
// "" where it may well be one that we do not know. ra, rp and rr are RFC 6652's.
func modifierSlip(t *facts.SPFTerm) string {
	mechanism := record.Mechanism(t.Name)
	switch t.Name {
	case "v", "spf", "spf1":
		return "which belongs at the beginning of a record only"
	case "ip", "ipv4":
		mechanism = record.MechIP4
	case "ipv6":
		mechanism = record.MechIP6
	}
	switch mechanism {
	case record.MechAll, record.MechInclude, record.MechA, record.MechMX, record.MechPTR, record.MechIP4, record.MechIP6, record.MechExists:
		return fmt.Sprintf("which has = where the mechanism %s has :", mechanism)
	}
	const near = 2 // letters
	switch {
	case distance(t.Name, string(record.ModRedirect)) <= near:
		return "which is nearly redirect="
	case distance(t.Name, string(record.MechInclude)) <= near:
		return "which is nearly include, and has = where that has :"
	}
	return ""
}
