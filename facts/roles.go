package facts

import "github.com/mailposture/mailposture/record"

// roles works out what the domain does with mail.
func (b *builder) roles() {
	sends, receives := b.sends(), b.receives()
	b.facts.Roles = []RoleFact{sends, receives, parked(sends, receives)}
}

// receives reads whether the domain takes mail.
func (b *builder) receives() RoleFact {
	m := &b.facts.MX
	r := RoleFact{Role: Receives}
	switch {
	case b.facts.Exists.State == Absent:
		r.State, r.Evidence = Absent, []string{"nxdomain"}
	case m.State == Unknown:
		r.Standing = m.Standing
	case m.Null:
		r.State, r.Evidence = Absent, []string{"null-mx"}
	case m.State == Present:
		r.State, r.Evidence = Present, []string{"mx"}
	case m.FallbackUnknown.State == Unknown:
		r.Standing = m.FallbackUnknown
	case m.Implicit:
		// An address alone is most often a web site's. RFC 5321, section 5.1
		// lets mail go there, but nothing says that it is meant to.
		r.State, r.Evidence = Unseen, []string{"address-only"}
	default:
		r.State, r.Evidence = Absent, []string{"no-mx-no-address"}
	}
	return r
}

// sends reads whether the domain's mail is meant to be accepted from anywhere.
func (b *builder) sends() RoleFact {
	f := b.facts
	r := RoleFact{Role: Sends}
	if f.Exists.State == Absent {
		r.State, r.Evidence = Absent, []string{"nxdomain"}
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
	case len(r.Evidence) > 0:
		r.State = Present
	case f.SPF.State == "":
		// Left out by Options.Parts: the role stays open, and is no one's fault.
	case passes.State == Unknown:
		r.Standing = passes
	case f.DKIM.State == Unknown:
		r.Standing = f.DKIM.Standing // or be a key
	case f.SPF.Valid && f.SPF.All == record.QualifierFail:
		// A record that is a permerror was meant to let somebody send.
		r.State, r.Evidence = Absent, []string{"spf-denies-all"}
	case f.MX.State == Unknown:
		r.Standing = f.MX.Standing
	default:
		r.State = Unseen
	}
	return r
}

// parked sums up: neither sending nor receiving. A domain of which nothing
// speaks for mail is parked too, as far as DNS shows.
func parked(sends, receives RoleFact) RoleFact {
	r := RoleFact{Role: Parked}
	switch {
	case sends.State == Present || receives.State == Present:
		r.State = Absent
	case sends.State == "":
	case sends.State == Unknown:
		r.Standing = sends.Standing
	case receives.State == Unknown:
		r.Standing = receives.Standing
	default:
		r.State = Present
		r.Evidence = append(append(r.Evidence, sends.Evidence...), receives.Evidence...)
	}
	return r
}
