package facts

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/record"
)

// dmarcPrefix is the label under which policies stand. RFC 9989, section 4.10.
const dmarcPrefix = "_dmarc."

// dmarcName is what one name of the tree walk holds.
type dmarcName struct {
	domain   string   // without _dmarc
	name     string   // with it
	Standing          // Present: it holds policy records
	records  []Record // those with v=DMARC1
	others   []Record
	parsed   *record.DMARC // nil unless there is exactly one record
}

// dmarc finds the policy that applies to the domain. RFC 9989, section 4.10.
func (b *builder) dmarc() {
	d := &b.facts.DMARC
	walked := b.walkDMARC(b.domain)
	own := &walked[0]
	d.Records, d.Others = own.records, own.others
	if len(d.Records) == 0 {
		d.Misplaced = selectTexts(b.own, record.IsDMARC)
	}
	d.Path = make([]Step, len(walked))
	for i, n := range walked {
		d.Path[i] = Step{Name: n.name, Standing: n.Standing}
	}
	org := organizational(walked, b.domain)
	d.OrgDomain = org.domain
	b.applyDMARC(own, org)
	d.Standing = b.dmarcStanding(own, org, walked)
	b.reports()
}

// walkDMARC is the tree walk from a domain up, the domain itself first.
func (a *asker) walkDMARC(domain string) []dmarcName {
	own := a.dmarcName(domain)
	if !own.needsParents() {
		return []dmarcName{own}
	}
	above := strings.Count(domain, ".") // names there are above it
	walked := make([]dmarcName, 0, 1+min(above, maxDMARCParents))
	walked = append(walked, own)
	for _, parent, more := strings.Cut(domain, "."); more; _, parent, more = strings.Cut(parent, ".") {
		if above--; above < maxDMARCParents {
			walked = append(walked, a.dmarcName(parent))
		}
	}
	return stopAtPSD(walked)
}

// maxDMARCParents is how many names above the domain a walk asks for, so that
// none asks more than eight times: of a name of eight labels or more, those of
// seven labels and fewer. RFC 9989, section 4.10.
const maxDMARCParents = 7

// dmarcName asks for the records at one name of the walk.
func (a *asker) dmarcName(domain string) dmarcName {
	o := a.ask(dmarcPrefix+domain, KindTXT, nil)
	n := dmarcName{domain: domain, name: o.Name, Standing: standing(o)}
	all := texts(o)
	n.records = selectTexts(all, record.IsDMARC)
	if len(n.records) < len(all) {
		n.others = selectTexts(all, isOtherThanDMARC)
	}
	if len(n.records) == 1 { // several are all discarded; RFC 9989, section 4.10, step 2
		n.parsed = a.memo.parseDMARC(n.records[0].Octets)
	}
	if n.State == Present && len(n.records) == 0 {
		n.State = Absent
	}
	return n
}

func isOtherThanDMARC(octets string) bool { return !record.IsDMARC(octets) }

// needsParents reports whether the names above matter. They do not for a
// record with psd=n, nor for a record at a name of two labels: the only name
// above is the top-level domain, which is a public suffix or none of ours.
func (n *dmarcName) needsParents() bool {
	if n.parsed == nil {
		return true
	}
	return n.parsed.PSD != record.PSDNo && strings.Count(n.domain, ".") > 1
}

// stopAtPSD cuts the walk behind the first record that says where it ends.
func stopAtPSD(walked []dmarcName) []dmarcName {
	for i, n := range walked {
		if n.parsed != nil && n.parsed.PSD != record.PSDUnsure {
			return walked[:i+1]
		}
	}
	return walked
}

// orgDomain is the outcome of the walk.
type orgDomain struct {
	domain string     // "" when a name that could decide is not known
	policy *dmarcName // its record, or else that of the public suffix above it; nil when there is none
}

// organizational selects the Organizational Domain. RFC 9989, section 4.10.2.
func organizational(walked []dmarcName, start string) orgDomain {
	for i := range walked {
		if walked[i].State == Unknown {
			return orgDomain{}
		}
	}
	var highest *dmarcName
	for i := range walked {
		n := &walked[i]
		if n.parsed == nil {
			continue
		}
		if n.parsed.PSD == record.PSDYes && n.domain != start {
			below := oneBelow(start, n.domain)
			if highest != nil && highest.domain == below {
				return orgDomain{domain: below, policy: highest}
			}
			return orgDomain{domain: below, policy: n} // RFC 9989, section 4.10.1: the suffix's own
		}
		highest = n
	}
	if highest == nil {
		return orgDomain{domain: start}
	}
	return orgDomain{domain: highest.domain, policy: highest}
}

// oneBelow is the name one label below parent on the way to name.
func oneBelow(name, parent string) string {
	rest := strings.TrimSuffix(name, "."+parent)
	return rest[strings.LastIndexByte(rest, '.')+1:] + "." + parent
}

// appliesTo is the record that applies to the name where the walk began, or
// nil. Several records there end the discovery without one: RFC 9989 has them
// discarded and leaves open whether the walk goes on; RFC 7489 receivers stop,
// section 6.6.3, and so do others that follow RFC 9989. We do, because nobody
// should count on a policy that only some would find.
func (org orgDomain) appliesTo(own *dmarcName) *dmarcName {
	switch {
	case own.State == Unknown, len(own.records) > 1:
		return nil
	case own.parsed != nil:
		return own
	}
	return org.policy
}

