package policy

import "github.com/mailposture/mailposture/facts"

// recordFindings makes one finding of each SPF record of the walk that has
// terms which pick takes. say is the message but for whose record it is.
func recordFindings(f *facts.Facts, pick func(n *facts.SPFNode, t *facts.SPFTerm) bool, say func(texts []string) string) []Finding {
	var findings []Finding
	f.SPF.EachRecord(func(n *facts.SPFNode) {
		var texts []string
		var evidence []Evidence
		for i := range n.Terms {
			if t := &n.Terms[i]; pick(n, t) {
				texts = append(texts, short(t.Text))
				evidence = append(evidence, term(n, t))
			}
		}
		if len(texts) > 0 {
			findings = append(findings, Finding{Key: termKey(f, n), Message: say(texts) + whose(f, n), Evidence: evidence})
		}
	})
	return findings
}
