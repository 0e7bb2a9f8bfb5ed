package diagnose

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// build works out what DNS says of a domain, and notes what is missing or not
// known. ok is false where nothing may be looked up, or there is no domain.
func (c *inquiry) build(name string, parts ...facts.Part) (*facts.Facts, bool) {
	domain, err := facts.ParseDomain(name)
	if c.answers == nil || err != nil {
		return nil, false
	}
	f, missing := facts.Build(domain, c.answers, facts.Options{Parts: parts, Providers: c.providers})
	c.missing(missing)
	if len(missing) == 0 {
		c.unknown(f.Exists)
		for _, p := range parts {
			c.unknown(f.Part(p))
		}
	}
	return f, true
}

// missing notes questions whose answers would tell more.
func (c *inquiry) missing(questions []facts.Question) {
	c.d.Missing = appendNew(c.d.Missing, questions...)
}

// unknown notes what DNS did not say.
func (c *inquiry) unknown(s facts.Standing) {
	if s.State == facts.Unknown {
		c.d.Unknown = appendNew(c.d.Unknown, s.Reason)
	}
}

// posture holds the causes against what DNS says today of the domains in them.
func (c *inquiry) posture() {
	e := &c.evidence
	if len(e.Recipients) > 0 && (e.Kind == NDR || e.Kind == Trace) {
		c.recipientDomain(domainOf(e.Recipients[0]))
	}
	if c.likely(SPFLacksSender, RelayPool, UnauthenticatedBulk) || e.Kind == Headers {
		c.senderSPF()
	}
	if c.likely(DMARCReject, UnauthenticatedBulk) {
		c.authorPolicy()
	}
	if c.likely(RelayPool) && e.Forwarder != "" {
		c.forwarder()
	}
	if c.likely(PTRMissing) {
		c.reverseName()
	}
}

// senderSPF checks SPF of the envelope sender for the client's address, as a
// receiver would today.
func (c *inquiry) senderSPF() {
	f, ok := c.build(c.evidence.sentBy(), facts.PartSPF)
	if !ok {
		return
	}
	shown := record.Text(string(f.Domain))
	switch {
	case f.SPF.State == facts.Absent:
		c.add(SPFLacksSender, c.unlessPassed(weighsLittle), "%s has no SPF record today", shown)
	case f.SPF.State == facts.Present && !f.SPF.Valid && f.SPF.Walk.State != facts.Unknown && len(f.SPF.Records) > 0:
		c.add(SPFLacksSender, c.unlessPassed(weighsLittle), "the SPF record of %s is not valid today: mailposture %s says why", shown, shown)
	}
	ip := c.clientAddress()
	if !ip.IsValid() || f.SPF.State != facts.Present {
		return
	}
	check, missing := facts.CheckHost(facts.SPFMessage{IP: ip, From: "postmaster@" + string(f.Domain), HELO: string(f.Domain)}, c.answers, facts.Options{})
	c.missing(missing)
	switch {
	case len(missing) > 0:
	case check.Result == facts.SPFTempError:
		c.d.Unknown = appendNew(c.d.Unknown, record.Printable(check.Reason))
	case check.Result == facts.SPFPass:
		c.add(SPFLacksSender, -weighsMore, "SPF of %s passes for %s today", shown, ip)
	case c.evidence.Kind == Headers && c.evidence.Authentication == nil:
		// All that is known of this message is the address that it came from.
		c.add(SPFLacksSender, weighsMore, "SPF of %s gives %s for %s today", shown, check.Result, ip)
	default:
		c.weights[RelayPool] += confirms(c.weights[RelayPool], 5)
		more := confirms(c.weights[SPFLacksSender], weighsMore)
		if _, ok := c.throughGateway(); ok {
			more = 0 // the sender's record need not list it
		}
		c.add(SPFLacksSender, more, "SPF of %s gives %s for %s today, too", shown, check.Result, ip)
	}
}

