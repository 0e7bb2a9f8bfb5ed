package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

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
	if cause == RelayPool {
		d.Remedies = append(d.Remedies, c.path()...)
	}
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
	sender := c.evidence.sentBy()
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

// path is the command that shows the way of a forwarded message hop by hop, if
// its ends are known. Only domains go into it: people paste it into a shell, and
// an address may hold anything.
func (c *inquiry) path() []string {
	sender := c.evidence.sentBy()
	if c.evidence.Forwarder == "" || len(c.evidence.Recipients) == 0 {
		return nil
	}
	var ends []any
	for _, name := range []string{sender, c.evidence.Forwarder, domainOf(c.evidence.Recipients[0])} {
		domain, err := facts.ParseDomain(name)
		if err != nil {
			return nil
		}
		ends = append(ends, domain)
	}
	return []string{fmt.Sprintf("To see the way hop by hop, and what each change would do: mailposture relay --from x@%s --to x@%s --forward x@%s", ends...)}
}
