package report

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/record"
)

// New makes the result of one domain. by names the program and the rules;
// notRun are the rules that were not asked for.
func New(by string, s *facts.Snapshot, f *facts.Facts, verdicts []policy.Verdict, notRun []policy.Rule) Result {
	r := Result{
		Schema: ResultSchema, By: by, Domain: string(f.Domain), Time: second(s.Taken), Status: Complete,
		Roles: roles(f), RoleFacts: newRoleFacts(f), Parked: newParked(f),
		MX: newMX(f), SPF: newSPF(f), DMARC: newDMARC(f), DKIM: newDKIM(f), M365: newM365(f), Mailbox: newMailbox(f),
		Repairs: []Repair{}, NotRun: make([]string, len(notRun)),
	}
	for i := range notRun {
		r.NotRun[i] = notRun[i].ID
	}
	evidence := r.count(verdicts)
	for i := range verdicts {
		r.verdict(&verdicts[i], &evidence)
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return a.Severity.Rank() - b.Severity.Rank() })
	if len(r.Unknown) > 0 || unknownPart(f) {
		r.Status = Incomplete
	}
	return r
}

// NewRejected makes the result of an input that is no domain.
func NewRejected(by string, at time.Time, input Input, reason string) Result {
	return Result{
		Schema: ResultSchema, By: by, Time: second(at), Status: Rejected, Reason: record.Printable(reason), Input: &input,
		Roles: []string{}, Findings: []Finding{}, Repairs: []Repair{}, Unknown: []UnknownRule{}, NotApplicable: []string{}, NotRun: []string{},
	}
}

// second is a time as results give it: UTC, in whole seconds.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// NewRules is what writers need of rules.
func NewRules(rules []policy.Rule) []Rule {
	out := make([]Rule, len(rules))
	for i, r := range rules {
		out[i] = Rule{
			ID: r.ID, Name: r.Name, Family: r.Family(), Title: r.Title, Severity: r.Severity, Confidence: r.Confidence,
			Why: r.Why, Fix: r.Fix, Refs: r.Refs,
		}
	}
	return out
}

// unknownPart reports whether a part that was asked for is not fully known.
func unknownPart(f *facts.Facts) bool {
	for _, p := range []facts.Part{
		facts.PartMX, facts.PartHosts, facts.PartSPF, facts.PartSPFVoids, facts.PartSPFRelay,
		facts.PartDMARC, facts.PartReports, facts.PartDKIM, facts.PartM365,
	} {
		if f.Options.Wants(p) && f.Part(p).State == facts.Unknown {
			return true
		}
	}
	return false
}

func roles(f *facts.Facts) []string {
	names := []string{}
	for _, r := range f.Roles {
		if r.State == facts.Present {
			names = append(names, string(r.Role))
		}
	}
	return names
}

// count sums the outcomes up, and makes room for what they will be filed as:
// in the result, and for the evidence of all findings.
func (r *Result) count(verdicts []policy.Verdict) []Evidence {
	findings, evidence := 0, 0
	for i := range verdicts {
		switch v := &verdicts[i]; v.Outcome {
		case policy.Pass:
			r.Counts.Pass++
		case policy.NotApplicable:
			r.Counts.NotApplicable++
		case policy.Unsure:
			r.Counts.Unknown++
		case policy.Fail:
			findings += len(v.Findings)
			r.Counts.add(v.Rule.Severity, len(v.Findings))
			for j := range v.Findings {
				evidence += len(v.Findings[j].Evidence)
			}
		}
	}
	r.Findings = make([]Finding, 0, findings)
	r.Unknown = make([]UnknownRule, 0, r.Counts.Unknown)
	r.NotApplicable = make([]string, 0, r.Counts.NotApplicable)
	return make([]Evidence, evidence)
}

func (c *Counts) add(s policy.Severity, n int) {
	switch s {
	case policy.Critical:
		c.Critical += n
	case policy.High:
		c.High += n
	case policy.Medium:
		c.Medium += n
	case policy.Low:
		c.Low += n
	case policy.Info:
		c.Info += n
	}
}

// verdict files one rule's word. room is for the evidence.
func (r *Result) verdict(v *policy.Verdict, room *[]Evidence) {
	switch v.Outcome {
	case policy.NotApplicable:
		r.NotApplicable = append(r.NotApplicable, v.Rule.ID)
	case policy.Unsure:
		r.Unknown = append(r.Unknown, UnknownRule{Rule: v.Rule.ID, Reason: v.Reason})
	case policy.Fail:
		for i := range v.Findings {
			r.Findings = append(r.Findings, newFinding(r.Domain, v.Rule, &v.Findings[i], room))
		}
	}
}

func newFinding(domain string, rule *policy.Rule, f *policy.Finding, room *[]Evidence) Finding {
	out := Finding{
		Rule: rule.ID, Name: rule.Name, Severity: rule.Severity, Confidence: rule.Confidence, Family: rule.Family(),
		Key: record.Text(f.Key), Fingerprint: fingerprint(rule.ID, domain, f.Key), Message: record.Printable(f.Message),
		Evidence: carve(room, len(f.Evidence)), Repairs: []int{},
	}
	for i := range f.Evidence {
		e := &f.Evidence[i]
		text, span := record.Locate(e.Octets, e.Span)
		out.Evidence[i] = Evidence{
			Name: record.Printable(e.Name), Kind: e.Kind, Text: text, Offset: span.Offset, Length: span.Length, Source: record.Printable(e.Source),
		}
	}
	return out
}

