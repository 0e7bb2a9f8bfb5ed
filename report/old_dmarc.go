package report

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// OldDMARC is what a receiver does that still follows RFC 7489, with the public
// suffix list.
type OldDMARC struct {
	Standing
	OrganizationalDomain string `json:"organizational_domain,omitempty"`
	FoundAt              string `json:"found_at,omitempty"`
	Policy               string `json:"policy,omitempty"` // before pct; absent when none applies
	Tag                  string `json:"tag,omitempty"`
	Percent              *int   `json:"pct,omitempty"` // of failing mail; absent when it is 100
	Differs              bool   `json:"differs"`       // from what an RFC 9989 receiver does
}

// newOldDMARC makes the rfc7489 object; nil where nothing is known to apply to
// either kind of receiver.
func newOldDMARC(f *facts.Facts) *OldDMARC {
	old := f.OldDMARC()
	if old.State != facts.Present && f.DMARC.State == facts.Absent {
		return nil
	}
	out := &OldDMARC{
		Standing: newStanding(old.Standing), OrganizationalDomain: record.Printable(old.OrgDomain),
		FoundAt: record.Printable(old.FoundAt), Policy: string(old.Policy), Tag: old.Tag, Differs: old.Differs(&f.DMARC),
	}
	if old.State == facts.Present && old.Percent < 100 {
		percent := old.Percent
		out.Percent = &percent
	}
	return out
}

// oldWords is "RFC 7489 receivers: policy none (sp=), organizational domain
// example.com", or "" where they do the same as others.
func oldWords(d *DMARC) string {
	old := d.RFC7489
	if old == nil || !old.Differs {
		return ""
	}
	words := "RFC 7489 receivers: no policy"
	if old.Policy != "" {
		words = fmt.Sprintf("RFC 7489 receivers: policy %s (%s=)", old.Policy, old.Tag)
	}
	if old.Percent != nil {
		words += fmt.Sprintf(" for %d%% of mail", *old.Percent)
	}
	if old.OrganizationalDomain != d.OrganizationalDomain {
		words += ", organizational domain " + old.OrganizationalDomain
	}
	return words
}

func (e *encoder) oldDMARC(old *OldDMARC) *encoder {
	e.raw("{").standing(&old.Standing).someText("organizational_domain", old.OrganizationalDomain).someText("found_at", old.FoundAt)
	e.someText("policy", old.Policy).someText("tag", old.Tag)
	if old.Percent != nil {
		e.number("pct", *old.Percent)
	}
	return e.flag("differs", old.Differs).raw("}")
}
