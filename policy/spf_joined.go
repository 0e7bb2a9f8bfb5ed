package policy

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// joined says, for the end of a message about a term that is wrong, that it is
// two terms: character-strings are joined without a space, and somebody has
// counted on one. It is "" where that does not explain the term, such as for a
// string that ends amid a name. RFC 7208, section 3.3.
func joined(n *facts.SPFNode, span record.Span) string {
	if seam(n, span) < 0 {
		return ""
	}
	return ", because a space is missing where two character-strings meet"
}

// seam is the offset in the record at which the space is missing, or -1.
func seam(n *facts.SPFNode, span record.Span) int {
	for _, end := range n.Record.Ends {
		if end <= span.Offset || end >= span.End() {
			continue
		}
		first, second := n.Record.Octets[span.Offset:end], n.Record.Octets[end:span.End()]
		if len(record.ParseSPF("v=spf1 "+first+" "+second).Problems) == 0 {
			return end
		}
	}
	return -1
}

// termAt is the place of the term in which a problem lies.
func termAt(n *facts.SPFNode, p record.Problem) record.Span {
	for i := range n.Terms {
		if t := &n.Terms[i]; t.Offset <= p.Offset && p.Offset < t.End() {
			return t.Span
		}
	}
	return p.Span
}
