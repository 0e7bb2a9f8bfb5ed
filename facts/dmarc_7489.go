package facts

import (
	"strconv"

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
	domain := string(f.Domain)
	old := OldDMARC{OrgDomain: suffixOrg(domain)}
	own, known := f.policyRecord(domain)
	if known.State == Unknown || len(own) > 1 {
		old.Standing = worst(Standing{State: Absent}, known) // several end the discovery; step 5
		return old
	}
	if len(own) == 0 && old.OrgDomain != domain {
		own, known = f.policyRecord(old.OrgDomain) // step 3
	}
	old.Standing = worst(Standing{State: Absent}, known)
	if len(own) == 1 {
		old.apply(own[0], f.parsedDMARC(own[0]), domain)
	}
	return old
}

// oldDMARC is the standing of OldDMARC. A record of the domain's own decides by
// itself.
func (f *Facts) oldDMARC() Standing {
	if len(f.DMARC.Records) > 0 {
		return Standing{State: Present}
	}
	return f.OldDMARC().Standing
}

// policyRecord is the DMARC records at a domain's _dmarc name.
func (f *Facts) policyRecord(domain string) ([]Record, Standing) {
	q := Question{Name: dmarcPrefix + domain, Kind: KindTXT}
	o, ok := f.answer(q)
	if !ok {
		o = notAsked(q)
	}
	records, _ := selectTexts(texts(o), record.IsDMARC)
	return records, standing(o)
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
func (old *OldDMARC) apply(r Record, parsed *record.DMARC, domain string) {
	policy, tag := parsed.Policy, "p"
	_, hasSP := parsed.Tag("sp")
	switch broken := policy == "" || hasSP && parsed.SubdomainPolicy == ""; {
	case broken && !parsed.HasReportAddress():
		return
	case broken:
		policy = record.PolicyNone
	case hasSP && r.Name != dmarcPrefix+domain:
		policy, tag = parsed.SubdomainPolicy, "sp" // RFC 7489, section 6.3, "sp"
	}
	old.Standing = Standing{State: Present}
	old.FoundAt, old.Policy, old.Tag, old.Percent = r.Name, policy, tag, 100
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
