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
// cause. It depends on nothing but its arguments; only a signature with an
// expiry (x=) is judged by the clock, which go-msgauth reads. Answers that are
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

// conclude names the cause, and says the rest about it.
func (c *inquiry) conclude() {
	d := &c.d
	ranked := c.ranked()
	cause := UnknownCause
	d.Confidence = None
	if len(ranked) > 0 {
		cause = ranked[0]
		d.Confidence = c.confidence(ranked)
	}
	info := book().cause(cause)
	d.Cause, d.Fixer = cause, info.Fixer
	if c.entry != nil && c.entry.Fixer != "" && cause == c.entry.Causes[0] {
		d.Fixer = c.entry.Fixer
	}
	if len(c.evidence.Recipients) > 0 {
		d.Recipient = c.evidence.Recipients[0]
	}
	d.Domains = append([]facts.Domain{}, c.evidence.Domains...)
	d.Summary = c.lead() + hedge(d.Confidence) + strings.TrimSpace(info.Summary)
	d.Remedies = append([]string{}, info.Steps...)
	c.also(ranked)
	for _, note := range c.evidence.Notes {
		d.Evidence = appendNew(d.Evidence, sentence(note))
	}
	d.Codes, d.Evidence, d.Unknown = some(d.Codes), some(d.Evidence), some(d.Unknown)
	d.Meanings, d.Also = some(d.Meanings), some(d.Also)
	if c.answers == nil {
		d.Missing = nil
	}
}

// some is a list that is written as [] when it is empty.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// ranked lists the causes that something speaks for, the heaviest first.
func (c *inquiry) ranked() []Cause {
	ranked := slices.DeleteFunc(Causes(), func(cause Cause) bool { return cause == UnknownCause || c.weights[cause] <= 0 })
	slices.SortStableFunc(ranked, func(a, b Cause) int { return c.weights[b] - c.weights[a] })
	return ranked
}

func (c *inquiry) confidence(ranked []Cause) Confidence {
	weight, ahead := c.weights[ranked[0]], c.weights[ranked[0]]
	if len(ranked) > 1 {
		ahead -= c.weights[ranked[1]]
	}
	switch {
	case weight >= enoughForHigh && ahead >= apart:
		return High
	case weight >= enoughForMedium:
		return Medium
	}
	return Low
}

// lead says what happened, before the cause.
func (c *inquiry) lead() string {
	replies := c.evidence.Replies
	if len(replies) == 0 || replies[0].Action == Delivered {
		return ""
	}
	what := "was refused"
	if replies[0].Action == Delayed {
		what = "was put off"
	}
	to := "The mail"
	if len(c.evidence.Recipients) > 0 {
		to = "Mail to " + c.evidence.Recipients[0]
	}
	if len(replies[0].Codes) > 0 {
		what += " with " + replies[0].Codes[0]
	}
	return to + " " + what + ". "
}

// hedge goes before a cause that is not sure.
func hedge(c Confidence) string {
	switch c {
	case Medium:
		return "The likeliest cause: "
	case Low:
		return "One of several possible causes: "
	}
	return ""
}

// also lists what else is possible, and what would decide.
func (c *inquiry) also(ranked []Cause) {
	const most = 4
	if c.d.Cause == RelayPool {
		c.originalSender()
	}
	for i, cause := range ranked {
		if i > 0 && len(c.d.Also) < most && !slices.ContainsFunc(c.d.Also, func(p Possible) bool { return p.Cause == cause }) {
			c.d.Also = append(c.d.Also, Possible{cause, book().cause(cause).Decides})
		}
	}
}

// originalSender names the sender of a message that was forwarded: its
// administrator can mend it, too, if its authentication was broken from the start.
func (c *inquiry) originalSender() {
	sender := c.evidence.Sender
	if sender == "" {
		sender = c.evidence.From
	}
	if sender == "" {
		return
	}
	c.d.Also = append(c.d.Also, Possible{SPFLacksSender, fmt.Sprintf(
		"Whether SPF of the original sender, %s, passes for the address that the message first came from: if not, its administrator has to mend that.",
		record.Text(sender))})
	if a := c.evidence.Authentication; a != nil && len(a.DKIM) > 0 && !a.dkimPassed() && a.DKIM[0] != "none" {
		c.d.Also = append(c.d.Also, Possible{DKIMFailed, fmt.Sprintf(
			"Whether the signature of the original sender, %s, holds before the gateway: if it does, the gateway changes the message.", record.Text(sender))})
	}
}
