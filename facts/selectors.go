package facts

import (
	_ "embed" // the list of selectors
	"slices"
	"strings"

	"github.com/mailposture/mailposture/provider"
)

// selectorList ranks DKIM selectors by how often they were seen: rank order,
// a tier behind a tab. See the file's head for its source.
//
//go:embed dkim_selectors.txt
var selectorList string

// Bounds on the selectors that are tried.
const (
	maxImplied = 8   // named by evidence or by the user
	maxGuessed = 24  // of tier 1, where nothing else was found
	maxDeep    = 200 // all of the list, with Options.Deep; a test counts it
)

// rankedSelectors are the first most selectors of the list.
func rankedSelectors(most int) []string {
	selectors := make([]string, 0, most)
	for line := range strings.Lines(selectorList) {
		if len(selectors) == most {
			break
		}
		if name, _, ok := strings.Cut(line, "\t"); ok && !strings.HasPrefix(line, "#") {
			selectors = append(selectors, name)
		}
	}
	return selectors
}

// impliedSelectors are those that the user named, then those of the services
// that MX and SPF show: two of each, then what else they have.
func (b *builder) impliedSelectors() []string {
	implied := slices.Clone(b.opt.Selectors)
	most := max(maxImplied, len(implied))
	services := b.signers()
	for _, each := range []int{2, maxImplied} {
		for _, selectors := range services {
			for _, s := range selectors[:min(each, len(selectors))] {
				if s.Name != "" && len(implied) < most && !slices.Contains(implied, s.Name) {
					implied = append(implied, s.Name)
				}
			}
		}
	}
	return implied
}

// signers are the selectors of each service that may sign for the domain, most
// telling first: those that may hold its mailboxes, then those that only send.
func (b *builder) signers() [][]provider.Selector {
	var ids []string
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, h := range b.facts.MX.Hosts {
		add(h.Provider)
	}
	if b.facts.MX.Gateway != "" {
		// A gateway shows nothing of the mailboxes behind it: try the two
		// services that hold most of them.
		add(microsoft365)
		add("google-workspace")
	}
	inFront := len(ids)
	b.facts.SPF.Each(func(n *SPFNode, _ []*SPFTerm) {
		for _, t := range n.Terms {
			add(t.Provider)
		}
	})
	var holders, senders [][]provider.Selector
	for i, id := range ids {
		p, ok := b.opt.Providers.ByID(id)
		switch {
		case !ok || len(p.Selectors) == 0:
		case i < inFront || p.Kind == provider.MailboxHost:
			holders = append(holders, p.Selectors)
		default:
			senders = append(senders, p.Selectors)
		}
	}
	return append(holders, senders...)
}
