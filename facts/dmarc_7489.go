package facts

import (
	"strconv"
	"strings"

	"github.com/mailposture/mailposture/record"
)

// OldDMARC is DMARC as a receiver sees it that still follows RFC 7489: with the
// public suffix list instead of the tree walk, and without np, psd and t, which
// that RFC does not know.
type OldDMARC struct {
	Standing                     // Present: a policy applies
	OrgDomain string             // one label below the public suffix; RFC 7489, section 3.2
	FoundAt   string             // the name that holds the record, "" when none applies
	Policy    record.DMARCPolicy // for this very name, before pct
	Tag       string             // the tag that gave it: "p" or "sp"
	Percent   int                // pct: of how much failing mail; default 100. RFC 7489, section 6.3
}

// OldDMARC works out what an RFC 7489 receiver does, from the answers that the
// tree walk has used: it asks for fewer names. RFC 7489, section 6.6.3.
func (f *Facts) OldDMARC() OldDMARC {
	if f.DMARC.State == "" {
		return OldDMARC{}
	}
	d, domain := &f.DMARC, string(f.Domain)
	old := OldDMARC{OrgDomain: suffixOrg(domain)}
	own := d.Path[0].Standing // present only where there are records
	switch {
	case len(d.Records) == 1:
		old.apply(d.Records[0].Name, f.parsedDMARC(d.Records[0]), domain)
	case len(d.Records) > 1:
		old.Standing = Standing{State: Absent} // several end the discovery; step 5
	case own.State == Unknown, old.OrgDomain == domain:
		old.Standing = own
	default:
		old.inherit(f) // step 3
	}
	if old.State == "" {
		old.Standing = Standing{State: Absent}
	}
	return old
}

// inherit looks for the Organizational Domain's record.
func (old *OldDMARC) inherit(f *Facts) {
	d := &f.DMARC
	if d.Parsed != nil && strings.TrimPrefix(d.FoundAt, dmarcPrefix) == old.OrgDomain {
		old.apply(d.FoundAt, d.Parsed, string(f.Domain)) // the same, which needs no second reading
		return
	}
	q := Question{Name: dmarcPrefix + old.OrgDomain, Kind: KindTXT}
	o, ok := f.answer(q)
	if !ok {
		o = notAsked(q)
	}
	old.Standing = worst(Standing{State: Absent}, standing(o))
	if records := selectTexts(texts(o), record.IsDMARC); len(records) == 1 {
		old.apply(q.Name, f.parsedDMARC(records[0]), string(f.Domain))
	}
}

// oldDMARC is the standing of OldDMARC. A record of the domain's own decides by
// itself.
func (f *Facts) oldDMARC() Standing {
	if len(f.DMARC.Records) > 0 {
		return Standing{State: Present}
	}
	return f.OldDMARC().Standing
}

// parsedDMARC parses a record, or finds it parsed.
func (f *Facts) parsedDMARC(r Record) *record.DMARC {
	if f.DMARC.Parsed != nil && f.DMARC.Record.Question == r.Question && f.DMARC.Record.Octets == r.Octets {
		return f.DMARC.Parsed
	}
	parsed := record.ParseDMARC(r.Octets)
	return &parsed
}

// apply reads what a record asks for. One without a valid p, or with an sp that
// is not valid, counts as p=none if it has a report address, and otherwise as
// no record. RFC 7489, section 6.6.3, step 6.
func (old *OldDMARC) apply(foundAt string, parsed *record.DMARC, domain string) {
	policy, tag := parsed.Policy, "p"
	_, hasSP := parsed.Tag("sp")
	switch broken := policy == "" || hasSP && parsed.SubdomainPolicy == ""; {
	case broken && !parsed.HasReportAddress():
		return
	case broken:
		policy = record.PolicyNone
	case hasSP && strings.TrimPrefix(foundAt, dmarcPrefix) != domain:
		policy, tag = parsed.SubdomainPolicy, "sp" // RFC 7489, section 6.3, "sp"
	}
	old.Standing = Standing{State: Present}
	old.FoundAt, old.Policy, old.Tag, old.Percent = foundAt, policy, tag, 100
	if pct, ok := parsed.Tag("pct"); ok {
		if n, err := strconv.Atoi(pct.Value); err == nil && 0 <= n && n <= 100 {
			old.Percent = n
		}
	}
}

// Applied is the policy after pct=0, which has receivers take the next lower
// one for all mail. RFC 7489, section 6.6.4.
func (old OldDMARC) Applied() record.DMARCPolicy {
	if old.Percent == 0 {
		return old.Policy.Relaxed()
	}
	return old.Policy
}

// Differs reports whether the two kinds of receivers treat the domain's mail
// in different ways: they apply another policy, or one applies and they align by
// another Organizational Domain. What is not known does not differ.
func (old OldDMARC) Differs(d *DMARC) bool {
	switch {
	case old.State == Unknown || old.State == "" || d.State == Unknown || d.org().State == Unknown:
		return false
	case old.Applied() != d.Effective.This:
		return true
	}
	return old.Policy != "" && old.OrgDomain != d.OrgDomain
}
