package report

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
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
		Roles: roles(f),
		MX:    newMX(f), SPF: newSPF(f), DMARC: newDMARC(f), DKIM: newDKIM(f), M365: newM365(f),
		Findings: []Finding{}, Repairs: []Repair{}, Unknown: []UnknownRule{}, NotApplicable: []string{}, NotRun: []string{},
	}
	for _, rule := range notRun {
		r.NotRun = append(r.NotRun, rule.ID)
	}
	for _, v := range verdicts {
		r.verdict(v)
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

// verdict files one rule's word.
func (r *Result) verdict(v policy.Verdict) {
	switch v.Outcome {
	case policy.Pass:
		r.Counts.Pass++
	case policy.NotApplicable:
		r.Counts.NotApplicable++
		r.NotApplicable = append(r.NotApplicable, v.Rule.ID)
	case policy.Unsure:
		r.Counts.Unknown++
		r.Unknown = append(r.Unknown, UnknownRule{Rule: v.Rule.ID, Reason: v.Reason})
	case policy.Fail:
		for _, f := range v.Findings {
			r.Findings = append(r.Findings, newFinding(r.Domain, v.Rule, f))
			r.Counts.add(v.Rule.Severity)
		}
	}
}

func (c *Counts) add(s policy.Severity) {
	switch s {
	case policy.Critical:
		c.Critical++
	case policy.High:
		c.High++
	case policy.Medium:
		c.Medium++
	case policy.Low:
		c.Low++
	case policy.Info:
		c.Info++
	}
}

func newFinding(domain string, rule *policy.Rule, f policy.Finding) Finding {
	out := Finding{
		Rule: rule.ID, Name: rule.Name, Severity: rule.Severity, Confidence: rule.Confidence, Family: rule.Family(),
		Key: record.Text(f.Key), Fingerprint: fingerprint(rule.ID, domain, f.Key), Message: record.Printable(f.Message),
		Evidence: []Evidence{}, Repairs: []int{},
	}
	for _, e := range f.Evidence {
		text, span := record.Locate(e.Octets, e.Span)
		out.Evidence = append(out.Evidence, Evidence{
			Name: record.Printable(e.Name), Kind: e.Kind, Text: text, Offset: span.Offset, Length: span.Length, Source: record.Printable(e.Source),
		})
	}
	return out
}

// fingerprint identifies a finding over time: it rests on nothing that a
// rewording, an edit elsewhere in the record or another order changes.
func fingerprint(rule, domain, key string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{rule, domain, key}, "\x00")))
	return hex.EncodeToString(sum[:])
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
	for _, h := range f.MX.Hosts {
		host := Host{
			Host: record.Printable(h.Name), Preference: int(h.Preference), Provider: h.Provider,
			State: string(h.State), Reason: record.Printable(h.Reason),
		}
		if h.Name == "" {
			host.Host = "."
		}
		for _, a := range h.Addresses {
			host.Addresses = append(host.Addresses, a.String())
		}
		m.Hosts = append(m.Hosts, host)
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
	}
	out.Record, out.Records = oneOrSeveral(s.Records)
	if s.Tree != nil {
		out.Tree = newSPFNode(s.Tree)
	}
	for _, c := range s.Relay {
		out.Relay = append(out.Relay, RelayCheck{IP: c.IP.String(), Result: string(c.Result), Reason: record.Printable(c.Reason)})
	}
	return out
}

// oneOrSeveral is the text of the one record, or the texts of several.
func oneOrSeveral(records []facts.Record) (string, []string) {
	var all []string
	for _, r := range records {
		all = append(all, record.Text(r.Octets))
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return "", all
}

func newSPFNode(n *facts.SPFNode) *SPFNode {
	out := &SPFNode{Name: record.Printable(n.Name), Standing: newStanding(n.Standing), Record: record.Text(n.Record.Octets)}
	for _, t := range n.Terms {
		term := SPFTerm{
			Term: record.Text(t.Text), Lookups: t.Lookups, Voids: t.Voids, Provider: t.Provider,
			State: string(t.State), Reason: record.Printable(t.Reason), Dead: t.Dead, Loop: t.Loop,
		}
		if t.Child != nil {
			term.Child = newSPFNode(t.Child)
		}
		out.Terms = append(out.Terms, term)
	}
	return out
}

func newDMARC(f *facts.Facts) *DMARC {
	d := &f.DMARC
	if d.State == "" {
		return nil
	}
	out := &DMARC{
		Standing: newStanding(d.Standing), Valid: d.Valid, FoundAt: record.Printable(d.FoundAt), OrganizationalDomain: d.OrgDomain,
		Path: []Step{}, Policy: string(d.Policy), RUA: []string{}, RUF: []string{},
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
			key.Type, key.Bits = record.Text(k.Parsed.Type), k.Parsed.Bits
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
	out := &M365{Standing: newStanding(m.Standing), Signals: []Signal{}, EOPHost: m.EOPHost}
	for _, s := range m.Signals {
		out.Signals = append(out.Signals, Signal{Signal: s.Name, Strength: s.Strength})
	}
	return out
}
