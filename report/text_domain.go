package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mailposture/mailposture/facts"
)

// labelWidth is the column where the values of what was seen begin.
const labelWidth = 9

// observed writes what was seen of one domain, a block for each part.
func (t *textWriter) observed(r Result) {
	if r.MX != nil {
		t.part("MX", r.MX.Standing, mxLines(r.MX))
	}
	if lines := pathLines(r); len(lines) > 0 {
		t.part("path", Standing{State: string(facts.Present)}, lines)
	}
	if r.SPF != nil {
		t.part("SPF", r.SPF.Standing, t.spfLines(r.SPF))
	}
	if r.DMARC != nil {
		t.part("DMARC", r.DMARC.Standing, t.dmarcLines(r.DMARC))
	}
	if r.DKIM != nil {
		t.part("DKIM", r.DKIM.Standing, dkimLines(r.DKIM))
	}
	if r.M365 != nil {
		t.part("M365", r.M365.Standing, m365Lines(r.M365))
	}
}

// part writes a label, and lines beside it.
func (t *textWriter) part(label string, s Standing, lines []string) {
	if state := facts.State(s.State); state != facts.Present {
		words := s.State
		switch state {
		case facts.Absent:
			words = "none"
		case facts.Unseen:
			words = "none seen"
		case "":
			words = "not looked at"
		}
		if s.Reason != "" {
			words += ": " + s.Reason
		}
		lines = append([]string{words}, lines...)
	}
	for _, line := range lines {
		for _, piece := range t.page.broken(line, t.page.width-labelWidth) {
			t.page.line(2, t.page.in(bold, pad(label, labelWidth-2)), piece)
			label = ""
		}
	}
}

// mxLines lists the hosts in columns, then who is behind them.
func mxLines(m *MX) []string {
	if m.Null {
		return []string{"null MX: the domain takes no mail"}
	}
	const widest = 48
	host, provider := 0, 0
	for _, h := range m.Hosts {
		host = max(host, min(len(h.Host), widest))
		provider = max(provider, min(len(h.Provider), widest))
	}
	var lines []string
	for _, h := range m.Hosts {
		lines = append(lines, fmt.Sprintf("%-3d %s  %s  %s",
			h.Preference, pad(h.Host, host), pad(h.Provider, provider), addressWords(h)))
	}
	if words := mailboxWords(m); words != "" {
		lines = append(lines, words)
	}
	return lines
}

// addressWords is a host's first addresses, or why there are none.
func addressWords(h Host) string {
	const most = 2
	switch {
	case len(h.Addresses) > most:
		return fmt.Sprintf("%s and %d more", strings.Join(h.Addresses[:most], ", "), len(h.Addresses)-most)
	case len(h.Addresses) > 0:
		return strings.Join(h.Addresses, ", ")
	case h.State == string(facts.Absent):
		return "no address"
	case h.Reason != "":
		return "address unknown: " + h.Reason
	}
	return ""
}

// mailboxWords is "gateway proofpoint, mailboxes microsoft-365 (high
// confidence: dkim-cname, autodiscover)".
func mailboxWords(m *MX) string {
	var words []string
	if m.Gateway != "" {
		words = append(words, "gateway "+m.Gateway)
	}
	if m.MailboxHost != "" {
		s := "mailboxes " + m.MailboxHost
		if m.MailboxConfidence != "" {
			s += " (" + m.MailboxConfidence + " confidence"
			if len(m.MailboxEvidence) > 0 {
				s += ": " + strings.Join(m.MailboxEvidence, ", ")
			}
			s += ")"
		}
		words = append(words, s)
	}
	return strings.Join(words, ", ")
}

// spfLines is the record, what it comes to, and where its lookups go.
func (t *textWriter) spfLines(s *SPF) []string {
	lines := t.recordLines(s.Record, s.Records)
	if s.State != string(facts.Present) {
		return lines
	}
	if len(s.Records) > 1 {
		return append(lines, plural(len(s.Records), "record")+", where one is allowed: receivers use none")
	}
	figures := strings.Join(append(spfFigures(s), reachWords(s.Authorised)...), ", ")
	if validity := spfValidity(s); validity != "" {
		figures += "; " + t.page.in(red, validity)
	}
	lines = append(lines, figures)
	lines = append(lines, spfTreeLines(s.Tree)...)
	for _, check := range s.Relay {
		lines = append(lines, relayWords(check))
	}
	return lines
}

