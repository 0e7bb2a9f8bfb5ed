package facts

import "github.com/mailposture/mailposture/record"

// spfWalk goes through the records that one record leads to. Each name is read
// once; its cost counts again at each visit. RFC 7208, section 4.6.4.
type spfWalk struct {
	*builder
	share purse
	sum   spfSum // of the subtree at hand

	records Standing // the first record that is not known
	answers Standing // the first answer to another term that is not known
	targets Standing // the first domain of which it is not known whether it exists

	recording bool  // asked is wanted: the subtree at hand may be kept in the Memo
	asked     []int // places in used, in the order of asking
	from      int   // where asked begins for the subtree at hand
}

// spfVisit is a record that the walk reached. It is open while its terms are
// walked: a term that leads to it then is a loop.
type spfVisit struct {
	node *SPFNode
	open bool
}

// find is the place of a name in met, or -1. There are never more records than
// questions to ask for SPF: to walk them is cheaper than a map.
func (w *spfWalk) find(name string) int {
	for i := range w.met {
		if w.met[i].node.Name == name {
			return i
		}
	}
	return -1
}

// nodes are the records reached since the first so many.
func (w *spfWalk) nodes(first int) []*SPFNode {
	nodes := make([]*SPFNode, 0, len(w.met)-first)
	for _, v := range w.met[first:] {
		nodes = append(nodes, v.node)
	}
	return nodes
}

// ask draws on SPF's share of the budget.
func (w *spfWalk) ask(name, kind string) Observation {
	o := w.builder.ask(name, kind, &w.share)
	if w.recording {
		w.note(&o)
	}
	return o
}

// node reads the SPF record at a name.
func (w *spfWalk) node(name string, depth int) *SPFNode {
	o := w.ask(name, KindTXT)
	return w.read(&o, selectTexts(texts(o), record.IsSPF), depth)
}

// read reads the SPF records in an answer.
func (w *spfWalk) read(o *Observation, records []Record, depth int) *SPFNode {
	n := &SPFNode{Question: o.Question, Standing: standing(*o)}
	at := len(w.met)
	w.met = append(w.met, spfVisit{node: n})
	if n.State != Present {
		w.records = worst(w.records, n.Standing)
		return n
	}
	n.Count = len(records)
	if n.Count != 1 {
		if n.Count == 0 {
			n.Standing = Standing{State: Absent}
		}
		w.sum.broken = w.sum.broken || n.Count > 1 // RFC 7208, section 4.5
		return n
	}
	n.Record = records[0]
	parsed := w.memo.parseSPF(n.Record.Octets, depth == 0)
	n.Problems = parsed.Problems
	w.sum.broken = w.sum.broken || len(n.Problems) > 0
	w.met[at].open = true
	n.Terms = w.terms(parsed.Terms, n.Name, depth)
	w.met[at].open = false
	return n
}

// terms walks one record's terms.
func (w *spfWalk) terms(parsed []record.SPFTerm, name string, depth int) []SPFTerm {
	terms := make([]SPFTerm, len(parsed))
	all := -1
	for i := range parsed {
		if parsed[i].Mechanism == record.MechAll {
			all = i
			break
		}
	}
	for i := range parsed {
		t := &terms[i]
		t.SPFTerm = &parsed[i]
		// RFC 7208, sections 5.1 and 6.1: what stands behind all is never
		// reached, and a redirect is ignored beside one.
		t.Dead = all >= 0 && (i > all && !t.Modifier || t.Mechanism == record.ModRedirect)
		if !t.Bad && !t.Dead && t.Mechanism.QueriesDNS() {
			w.term(t, name, depth)
		}
	}
	return terms
}

// term asks what one term would ask, and counts it.
func (w *spfWalk) term(t *SPFTerm, current string, depth int) {
	t.Lookups = 1
	target, ok := staticTarget(t.SPFTerm, current)
	if p, known := w.opt.Providers.ForSPF(target); known {
		t.Provider = p.ID
	}
	if !ok {
		// The name depends on the message. It counts, and cannot be followed.
		t.Standing = Standing{State: Unseen}
		return
	}
	switch t.Mechanism {
	case record.MechInclude, record.ModRedirect:
		w.child(t, target, depth)
	case record.MechA:
		w.void(t, w.ask(target, KindA), w.ask(target, KindAAAA))
	case record.MechExists:
		w.void(t, w.ask(target, KindA)) // A even for an IPv6 client; RFC 7208, section 5.7
	case record.MechMX:
		o := w.ask(target, KindMX)
		t.MXHosts = len(o.Data)
		w.sum.broken = w.sum.broken || t.MXHosts > SPFHostLimit // RFC 7208, section 4.6.4
		w.void(t, o)
	case record.MechPTR:
		t.Standing = Standing{State: Unseen} // depends on the client's address
	}
}

// void counts a term none of whose questions found anything.
func (w *spfWalk) void(t *SPFTerm, asked ...Observation) {
	t.Standing = Standing{State: Absent}
	for _, o := range asked {
		switch s := standing(o); {
		case s.State == Unknown:
			t.Standing = s
			w.answers = worst(w.answers, s)
			return
		case s.State == Present:
			t.Standing = s
		}
	}
	if t.State == Absent {
		t.Voids = 1
		w.takeover(t, asked[0])
	}
}

// child follows an include or redirect.
func (w *spfWalk) child(t *SPFTerm, target string, depth int) {
	met := w.find(target)
	if met >= 0 {
		w.sum.reach = min(w.sum.reach, met)
		if w.met[met].open {
			t.Loop = true
			t.Standing = Standing{State: Present}
			w.sum.broken = true
			return
		}
	}
	if depth >= maxDepth {
		w.sum.reach = 0 // elsewhere it would be followed
		t.Standing = unknown("TXT " + target + ": not asked, the includes are nested too deep")
		w.records = worst(w.records, t.Standing)
		return
	}
	w.sum.deepest = max(w.sum.deepest, depth+1)
	if met >= 0 {
		t.target = w.met[met].node
	} else {
		t.target = w.branch(target, depth+1)
		t.Child = t.target // shown once, counted at each visit
	}
	child := t.target
	t.Standing = child.Standing
	if child.Count == 0 && child.State == Absent {
		w.sum.broken = true                          // RFC 7208, sections 5.2 and 6.1: no record there is a permerror
		if o := w.ask(target, KindTXT); o.Absent() { // TXT records without SPF are no void lookup
			t.Voids = 1
			w.takeover(t, o)
		}
	}
	for i := range child.Terms {
		t.Lookups = min(t.Lookups+child.Terms[i].Lookups, maxCount)
		t.Voids = min(t.Voids+child.Terms[i].Voids, maxCount)
	}
}

// staticTarget is the name that a term asks for, whoever the sender is. %{d}
// is the current domain; every other macro depends on the message.
func staticTarget(t *record.SPFTerm, current string) (string, bool) {
	if t.Domain == "" {
		return current, true
	}
	if !t.HasMacro() {
		return termName(t.Domain), true
	}
	macros, bad := record.ParseMacros(t.Domain)
	if bad >= 0 {
		return "", false
	}
	for _, m := range macros {
		if m.Letter != 0 && m.Letter != 'd' {
			return "", false
		}
	}
	return termName(expand(macros, macroValues{domain: current})), true
}