// fingerprint identifies a finding over time: it rests on nothing that a
// rewording, an edit elsewhere in the record or another order changes.
func fingerprint(rule, domain, key string) string {
	var room [512]byte // on the stack; more than a rule, a domain and most keys need
	text := append(append(append(room[:0], rule...), 0), domain...)
	sum := sha256.Sum256(append(append(text, 0), key...))
	hex.Encode(room[:], sum[:])
	return string(room[:hex.EncodedLen(len(sum))])
}

func newStanding(s facts.Standing) Standing {
	return Standing{State: string(s.State), Reason: record.Printable(s.Reason)}
}

func newMX(f *facts.Facts) *MX {
	if f.MX.State == "" {
		return nil
	}
	m := &MX{
		Standing: newStanding(f.MX.Standing), Null: f.MX.Null, Hosts: []Host{}, Gateway: f.MX.Gateway,
		MailboxHost: f.Mailbox.Host, MailboxConfidence: string(f.Mailbox.Confidence), MailboxEvidence: f.Mailbox.Evidence,
	}
	if f.MX.Implicit {
		return m // the domain's own address is no MX
	}
	m.Hosts = make([]Host, len(f.MX.Hosts))
	for i := range m.Hosts {
		h := &f.MX.Hosts[i]
		m.Hosts[i] = Host{
			Host: record.Printable(h.Name), Preference: int(h.Preference), Provider: h.Provider,
			State: string(h.State), Reason: record.Printable(h.Reason),
		}
		if h.Name == "" {
			m.Hosts[i].Host = "."
		}
		for _, a := range h.Addresses {
			m.Hosts[i].Addresses = append(m.Hosts[i].Addresses, a.String())
		}
	}
	return m
}

func newSPF(f *facts.Facts) *SPF {
	s := &f.SPF
	if s.State == "" {
		return nil
	}
	out := &SPF{
		Standing: newStanding(s.Standing), Valid: s.Valid, Lookups: s.Lookups, VoidLookups: s.VoidLookups,
		LookupsComplete: s.Walk.State != facts.Unknown, All: s.All.String(),
		AnswerOctets: f.AnswerOctets(string(f.Domain)), Authorised: newReach(f),
	}
	if len(s.Records) == 1 {
		out.Strings = len(s.Records[0].Ends)
	}
	out.Record, out.Records = oneOrSeveral(s.Records)
	if s.Tree != nil {
		out.Tree = newSPFTree(s.Tree)
	}
	for _, c := range s.Relay {
		out.Relay = append(out.Relay, RelayCheck{IP: c.IP.String(), Result: string(c.Result), Reason: record.Printable(c.Reason)})
	}
	return out
}

// oneOrSeveral is the text of the one record, or the texts of several.
func oneOrSeveral(records []facts.Record) (string, []string) {
	if len(records) == 1 {
		return record.Text(records[0].Octets), nil
	}
	var all []string
	for _, r := range records {
		all = append(all, record.Text(r.Octets))
	}
	return "", all
}

func newDMARC(f *facts.Facts) *DMARC {
	d := &f.DMARC
	if d.State == "" {
		return nil
	}
	out := &DMARC{
		Standing: newStanding(d.Standing), Valid: d.Valid, FoundAt: record.Printable(d.FoundAt), OrganizationalDomain: d.OrgDomain,
		Path: []Step{}, Policy: string(d.Policy), RUA: []string{}, RUF: []string{}, RFC7489: newOldDMARC(f),
	}
	for _, s := range d.Path {
		out.Path = append(out.Path, Step{Name: s.Name, Standing: newStanding(s.Standing)})
	}
	out.Record = record.Text(d.Record.Octets)
	if len(d.Records) > 1 {
		out.Record, out.Records = oneOrSeveral(d.Records)
	}
	if d.Parsed == nil {
		return out
	}
	if d.Effective.This != "" {
		out.Effective = &Effective{
			This: string(d.Effective.This), Tag: d.Effective.Tag,
			Subdomain: Subdomain{Existing: string(d.Effective.Existing), Nonexistent: string(d.Effective.Nonexistent)},
		}
	}
	out.ADKIM, out.ASPF, out.Testing = string(d.Parsed.DKIMAlignment), string(d.Parsed.SPFAlignment), d.Parsed.Testing
	for _, u := range d.Parsed.RUA {
		out.RUA = append(out.RUA, record.Text(u.Text))
	}
	for _, u := range d.Parsed.RUF {
		out.RUF = append(out.RUF, record.Text(u.Text))
	}
	return out
}

func newDKIM(f *facts.Facts) *DKIM {
	d := &f.DKIM
	if d.State == "" {
		return nil
	}
	out := &DKIM{Standing: newStanding(d.Standing), Keys: []Key{}, Tried: len(d.Tried), Wildcard: d.Wildcard != nil}
	for _, k := range d.Keys {
		key := Key{
			Selector: record.Printable(k.Selector), Standing: Standing{State: string(k.State), Reason: record.Printable(k.Reason)}, Provider: k.Provider,
		}
		if len(k.Chain) > 0 {
			key.CNAME = record.Printable(k.Chain[0])
		}
		if k.Parsed != nil {
			key.Type, key.Bits, key.Digest = record.Text(k.Parsed.Type), k.Parsed.Bits, keyDigest(k.Parsed.Key)
		}
		out.Keys = append(out.Keys, key)
	}
	return out
}

func newM365(f *facts.Facts) *M365 {
	m := &f.M365
	if m.State == "" {
		return nil
	}
	out := &M365{Standing: newStanding(m.Standing), Signals: []Signal{}, EOPHost: m.EOPHost, Settings: newSettings(&f.Tenant)}
	for _, s := range m.Signals {
		out.Signals = append(out.Signals, Signal{Signal: s.Name, Strength: s.Strength})
	}
	return out
}