// relayWords is SPF's word on one relay.
func relayWords(c RelayCheck) string {
	words := "relay " + c.IP + ": " + c.Result
	if c.Reason != "" {
		words += " (" + c.Reason + ")"
	}
	if c.SecondOpinion != "" {
		words += "; a second implementation says " + c.SecondOpinion
	}
	return words
}

// recordLines is the records' text, wrapped to what is left of the page.
func (t *textWriter) recordLines(record string, records []string) []string {
	if record != "" {
		records = []string{record}
	}
	inner := page{width: max(t.page.width-labelWidth, minWidth)}
	for _, r := range records {
		inner.record(0, r)
	}
	if inner.out.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(inner.out.String(), "\n"), "\n")
}

// dmarcLines is the record, and what receivers apply.
func (t *textWriter) dmarcLines(d *DMARC) []string {
	lines := t.recordLines(d.Record, d.Records)
	if e := d.Effective; e != nil {
		words := "policy " + e.This
		if e.Tag != "" {
			words += " (" + e.Tag + "=)"
		}
		if sub := e.Subdomain; sub.Existing != "" {
			words += "; subdomains " + sub.Existing
			if sub.Nonexistent != sub.Existing {
				words += ", those that do not exist " + sub.Nonexistent
			}
		}
		lines = append(lines, words)
	}
	var notes []string
	if inherited(d) {
		notes = append(notes, "found above, at "+d.FoundAt)
	}
	if d.Testing {
		notes = append(notes, "t=y asks receivers for one step less")
	}
	if len(notes) > 0 {
		lines = append(lines, strings.Join(notes, "; "))
	}
	if words := oldWords(d); words != "" {
		lines = append(lines, words)
	}
	return lines
}

// dkimLines is a line for each key, the most useful first.
func dkimLines(d *DKIM) []string {
	const most = 12
	selector := 0
	for _, k := range d.Keys {
		selector = max(selector, min(utf8.RuneCountInString(k.Selector), 32))
	}
	keys := slices.Clone(d.Keys)
	slices.SortStableFunc(keys, func(a, b Key) int {
		return boolOrder(a.State == string(facts.Present), b.State == string(facts.Present))
	})
	var lines []string
	for i, k := range keys {
		if i == most {
			lines = append(lines, fmt.Sprintf("and %d more", len(keys)-most))
			break
		}
		lines = append(lines, pad(k.Selector, selector)+"  "+keyWords(k))
	}
	switch {
	case d.Wildcard:
		lines = append(lines, "any selector is answered (a wildcard), so an answer proves little")
	case len(d.Keys) == 0 && d.Tried > 0:
		lines = append(lines, plural(d.Tried, "selector")+" tried; DNS cannot list the others")
	}
	return lines
}

// boolOrder puts true first.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// keyWords is "rsa 2048, microsoft-365, by CNAME selector1-...".
func keyWords(k Key) string {
	var words []string
	if k.Type != "" {
		s := k.Type
		if k.Bits > 0 {
			s += fmt.Sprintf(" %d", k.Bits)
		}
		words = append(words, s)
	}
	if k.State != string(facts.Present) {
		words = append(words, k.State)
	}
	if k.Reason != "" {
		words = append(words, k.Reason)
	}
	if k.Provider != "" {
		words = append(words, k.Provider)
	}
	if k.CNAME != "" {
		words = append(words, "by CNAME "+k.CNAME)
	}
	return strings.Join(words, ", ")
}

// m365Lines is the signs of a tenant, and its own mail host.
func m365Lines(m *M365) []string {
	var signs []string
	for _, s := range m.Signals {
		signs = append(signs, s.Signal+" ("+s.Strength+")")
	}
	var lines []string
	if len(signs) > 0 {
		lines = append(lines, strings.Join(signs, ", "))
	}
	if m.EOPHost != "" {
		lines = append(lines, m.EOPHost)
	}
	return lines
}
