package facts

import (
	"strings"

	"github.com/mailposture/mailposture/record"
)

// The limits on one SPF evaluation. RFC 7208, section 4.6.4.
const (
	SPFLookupLimit     = 10
	SPFVoidLookupLimit = 2
	SPFHostLimit       = 10 // MX hosts of one mx term
)

// maxDepth bounds the nesting of includes: the walk goes on beyond the limit of
// ten lookups, so that a record's true cost can be told.
const maxDepth = 20

// spf reads the domain's SPF record and everything that it leads to.
func (b *builder) spf() {
	s := &b.facts.SPF
	s.Standing = standing(b.txt)
	if s.State == Unknown {
		s.Walk, s.Voids, s.Targets = s.Standing, s.Standing, s.Standing
		b.relay()
		return
	}
	s.Records = selectTexts(b.own, record.IsSPF)
	s.LookAlikes = selectTexts(b.own, resemblesSPF)
	if len(s.Records) == 0 {
		s.Standing = Standing{State: Absent}
		s.Walk, s.Voids, s.Targets = s.Standing, s.Standing, s.Standing
		b.relay()
		return
	}
	s.Standing = Standing{State: Present}
	w := &spfWalk{builder: b, share: purse{"SPF", b.opt.spf(), b.opt.spf()}}
	s.Tree = w.read(&b.txt, s.Records, 0)
	for _, t := range s.Tree.Terms {
		s.Lookups += t.Lookups
		s.VoidLookups += t.Voids
	}
	s.Lookups, s.VoidLookups = min(s.Lookups, maxCount), min(s.VoidLookups, maxCount)
	s.Walk = worst(Standing{State: Present}, w.records)
	s.Voids = worst(s.Walk, w.answers)
	s.Targets = worst(s.Voids, w.targets)
	s.All = decidingAll(s.Tree, 0)
	s.Valid = s.Voids.State == Present && !w.sum.broken && s.Lookups <= SPFLookupLimit && s.VoidLookups <= SPFVoidLookupLimit
	if s.Tree.Count > 1 {
		s.Tree = nil
	}
	b.relay()
}

// resemblesSPF reports whether a TXT record was meant as SPF although no
// verifier selects it: a slip in the version, or a quote or space before it.
func resemblesSPF(octets string) bool {
	if record.IsSPF(octets) {
		return false
	}
	head := make([]byte, 0, 8) // the first octets, without case and white space
	for i := 0; i < len(octets) && len(head) < 8; i++ {
		if c := octets[i]; c != ' ' && c != '\t' && c != '"' && c != '\'' {
			head = append(head, lower(c))
		}
	}
	if len(head) == 0 || head[0] != 'v' && head[0] != '=' && head[0] != 's' {
		return false
	}
	for _, slip := range []string{"v=spf", "v:spf", "v-spf", "vspf1", "=spf1", "spf1", "spf="} {
		if strings.HasPrefix(string(head), slip) {
			return string(head) != "v=spf2.0" // Sender ID, RFC 4406
		}
	}
	return false
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// maxCount stops the counting of records that include each other without end.
const maxCount = 1000

// decidingAll is the qualifier of the all that ends an evaluation: the
// record's own, or that of the record it redirects to. RFC 7208, section 6.1.
func decidingAll(n *SPFNode, depth int) record.Qualifier {
	if n == nil || depth > maxDepth {
		return 0
	}
	for _, t := range n.Terms {
		if t.Mechanism == record.MechAll && !t.Bad {
			return t.Qualifier
		}
	}
	for _, t := range n.Terms {
		if t.Mechanism == record.ModRedirect && !t.Bad {
			return decidingAll(t.Child, depth+1)
		}
	}
	return 0
}

// Each calls visit for every record of the walk once, with the terms that lead
// to it; the domain's own record comes first, with none. via is visit's only
// until it returns.
func (s *SPF) Each(visit func(n *SPFNode, via []*SPFTerm)) {
	if s.Tree != nil {
		eachNode(s.Tree, make([]*SPFTerm, 0, 8), visit)
	}
}

func eachNode(n *SPFNode, via []*SPFTerm, visit func(*SPFNode, []*SPFTerm)) {
	visit(n, via)
	for i := range n.Terms {
		if t := &n.Terms[i]; t.Child != nil {
			eachNode(t.Child, append(via, t), visit)
		}
	}
}

// EachRecord is Each for those who do not ask how a record is reached; it costs
// less.
func (s *SPF) EachRecord(visit func(n *SPFNode)) {
	if s.Tree != nil {
		eachRecord(s.Tree, visit)
	}
}

func eachRecord(n *SPFNode, visit func(*SPFNode)) {
	visit(n)
	for i := range n.Terms {
		if child := n.Terms[i].Child; child != nil {
			eachRecord(child, visit)
		}
	}
}
