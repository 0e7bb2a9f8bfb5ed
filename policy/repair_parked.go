package policy

import (
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// firstReject proposes a policy for a domain of which nothing speaks for mail, as
// denySPF does a record.
func firstReject(f *facts.Facts) []facts.Change {
	if !silent(f) {
		return nil
	}
	return publish(ownDMARC(f).Name, "v=DMARC1; p=reject")
}

// nullMX proposes that a domain which says in SPF that it has no mail say so in
// its MX, too.
func nullMX(f *facts.Facts) []facts.Change {
	if !silent(f) {
		return nil
	}
	change := facts.Change{Question: mxQuestion(f), Old: answered(f, mxQuestion(f)).Data, New: []string{"0 ."}}
	return []facts.Change{change}
}

// dropHistoric proposes a record without the tags that DMARC no longer has.
func dropHistoric(f *facts.Facts) []facts.Change {
	return editTags(f, func(t *record.Tag, text string) string {
		switch strings.ToLower(t.Name) {
		case "rf", "ri":
			return ""
		case "pct":
			if !enforcesAnything(f.DMARC.Parsed) {
				return ""
			}
		}
		return text
	})
}

// dropFO proposes a record without fo, which is nothing without ruf.
func dropFO(f *facts.Facts) []facts.Change {
	return editTags(f, func(t *record.Tag, text string) string {
		if strings.EqualFold(t.Name, "fo") {
			return ""
		}
		return text
	})
}
