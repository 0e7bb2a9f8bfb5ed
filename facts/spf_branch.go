package facts

import (
	"slices"

	"github.com/mailposture/mailposture/provider"
)

// spfSum is what the walk of one subtree comes to, besides its records.
type spfSum struct {
	broken  bool // some evaluation ends in permerror
	unknown bool // rests on a question without an answer, or on one that failed
	reach   int  // the earliest place in spfWalk.met that a term leads back to, or that of the subtree itself
	deepest int  // depth of the deepest record that a term leads to
}

// spfBranch is all that an include led to on some walk, with the answers that
// it rests on. It looks the same wherever it hangs: no term in it leads to a
// record outside, none was refused for its depth, and every answer is
// complete. What a term asks never depends on the message or on the records
// above it: a name with any macro but %{d}, which is the record's own name, is
// not asked for.
type spfBranch struct {
	nodes     []*SPFNode    // in the order of the walk: the include's own record first
	asked     []Observation // each once, in the order of asking
	providers *provider.Catalogue
	height    int // records from the first one down to the deepest
	broken    bool
}

// branch reads an include's record and everything that it leads to, or takes
// them from the Memo. What many domains include is then walked once in a scan: a
// typical domain takes 15 µs instead of 25 (docs/performance.md).
func (w *spfWalk) branch(name string, depth int) *SPFNode {
	if w.memo == nil {
		return w.node(name, depth)
	}
	if known := w.memo.branch(name); known != nil && w.graft(known, depth) {
		return known.nodes[0]
	}
	above, first, from, recording := w.sum, len(w.met), w.from, w.recording
	w.sum, w.from, w.recording = spfSum{reach: first, deepest: depth}, len(w.asked), true
	n := w.node(name, depth)
	if w.sum.reach >= first && !w.sum.unknown {
		w.keep(name, first, depth)
	}
	w.sum = spfSum{
		broken:  above.broken || w.sum.broken,
		unknown: above.unknown || w.sum.unknown,
		reach:   min(above.reach, w.sum.reach),
		deepest: max(above.deepest, w.sum.deepest),
	}
	w.from, w.recording = from, recording
	return n
}

// note keeps what an answer means for the subtree at hand. A name that no server
// can hold is not in used, and is not noted: it is the same for all.
func (w *spfWalk) note(o *Observation) {
	w.sum.unknown = w.sum.unknown || o.Status != Found && !o.Absent()
	at := w.builder.asker.find(o.Question)
	if at >= 0 && !slices.Contains(w.asked[w.from:], at) {
		w.asked = append(w.asked, at)
	}
}

// keep puts the subtree that was walked last into the Memo.
func (w *spfWalk) keep(name string, first, depth int) {
	b := &spfBranch{
		nodes: w.nodes(first), providers: w.opt.Providers,
		height: w.sum.deepest - depth, broken: w.sum.broken,
	}
	for _, at := range w.asked[w.from:] {
		o := w.used[at]
		o.Via = nil
		b.asked = append(b.asked, o)
	}
	w.memo.keep(name, b)
}

// graft adds a subtree from the Memo to the walk, if a walk would come to the
// same. It asks what that would ask, in the same order: until an answer differs
// nobody can tell the two apart, budgets included, and then the walk takes over.
func (w *spfWalk) graft(b *spfBranch, depth int) bool {
	if b.providers != w.opt.Providers || depth+b.height > maxDepth {
		return false
	}
	for _, n := range b.nodes {
		if w.find(n.Name) >= 0 {
			return false // it would be shown where it was met first
		}
	}
	for i := range b.asked {
		then := &b.asked[i]
		if now := w.ask(then.Name, then.Kind); !sameAnswer(&now, then) {
			return false
		}
	}
	for _, n := range b.nodes {
		w.met = append(w.met, spfVisit{node: n})
	}
	w.sum.broken = w.sum.broken || b.broken
	w.sum.deepest = max(w.sum.deepest, depth+b.height)
	return true
}

// sameAnswer reports whether two observations of one question say the same,
// whoever answered.
func sameAnswer(a, b *Observation) bool {
	return a.Status == b.Status && a.Source == b.Source && a.Cause == b.Cause &&
		slices.Equal(a.Data, b.Data) && slices.Equal(a.Chain, b.Chain)
}

// octets is what the branch counts for in the Memo: its answers.
func (b *spfBranch) octets() int {
	sum := 0
	for _, o := range b.asked {
		sum += len(o.Name)
		for _, data := range o.Data {
			sum += len(data)
		}
	}
	return sum
}
