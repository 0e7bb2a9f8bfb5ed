package facts

import (
	"slices"

	"github.com/mailposture/mailposture/record"
)

// roles works out what the domain does with mail.
func (b *builder) roles() {
	if declared, ok := b.opt.Declared.rolesOf(b.domain); ok {
		b.facts.Roles = declaredRoles(declared)
		return
	}
	sends, receives := b.sends(), b.receives()
	b.facts.Roles = []RoleFact{sends, receives, parked(sends, receives)}
}

// receives reads whether the domain takes mail.
func (b *builder) receives() RoleFact {
	m := &b.facts.MX
	r := RoleFact{Role: Receives}
	switch {
	case b.facts.Exists.State == Absent:
		r.prove(Absent, High, "nxdomain")
	case m.State == Unknown:
		r.Standing = m.Standing
	case m.Null:
		r.prove(Absent, High, "null-mx")
	case m.State == Present:
		r.prove(Present, High, "mx")
	case m.FallbackUnknown.State == Unknown:
		r.Standing = m.FallbackUnknown
	case m.Implicit:
		// An address alone is most often a web site's. RFC 5321, section 5.1
		// lets mail go there, but nothing says that it is meant to.
		r.prove(Unseen, Low, "address-only")
	default:
		r.prove(Absent, High, "no-mx-no-address")
	}
	return r
}

// sends reads whether the domain's mail is meant to be accepted from anywhere.
func (b *builder) sends() RoleFact {
	f := b.facts
	r := RoleFact{Role: Sends}
	if f.Exists.State == Absent {
		r.prove(Absent, High, "nxdomain")
		return r
	}
	passes := f.SPF.Passes()
	if passes.State == Present {
		r.Evidence = append(r.Evidence, "spf-authorises")
	}
	if f.DKIM.State == Present {
		r.Evidence = append(r.Evidence, "dkim-key")
	}
	if f.MX.State == Present && !f.MX.Null && f.SPF.State == Absent {
		r.Evidence = append(r.Evidence, "mx") // who takes mail answers it
	}
	switch {
	case len(r.Evidence) > 1 || f.DKIM.State == Present:
		r.prove(Present, High)
	case len(r.Evidence) > 0:
		// SPF alone may come with the web space, and who takes mail may answer
		// it under another domain.
		r.prove(Present, Medium)
	case f.SPF.State == "":
		// Left out by Options.Parts: the role stays open, and is no one's fault.
	case passes.State == Unknown:
		r.Standing = passes
	case f.DKIM.State == Unknown:
		r.Standing = f.DKIM.Standing // or be a key
	case f.SPF.Valid && f.SPF.All == record.QualifierFail:
		// A record that is a permerror was meant to let somebody send.
		confidence := Medium // a key under a selector that was not tried could still sign for it
		if f.MX.Null {
			confidence = High // RFC 7505, section 4.2: such a domain should not send
		}
		r.prove(Absent, confidence, "spf-denies-all")
	case f.MX.State == Unknown:
		r.Standing = f.MX.Standing
	default:
		r.prove(Unseen, Low)
	}
	return r
}

// prove settles a role by evidence, which comes behind what there is already.
func (r *RoleFact) prove(state State, confidence Confidence, evidence ...string) {
	r.State, r.Confidence = state, confidence
	r.Evidence = append(r.Evidence, evidence...)
}

// parked sums up: neither sending nor receiving. A domain of which nothing
// speaks for mail is parked too, as far as DNS shows.
func parked(sends, receives RoleFact) RoleFact {
	r := RoleFact{Role: Parked}
	switch {
	case sends.State == Present && receives.State != Present:
		r.prove(Absent, sends.Confidence)
	case receives.State == Present:
		r.prove(Absent, receives.Confidence)
	case sends.State == "":
	case sends.State == Unknown:
		r.Standing = sends.Standing
	case receives.State == Unknown:
		r.Standing = receives.Standing
	default:
		r.prove(Present, weaker(sends.Confidence, receives.Confidence), slices.Concat(sends.Evidence, receives.Evidence)...)
		if receives.State == Absent && r.Confidence == Low {
			r.Confidence = Medium // it is proved to take none
		}
	}
	return r
}

// weaker is the lower of two confidences.
func weaker(a, b Confidence) Confidence {
	for _, c := range []Confidence{Low, Medium} {
		if a == c || b == c {
			return c
		}
	}
	return High
}