// unlessPassed is a weight for SPF that counts only where SPF did not pass when
// the message came in: what is wrong today was not wrong then.
func (c *inquiry) unlessPassed(weight int) int {
	if a := c.evidence.Authentication; a != nil && a.SPF == "pass" {
		return 0
	}
	return weight
}

// confirms is a weight that only adds to what something else spoke for.
func confirms(weight, more int) int {
	if weight <= 0 {
		return 0
	}
	return more
}

// authorPolicy looks at the DMARC policy that applies to the From domain.
func (c *inquiry) authorPolicy() {
	from := c.evidence.From
	if from == "" && c.evidence.Authentication != nil {
		from = c.evidence.Authentication.From
	}
	if from == "" {
		from = c.evidence.Sender
	}
	f, ok := c.build(from, facts.PartDMARC)
	if !ok {
		return
	}
	shown := record.Text(string(f.Domain))
	switch policy := string(f.DMARC.Effective.This); {
	case f.DMARC.State == facts.Present && (policy == "reject" || policy == "quarantine"):
		c.add(DMARCReject, weighsMore, "%s publishes a DMARC policy of %s (at %s)", shown, policy, record.Text(f.DMARC.FoundAt))
	case f.DMARC.State == facts.Present:
		c.add(DMARCReject, -weighsLittle, "%s asks for nothing to be done about failing mail today (p=none)", shown)
	case f.DMARC.State == facts.Absent:
		c.add(DMARCReject, -weighsMore, "%s has no DMARC record today", shown)
		c.add(UnauthenticatedBulk, confirms(c.weights[UnauthenticatedBulk], weighsLittle), "")
	}
}

// forwarder looks at how the organization that forwarded receives.
func (c *inquiry) forwarder() {
	f, ok := c.build(c.evidence.Forwarder, facts.PartMX, facts.PartM365)
	if !ok {
		return
	}
	shown := record.Text(string(f.Domain))
	p, _ := c.providers.ByID(f.MX.Gateway)
	switch {
	case f.MX.Gateway != "" && f.M365.State == facts.Present:
		c.add(RelayPool, weighsLittle, "%s receives through %s, with mailboxes at Microsoft 365: without Enhanced Filtering, SPF of all that comes in is checked against the gateway", shown, p.Name)
	case len(f.MX.Hosts) > 0 && facts.IsMicrosoft365(f.MX.Hosts[0].Provider):
		c.add(RelayPool, 0, "%s receives at Microsoft 365 directly", shown)
	}
}

// reverseName looks at the reverse name of the client's address.
func (c *inquiry) reverseName() {
	ip := c.clientAddress()
	if !ip.IsValid() || c.answers == nil {
		return
	}
	q := facts.Question{Name: reverse(ip), Kind: facts.KindPTR}
	o, ok := c.answers.Get(q)
	switch {
	case !ok:
		c.missing([]facts.Question{q})
	case o.Absent():
		c.add(PTRMissing, weighsMore, "%s has no reverse name today", ip)
	case o.Status == facts.Found:
		c.add(PTRMissing, 0, "%s has the reverse name %s today: its address must lead back", ip, record.Text(strings.Join(o.Data, ", ")))
	default:
		c.d.Unknown = appendNew(c.d.Unknown, record.Printable(q.String()+": "+o.Cause))
	}
}

// reverse is the name that holds an address's PTR. RFC 1035, section 3.5, and
// RFC 3596, section 2.5.
func reverse(ip netip.Addr) string {
	const hex = "0123456789abcdef"
	var labels []string
	if ip.Is4() {
		octets := ip.As4()
		for _, o := range octets {
			labels = append(labels, netip.AddrFrom4([4]byte{0, 0, 0, o}).String()[len("0.0.0."):])
		}
		slices.Reverse(labels)
		return strings.Join(labels, ".") + ".in-addr.arpa"
	}
	for _, o := range ip.As16() {
		labels = append(labels, string(hex[o>>4]), string(hex[o&15]))
	}
	slices.Reverse(labels)
	return strings.Join(labels, ".") + ".ip6.arpa"
}
