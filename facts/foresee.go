package facts

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/record"
)

// mostForeseen bounds the questions that only a repair needs. They come last,
// and take nothing from the others.
const mostForeseen = 16

// microsoftInclude is what authorises Exchange Online. Microsoft Learn, "Set up
// SPF for Microsoft 365 domains"; the national clouds have other names.
const microsoftInclude = "spf.protection.outlook.com"

// foresee asks what a broken SPF record would lead to if it were mended, so
// that a repair can be proved. Nothing that Build reports rests on the answers,
// and one that fails makes nothing unknown.
func (b *builder) foresee() {
	s := &b.facts.SPF
	if !b.opt.Wants(PartSPF) || s.State == "" || s.State == Unknown {
		return
	}
	w := &spfWalk{builder: b, share: purse{"repair", mostForeseen, mostForeseen}}
	met := b.met
	b.met = nil // these records are not the domain's
	defer func() { b.met = met }()
	switch {
	case len(s.Records) > 1:
		for _, r := range s.Records {
			w.mended(r, b.domain)
		}
	case s.State == Absent && len(s.LookAlikes) == 1:
		w.mended(s.LookAlikes[0], b.domain)
	case s.Tree != nil && (len(s.Tree.Problems) > 0 || slices.ContainsFunc(s.Tree.Terms, func(t SPFTerm) bool { return t.Dead && !t.Modifier })):
		w.mended(s.Tree.Record, b.domain)
	}
	if s.Tree != nil && len(b.facts.MX.Hosts) > 0 && b.facts.MX.Hosts[0].Provider == microsoft365 && b.facts.MX.Gateway == "" {
		w.node(microsoftInclude, 1)
	}
}

// mended walks a record as if it had no all, so that every term is alive.
func (w *spfWalk) mended(r Record, name string) {
	parsed := record.ParseSPF(strings.ReplaceAll(r.Octets, ": ", ":")) // the commonest slip hides a name
	terms := slices.DeleteFunc(parsed.Terms, func(t record.SPFTerm) bool { return t.Mechanism == record.MechAll })
	at := len(w.met)
	w.met = append(w.met, spfVisit{node: &SPFNode{Question: Question{name, KindTXT}}, open: true})
	w.terms(terms, name, 0)
	w.met[at].open = false
}
