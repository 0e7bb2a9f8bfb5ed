package diagnose

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// recipientDomain looks at where the recipient's domain receives.
func (c *inquiry) recipientDomain(name string) {
	f, ok := c.build(name, facts.PartMX, facts.PartHosts)
	if !ok {
		return
	}
	shown := record.Text(string(f.Domain))
	proof, much := weighsProof, weighsMuch
	if c.notForRecipient() {
		proof, much = 0, 0
	}
	switch {
	case f.Exists.State == facts.Absent:
		c.add(DomainDoesNotExist, proof, "DNS has no domain %s", shown)
	case f.MX.Null:
		c.add(NullMX, proof, "%s publishes a null MX", shown)
	case f.MX.State == facts.Absent && !f.MX.Implicit && f.MX.FallbackUnknown.State != facts.Unknown && f.Part(facts.PartHosts).State == facts.Absent:
		c.add(DomainDoesNotExist, much, "%s has neither an MX nor an address today", shown)
	case f.MX.State == facts.Unknown && c.likely(DNSFailure, DNSSECBroken):
		c.add(DNSFailure, weighsMore, "DNS gives no usable answer today, either: %s", f.MX.Reason)
	case f.MX.State == facts.Present:
		c.exchangers(f)
	}
}

// notForRecipient reports whether the mail was passed on, or refused for a reason
// that has nothing to do with where the recipient's domain receives. What is wrong
// with that today was then not the cause.
func (c *inquiry) notForRecipient() bool {
	if replies := c.evidence.Replies; len(replies) > 0 && replies[0].Action == Delivered {
		return true
	}
	if c.entry == nil || c.entry.Confidence == Low {
		return false
	}
	return !slices.ContainsFunc(c.entry.Causes, func(cause Cause) bool {
		switch cause {
		case RelayPool, SmartHostNotAuthorised, StaleMX, DomainNotAccepted, UnknownRecipient, OnPremisesSmartHost, DNSFailure,
			DNSSECBroken, DomainDoesNotExist, NullMX, ConnectionRefused, Port25Blocked, UnknownCause:
			return true
		}
		return false
	})
}

// exchangers holds the host that refused against the MX.
func (c *inquiry) exchangers(f *facts.Facts) {
	shown := record.Text(string(f.Domain))
	c.add(UnknownCause, 0, "MX of %s today: %s", shown, hostList(f.MX.Hosts))
	for _, h := range f.MX.Hosts {
		if p, ok := c.providers.ByID(h.Provider); ok && p.Retired && c.likely(StaleMX) {
			c.add(StaleMX, weighsMuch, "%s belongs to a service that is gone (%s)", record.Text(h.Name), p.Name)
		}
		if h.State == facts.Absent && c.likely(StaleMX) {
			c.add(StaleMX, weighsMore, "the MX host %s has no address", record.Text(h.Name))
		}
		c.label(f.Domain, h)
	}
	host := c.refusingHost()
	if host == "" || !c.likely(StaleMX, SmartHostNotAuthorised) {
		return
	}
	if slices.ContainsFunc(f.MX.Hosts, func(h facts.Host) bool { return c.same(h, host) }) {
		c.add(SmartHostNotAuthorised, -weighsMore, "%s, which refused, is where mail for %s goes: no smart host of the sender's", record.Text(host), shown)
		c.weights[OnPremisesSmartHost] = 0
		if !c.relayPoolShown() && c.weights[StaleMX] > 0 {
			c.add(StaleMX, weighsMore, "")
		}
		return
	}
	theirs, known := c.providers.ForMX(host)
	switch {
	case known && facts.IsMicrosoft365(theirs.ID) && f.MX.Gateway == "" && c.weights[StaleMX] > 0:
		c.add(StaleMX, weighsMuch, "%s, which refused, is Microsoft's, and the MX of %s leads elsewhere: the mail went where it does not belong any more", record.Text(host), shown)
	case organization(host) == organization(string(f.Domain)):
		c.add(StaleMX, confirms(c.weights[StaleMX], weighsLittle), "%s, which refused, is no MX of %s, but has a name of its: perhaps the MX has changed", record.Text(host), shown)
	case f.MX.Gateway == "" && c.weights[SmartHostNotAuthorised] > 0:
		c.strangeHost(host, shown)
	}
}

// strangeHost weighs that the host which refused is no MX of the recipient's
// domain, nor bears its name.
func (c *inquiry) strangeHost(host, recipient string) {
	c.weights[StaleMX] = max(c.weights[StaleMX]-weighsLittle, min(c.weights[StaleMX], 5))
	c.weights[DomainNotAccepted] = 0
	sender := organization(c.evidence.sentBy())
	if own := organization(host); own == sender || own == organization(c.evidence.Reporter) && own != microsoft {
		c.add(SmartHostNotAuthorised, weighsMuch+weighsLittle, "%s, which refused, is a host of the sender's side, and no MX of %s", record.Text(host), recipient)
		return
	}
	c.add(SmartHostNotAuthorised, weighsMore, "%s, which refused, is no MX of %s: it is a smart host of the sender's, unless the MX has changed since", record.Text(host), recipient)
}

// label compares the name that a Microsoft MX carries with the one that belongs
// to the domain. Another is no mistake by itself: a tenant may have older names.
func (c *inquiry) label(domain facts.Domain, h facts.Host) {
	label, eop := strings.CutSuffix(h.Name, ".mail.protection.outlook.com")
	if eop && label != facts.EOPLabel(domain) && c.likely(StaleMX) {
		c.add(StaleMX, weighsLittle, "the MX host %s carries the name of another domain than %s: perhaps that of a tenant it has left", record.Text(h.Name), record.Text(string(domain)))
	}
}

// refusingHost is who refused, or "".
func (c *inquiry) refusingHost() string {
	if len(c.evidence.Replies) == 0 {
		return ""
	}
	return c.evidence.Replies[0].Host
}

// relayPoolShown reports whether the signs so far point to the relay pool: then
// a refusal by the recipient's own MX is what is to be expected.
func (c *inquiry) relayPoolShown() bool { return c.weights[RelayPool] >= enoughForHigh }

// same reports whether a host that answered is an MX host or one of its
// operator's. A host that is named after a customer is that customer's only.
func (c *inquiry) same(h facts.Host, host string) bool {
	if h.Name == host {
		return true
	}
	if label, eop := strings.CutSuffix(host, ".mail.protection.outlook.com"); eop && strings.Contains(label, "-") {
		return false
	}
	theirs, ok := c.providers.ForMX(host)
	return ok && h.Provider == theirs.ID
}

// hostList names the hosts of an MX set.
func hostList(hosts []facts.Host) string {
	const most = 4
	var names []string
	for i, h := range hosts {
		if i == most {
			names = append(names, "...")
			break
		}
		names = append(names, record.Text(h.Name))
	}
	return strings.Join(names, ", ")
}
