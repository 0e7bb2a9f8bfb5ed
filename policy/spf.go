package policy

import (
	"github.com/mailposture/mailposture/facts"
)

// eachTerm calls visit for every term of every SPF record that the walk
// reached, in order.
func eachTerm(f *facts.Facts, visit func(n *facts.SPFNode, t *facts.SPFTerm)) {
	f.SPF.EachRecord(func(n *facts.SPFNode) {
		for i := range n.Terms {
			visit(n, &n.Terms[i])
		}
	})
}

// eachOwnTerm is eachTerm for the records at the domain itself and below it:
// those that its administrator can change.
func eachOwnTerm(f *facts.Facts, visit func(n *facts.SPFNode, t *facts.SPFTerm)) {
	f.SPF.EachRecord(func(n *facts.SPFNode) {
		if !under(n.Name, string(f.Domain)) {
			return
		}
		for i := range n.Terms {
			visit(n, &n.Terms[i])
		}
	})
}

// whose names an SPF record that is not the domain's own, for the end of a
// message; it is "" for the own one.
func whose(f *facts.Facts, n *facts.SPFNode) string {
	if n.Name == string(f.Domain) {
		return ""
	}
	return ", in the record of " + plain(n.Name)
}

// termKey is the key of a finding about a term: the record's name where it is
// not the domain's own, then the term.
func termKey(f *facts.Facts, n *facts.SPFNode, words ...string) string {
	if n.Name != string(f.Domain) {
		words = append([]string{n.Name}, words...)
	}
	return keyOf(words...)
}

// term is a term of an SPF record as evidence.
func term(n *facts.SPFNode, t *facts.SPFTerm) Evidence { return at(n.Record, t.Span) }

// ownSPF is the domain's own SPF record as evidence, or its absence.
func ownSPF(f *facts.Facts) Evidence {
	if f.SPF.Tree == nil {
		return none(string(f.Domain), facts.KindTXT)
	}
	return whole(f.SPF.Tree.Record)
}
