package report

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// spfTree is room for a tree's records and terms: two arrays instead of two
// for each record.
type spfTree struct {
	nodes []SPFNode
	terms []SPFTerm
}

func newSPFTree(root *facts.SPFNode) *SPFNode {
	nodes, terms := treeSize(root)
	t := spfTree{make([]SPFNode, nodes), make([]SPFTerm, terms)}
	return t.node(root)
}

// treeSize counts the records from n down, and their terms.
func treeSize(n *facts.SPFNode) (int, int) {
	nodes, terms := 1, len(n.Terms)
	for i := range n.Terms {
		if child := n.Terms[i].Child; child != nil {
			below, words := treeSize(child)
			nodes, terms = nodes+below, terms+words
		}
	}
	return nodes, terms
}

// node copies n and what is below it.
func (t *spfTree) node(n *facts.SPFNode) *SPFNode {
	out := &carve(&t.nodes, 1)[0]
	*out = SPFNode{
		Name: record.Printable(n.Name), Standing: newStanding(n.Standing), Record: record.Text(n.Record.Octets),
		Terms: carve(&t.terms, len(n.Terms)),
	}
	for i := range n.Terms {
		term := &n.Terms[i]
		out.Terms[i] = SPFTerm{
			Term: record.Text(term.Text), Lookups: term.Lookups, Voids: term.Voids, Provider: term.Provider,
			State: string(term.State), Reason: record.Printable(term.Reason), Dead: term.Dead, Loop: term.Loop,
		}
		if term.Child != nil {
			out.Terms[i].Child = t.node(term.Child)
		}
	}
	return out
}

// carve takes the first n of room that was made for several slices.
func carve[T any](room *[]T, n int) []T {
	part := (*room)[:n:n]
	*room = (*room)[n:]
	return part
}