// applyDMARC fills in the record that applies and what it asks of receivers.
// RFC 9989, section 4.10.1.
func (b *builder) applyDMARC(own *dmarcName, org orgDomain) {
	d := &b.facts.DMARC
	from := org.appliesTo(own)
	if from == nil {
		return
	}
	d.Record, d.Parsed, d.FoundAt = from.records[0], from.parsed, from.name
	if d.Valid = from.parsed.Usable(); !d.Valid {
		return
	}
	d.Policy = from.parsed.Effective()
	d.Effective.This, d.Effective.Tag = from.policyFor(b.domain, b.facts.Exists.State != Absent)
	// Names below are the Organizational Domain's to decide, not this record's.
	if org.policy != nil && org.policy.parsed.Usable() {
		d.Effective.Existing, _ = org.policy.policyFor("", true)
		d.Effective.Nonexistent, _ = org.policy.policyFor("", false)
	}
}

// policyFor is what a usable record asks for mail of a name, t=y taken into
// account, and the tag that says so. Any name but the record's own is one
// below it, "" too.
func (n *dmarcName) policyFor(name string, exists bool) (record.DMARCPolicy, string) {
	policy, tag := n.parsed.Effective(), "p"
	if name != n.domain {
		policy, tag = subdomainPolicy(n.parsed, exists)
	}
	if n.parsed.Testing {
		policy = policy.Relaxed()
	}
	return policy, tag
}

// subdomainPolicy is what a record asks for names below its own, and the tag
// that says so. RFC 9989, section 4.7, "np" and "sp".
func subdomainPolicy(r *record.DMARC, exists bool) (record.DMARCPolicy, string) {
	p := r.Effective()
	switch {
	case p != r.Policy:
		return p, "p" // corrected to p=none as a whole; RFC 9989, section 4.10.1
	case !exists && r.NonexistentPolicy != "":
		return r.NonexistentPolicy, "np"
	case r.SubdomainPolicy != "":
		return r.SubdomainPolicy, "sp"
	}
	return p, "p"
}

// dmarcStanding is Present when a record was found, here or above.
func (b *builder) dmarcStanding(own *dmarcName, org orgDomain, walked []dmarcName) Standing {
	switch {
	case own.State == Unknown:
		return own.Standing
	case own.parsed != nil || org.policy != nil || len(own.records) > 0:
		return Standing{State: Present}
	}
	for i := range walked {
		if walked[i].State == Unknown {
			return walked[i].Standing
		}
	}
	return Standing{State: Absent}
}

// org is the standing of the organizational domain: Unknown when a name that
// could decide it is not known, with the first such name as the reason.
func (d *DMARC) org() Standing {
	if d.State == "" || d.State == Unknown || d.OrgDomain != "" {
		return d.Standing
	}
	for _, step := range d.Path {
		if step.State == Unknown {
			return step.Standing
		}
	}
	return d.Standing
}

// maxReports bounds the report destinations that are asked for leave, so that
// a record cannot have us ask thousands of names of others.
const maxReports = 10

// reports asks whether each report destination outside the organizational
// domain accepts reports about this one. RFC 9990, section 4.
func (b *builder) reports() {
	d := &b.facts.DMARC
	d.ReportsKnown = d.Standing
	if d.State == Absent {
		d.ReportsKnown = Standing{State: Present}
	}
	if d.Parsed == nil {
		return
	}
	policyDomain := strings.TrimPrefix(d.FoundAt, dmarcPrefix)
	if n := len(d.Parsed.RUA) + len(d.Parsed.RUF); n > 0 {
		d.Reports = make([]ReportDestination, 0, n)
	}
	asked := make([]string, 0, maxReports)
	add := func(tag string, uris []record.ReportURI) {
		for _, u := range uris {
			r := ReportDestination{Tag: tag, URI: u, Domain: u.MailDomain()}
			if !slices.Contains(asked, r.Domain) && len(asked) < maxReports {
				asked = append(asked, r.Domain)
			}
			if slices.Contains(asked, r.Domain) {
				r.Standing = b.reportLeave(policyDomain, r.Domain)
				d.ReportsKnown = worst(d.ReportsKnown, r.Standing)
			}
			d.Reports = append(d.Reports, r)
		}
	}
	add("rua", d.Parsed.RUA)
	add("ruf", d.Parsed.RUF)
}

// reportLeave reads whether a destination accepts reports about a domain.
func (b *builder) reportLeave(policyDomain, destination string) Standing {
	org := b.facts.DMARC.OrgDomain
	switch {
	case destination == "":
		return Standing{}
	case under(destination, policyDomain), under(policyDomain, destination), org != "" && under(destination, org):
		return Standing{State: Present} // one organization asks no leave of itself
	case org == "":
		return b.facts.DMARC.org() // whose reports they are is not known
	}
	o := b.ask(policyDomain+"._report._dmarc."+destination, KindTXT, nil)
	s := standing(o)
	if s.State == Present && len(selectTexts(texts(o), record.IsDMARC)) == 0 {
		s.State = Absent
	}
	return s
}
