package report

import (
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// strangerSentence says what somebody who has nothing to do with a domain can
// send as it today. It rests on what receivers that check DMARC do with mail
// whose From line names the domain. It is "" for what is no domain, and where
// DMARC was not looked at.
func strangerSentence(r Result) string {
	if r.Status == Rejected || r.DMARC == nil {
		return ""
	}
	switch why := welcomed(r); {
	case worldPasses(r):
		return "Anyone can send as " + r.Domain + " and pass for genuine, because SPF lets the whole world send."
	case facts.State(r.DMARC.State) == facts.Unknown:
		return "What strangers can send as " + r.Domain + " is not known: " + strings.TrimSuffix(r.DMARC.Reason, ".") + "."
	case why != "":
		return "Anyone can send as " + r.Domain + " and most receivers will deliver it, because " + why + "."
	}
	policy := r.DMARC.Effective.This
	by := " (DMARC " + policy + ")"
	if inherited(r.DMARC) {
		by = " (DMARC " + policy + " of " + strings.TrimPrefix(r.DMARC.FoundAt, "_dmarc.") + ")"
	}
	words := "What strangers send as " + r.Domain + " goes to the spam folder at most receivers" + by + "."
	if policy == "reject" {
		words = "Strangers cannot send as " + r.Domain + ": most receivers refuse it" + by + "."
	}
	if r.DMARC.Effective.Subdomain.Nonexistent == "none" {
		words += " As a made-up name below it anyone can: the policy there is none."
	}
	return words
}

// worldPasses reports whether SPF passes for nearly every address, and with it
// DMARC: a stranger takes the domain for the envelope, too. A record that is
// known to be broken passes for none. It reads the count rather than the
// findings, of which a run may leave some out.
func worldPasses(r Result) bool {
	return r.SPF != nil && (r.SPF.Valid || r.Status == Incomplete) && r.SPF.Authorised != nil && r.SPF.Authorised.IPv4 >= theWorld
}

// theWorld is about eight in ten of the IPv4 addresses that hosts can have.
const theWorld = 3_000_000_000

// welcomed says why receivers do nothing against forged mail, or "" when a
// policy has them act.
func welcomed(r Result) string {
	d := r.DMARC
	why := ""
	switch {
	case len(d.Records) > 1:
		why = "there are " + plural(len(d.Records), "DMARC record") + ", so that none counts"
	case d.Effective != nil && (d.Effective.This == "reject" || d.Effective.This == "quarantine"):
		return ""
	case facts.State(d.State) != facts.Present:
		why = "there is no DMARC policy"
	case d.Effective == nil || !d.Valid:
		why = "the DMARC record is not usable"
	case d.Testing:
		why = "DMARC is in test mode (t=y)"
	default:
		why = "DMARC asks them to do nothing (" + d.Effective.Tag + "=none)"
	}
	return why + spfWhy(r.SPF)
}

// spfWhy adds what SPF does not do about it. Without a DMARC policy it guards
// the envelope only, which readers do not see: RFC 7208, section 11.2.
func spfWhy(s *SPF) string {
	switch {
	case s == nil || facts.State(s.State) == facts.Unknown:
		return ""
	case facts.State(s.State) == facts.Absent:
		return ", and no SPF record"
	case s.All == "?" || s.All == "" && s.LookupsComplete:
		return ", and SPF says nothing about other servers"
	}
	return "; SPF alone does not guard the From line"
}
