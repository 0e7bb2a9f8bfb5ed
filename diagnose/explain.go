package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/record"
)

// Explain weighs evidence, and what DNS says of the domains in it, and names the
// cause. It depends on nothing but its arguments, and on no clock. Answers that are
// nil mean that nothing may be looked up: then nothing is Missing.
//
// Each sign adds to or takes from the weight of the causes that it speaks for or
// against; the heaviest cause is named, and how sure that is depends on its
// weight and on the distance to the next. What was not answered weighs nothing.
func Explain(e Evidence, answers facts.Answers) Diagnosis {
	c := &inquiry{
		evidence: e, answers: answers, providers: provider.Embedded(),
		weights: make(map[Cause]int), d: Diagnosis{Kind: e.Kind},
	}
	if c.d.Kind == "" {
		c.d.Kind = Other
	}
	c.refusals()
	c.pools()
	c.reading()
	c.onPremises()
	if e.Kind == Message {
		c.message()
	}
	c.posture()
	c.conclude()
	return c.d
}

// inquiry carries one Explain.
type inquiry struct {
	evidence  Evidence
	answers   facts.Answers // nil: nothing may be looked up
	providers *provider.Catalogue
	weights   map[Cause]int
	entry     *CodeInfo // of the refusal that is diagnosed; nil where there is none
	d         Diagnosis
}

// The weights. A sure entry with one cause needs nothing else for High; with
// several, something has to speak for one of them.
const (
	weighsProof  = 100 // leaves no doubt
	weighsMuch   = 40
	weighsMore   = 25
	weighsLittle = 15

	enoughForHigh   = 75
	enoughForMedium = 55
	apart           = 15 // how far ahead of the next a cause must be for High
)

// add notes a sign: its words, and what it weighs for a cause. A weight of zero
// is a sign that only has to be shown.
func (c *inquiry) add(cause Cause, weight int, format string, args ...any) {
	c.weights[cause] += weight
	if format != "" {
		c.d.Evidence = appendNew(c.d.Evidence, sentence(fmt.Sprintf(format, args...)))
	}
}

// sentence is a text that begins with a capital, unless it begins with a name.
func sentence(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if s == "" || strings.ContainsAny(word, ".@=:0123456789") {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// likely reports whether anything speaks for one of some causes so far.
func (c *inquiry) likely(causes ...Cause) bool {
	return slices.ContainsFunc(causes, func(cause Cause) bool { return c.weights[cause] > 0 })
}

// refusals says what servers said, and weighs the causes of the first refusal.
func (c *inquiry) refusals() {
	for i, r := range c.evidence.Replies {
		entry := c.classified(r)
		c.d.Codes = appendNew(c.d.Codes, r.Codes...)
		if i == 0 {
			c.first(r, entry)
		} else if entry != nil && c.entry != nil && r.Action == Failed && r.Recipient != c.evidence.Replies[0].Recipient && entry.Causes[0] != c.entry.Causes[0] {
			c.add(UnknownCause, 0, "for %s the refusal is another: %s", record.Text(r.Recipient), entry.Causes[0])
		}
	}
	replies := c.evidence.Replies
	if len(replies) > 0 && replies[0].Action == Delivered {
		c.add(NotAFailure, weighsProof, "no refusal is reported: the message was passed on")
	}
	if len(replies) > 0 && replies[0].Action == Delayed {
		c.add(NotAFailure, weighsLittle, "the message was put off, not refused: the server tries again")
	}
}

// classified finds what a reply says, on both sides of the arrow, and notes its
// meaning. The near side gives the class; where that only passes on what the
// next server said, the far side decides.
func (c *inquiry) classified(r Reply) *CodeInfo {
	if r.Action == Delivered {
		return nil
	}
	near, far := r.Text, ""
	system := systemOf(r.Host + " " + r.Text)
	if r.Remote != "" {
		near, far = r.Text[:len(r.Text)-len(r.Remote)-len(arrow)], r.Remote
		system = "exchange-online"
	}
	codes := r.Codes
	if far != "" {
		codes = statusCodes(near)
	}
	entry := book().classify(near, codes, system)
	c.means(near, entry, codes)
	if far == "" {
		return entry
	}
	next := book().classify(far, statusCodes(far), systemOf(r.Host+" "+far))
	c.means(far, next, statusCodes(far))
	switch {
	case next == nil:
		return entry
	case entry == nil || entry.Wrapper:
		return next
	}
	for i, cause := range next.Causes { // the words of the next server say more about the same
		if slices.Contains(entry.Causes, cause) && len(c.evidence.Replies) > 0 && r.Text == c.evidence.Replies[0].Text {
			c.weights[cause] += max(weighsLittle-5*i, 5)
		}
	}
	return entry
}

// means notes what a refusal says in plain words, once.
func (c *inquiry) means(text string, entry *CodeInfo, codes []string) {
	const shown = 300
	m := Meaning{Text: record.Text(text[:min(len(text), shown)]), Means: "The program does not know this refusal."}
	if len(codes) > 0 {
		m.Code = codes[0]
	}
	if entry != nil {
		m.Means = entry.Meaning
	}
	const most = 12
	if len(c.d.Meanings) < most {
		c.d.Meanings = appendNew(c.d.Meanings, m)
	}
}

// systemOf is whose words these are, or "".
func systemOf(text string) string {
	text = strings.ToLower(text)
	for _, s := range []struct{ mark, system string }{
		{"gsmtp", "gmail"}, {"google.com", "gmail"}, {"googlemail.com", "gmail"}, {"yahoodns", "yahoo"}, {"yahoo.com", "yahoo"},
		{"mimecast", "mimecast"}, {"icloud.com", "apple"}, {"outlook.com", "exchange-online"}, {"office365", "exchange-online"},
		{"exchangelabs.com", "exchange-online"},
	} {
		if strings.Contains(text, s.mark) {
			return s.system
		}
	}
	return ""
}

// first weighs the causes of the refusal that is diagnosed.
func (c *inquiry) first(r Reply, entry *CodeInfo) {
	if entry == nil {
		return
	}
	c.entry = entry
	leading := map[Confidence]int{High: 55, Medium: 45, Low: 25}[entry.Confidence]
	if len(entry.Causes) == 1 && entry.Confidence != Low {
		leading += weighsMore
	}
	for i, cause := range entry.Causes {
		switch i {
		case 0:
			c.weights[cause] += leading
		default:
			c.weights[cause] += max(weighsMore-5*i, 5)
		}
	}
}
