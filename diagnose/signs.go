package diagnose

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/record"
)

// pools weighs what a trace says of the pool that the message left from. One
// name is documented; what another stands for is not known.
func (c *inquiry) pools() {
	// Texts of 2021 to 2023 named this network; the newest page does not, so it
	// is a hint at most.
	if ip := c.clientAddress(); netip.MustParsePrefix("40.95.0.0/16").Contains(ip) {
		c.add(RelayPool, weighsMore, "%s is in a network that Microsoft once named for the relay pool", ip)
	}
	for _, pool := range c.evidence.Pools {
		switch {
		case strings.EqualFold(pool, relayPoolName):
			c.add(RelayPool, weighsProof, "the trace says OutboundIpPoolName = %s: the message left from the relay pool", relayPoolName)
		case c.likely(RelayPool):
			c.add(RelayPool, -weighsProof, "the trace says OutboundIpPoolName = %s, which is not the name of the relay pool", record.Text(pool))
		default:
			c.add(RelayPool, 0, "the trace says OutboundIpPoolName = %s", record.Text(pool))
		}
	}
}

// reading weighs what the receiving system read of SPF, DKIM and DMARC.
func (c *inquiry) reading() {
	e := &c.evidence
	a := e.Authentication
	if a == nil {
		if e.Believed != "" {
			c.add(UnknownCause, 0, "%s", e.Believed)
		}
		return
	}
	c.d.Authentication = shownAuthentication(a)
	c.add(UnknownCause, 0, "%s (%s)", readingWords(c.d.Authentication), e.Believed)
	if e.SkipListed {
		c.add(RelayPool, -weighsMuch, "Enhanced Filtering was at work: SPF was checked against the true source, not the gateway")
	}
	switch {
	case e.Kind == Headers || e.Kind == Message:
		c.delivered(a)
	case c.likely(RelayPool):
		c.entered(a)
	}
	if c.entry != nil && len(a.DKIM) > 0 && !a.dkimPassed() && c.likely(DMARCReject, UnauthenticatedBulk) {
		c.add(DKIMFailed, 5, "no DKIM signature held")
	}
	for _, sealed := range e.SealedBefore {
		c.add(UnknownCause, 0, "before that, %s read %s; its seal holds (arc=pass)", orUnnamed(sealed.Server), readingWords(shownAuthentication(&sealed)))
	}
}

// entered weighs the reading at the entry of the organization that forwarded.
// Package relay models the way from there on; these are the model's inputs as far
// as a bounce shows them: SPF, DKIM and DMARC at the entry, Enhanced Filtering
// (SkipListed), the envelope (Rewritten) and the pool. Whoever wants the model's
// word on a bounce calls it here.
//
// Which criteria keep a message out of the relay pool, two texts of Microsoft's
// say differently: SPF does by both, DKIM by the older only. So nothing here is
// a proof.
func (c *inquiry) entered(a *Authentication) {
	if c.evidence.Rewritten {
		c.add(RelayPool, -weighsMuch-weighsMore, "the envelope sender was rewritten (SRS), which mail from the relay pool is not")
	}
	switch {
	case a.SPF == "pass":
		c.add(RelayPool, -weighsMuch-weighsMore, "SPF passed when the message came in, which keeps it out of the relay pool")
	case a.SPF == "" || a.SPF == "temperror":
	case a.dkimPassed():
		c.add(RelayPool, weighsMore, "SPF did not pass when the message came in (%s) and DKIM did: by Microsoft's newer page it is at risk of the relay pool, by the older article not", record.Text(a.SPF))
	case len(a.DKIM) == 0:
		c.add(RelayPool, weighsMore, "SPF did not pass when the message came in (%s), so it is at risk of the relay pool", record.Text(a.SPF))
	default:
		c.add(RelayPool, weighsMuch, "neither SPF (%s) nor DKIM (%s) passed when the message came in, so it is at risk of the relay pool", record.Text(a.SPF), record.Text(strings.Join(a.DKIM, ", ")))
	}
	if c.evidence.Forwarder != "" {
		c.add(RelayPool, weighsLittle, "the message was addressed to %s, and forwarded from there", record.Text(c.evidence.Forwarder))
	}
	if p, ok := c.providers.ForMX(c.evidence.ClientName); ok && a.SPF != "pass" {
		c.add(RelayPool, weighsLittle, "it came in through %s, whose address SPF was checked against: Enhanced Filtering was not at work", p.Name)
	}
}

// delivered weighs the reading of a message that is looked at itself.
func (c *inquiry) delivered(a *Authentication) {
	switch {
	case strings.HasSuffix(a.Action, "reject"), strings.HasSuffix(a.Action, "quarantine"):
		c.add(DMARCReject, weighsMuch+weighsMore, "DMARC failed, and the receiving system acted on it (action=%s)", record.Text(a.Action))
	case a.DMARC == "fail":
		c.add(DMARCReject, weighsMore, "DMARC failed")
	case a.DMARC == "temperror", a.SPF == "temperror":
		c.add(DNSFailure, weighsMuch, "a check ended without an answer from DNS (temperror)")
	}
	switch a.SPF {
	case "fail", "softfail", "permerror", "hardfail":
		c.add(SPFLacksSender, weighsMuch, "")
	case "neutral", "none":
		c.add(SPFLacksSender, weighsMore, "")
	}
	switch {
	case a.dkimPassed():
	case len(a.DKIM) > 0 && a.DKIM[0] == "none":
		c.add(DKIMFailed, weighsLittle, "")
	case len(a.DKIM) > 0:
		c.add(DKIMFailed, weighsMuch, "")
	}
	if a.DMARC == "pass" || a.DMARC == "bestguesspass" || a.DMARC == "" && a.SPF == "pass" && (a.dkimPassed() || len(a.DKIM) == 0) {
		c.add(NotAFailure, enoughForHigh, "the message passed")
	}
	if p, ok := c.throughGateway(); ok && a.SPF != "pass" {
		c.add(SPFLacksSender, -weighsMore, "")
		c.add(RelayPool, weighsMore, "it came in through %s, whose address SPF was checked against: without Enhanced Filtering, what is forwarded from here is at risk of the relay pool", p.Name)
	}
	if a.CompAuth == "fail" && a.DMARC != "fail" {
		c.add(SPFLacksSender, weighsLittle, "Microsoft's composite check failed although DMARC did not")
	}
	if c.evidence.Spam == "SPM" || c.evidence.Spam == "SKS" || c.evidence.Spam == "BLK" {
		c.add(ContentOrRule, weighsMuch, "Microsoft's filter marked the message (SFV:%s)", record.Text(c.evidence.Spam))
		c.weights[NotAFailure] = 0
	}
}

// throughGateway is the gateway whose address SPF was checked against, if there is
// one.
func (c *inquiry) throughGateway() (provider.Provider, bool) {
	p, ok := c.providers.ForMX(c.evidence.ClientName)
	return p, ok && p.Kind == provider.Gateway && !c.evidence.SkipListed
}

// onPremises weighs the host that a server of one's own handed its mail to.
func (c *inquiry) onPremises() {
	if len(c.evidence.Replies) == 0 {
		return
	}
	host := c.evidence.Replies[0].Host
	for _, gone := range []string{".mail.messaging.microsoft.com", ".bigfish.com", ".frontbridge.com"} {
		if strings.HasSuffix("."+host, gone) {
			c.add(OnPremisesSmartHost, weighsProof, "%s is a host of a Microsoft service that is gone", record.Text(host))
		}
	}
	label, eop := strings.CutSuffix(host, ".mail.protection.outlook.com")
	if !eop || strings.Contains(label, ".") || organization(c.evidence.Reporter) == microsoft || !c.likely(OnPremisesSmartHost, StaleMX, ConnectorWrong) {
		return
	}
	whose := ""
	for _, d := range c.evidence.Domains {
		if facts.EOPLabel(d) == label {
			whose = string(d)
		}
	}
	// Servers of the service itself have names without a hyphen: am5eur02ft005.
	if whose == "" && strings.Contains(label, "-") && c.evidence.sentBy() != "" && len(c.evidence.Domains) > 1 {
		c.add(OnPremisesSmartHost, weighsMuch+weighsLittle, "%s is the Exchange Online host of neither the sender's nor the recipient's domain", record.Text(host))
	}
	if whose != "" && whose == c.evidence.sentBy() && len(c.evidence.Domains) > 1 {
		c.add(ConnectorWrong, weighsMore, "%s is the Exchange Online host of the sender's own domain: it was used as smart host, and knows no connector for this server", record.Text(host))
	}
}

// clientAddress is the address that SPF and the reverse name are about.
func (c *inquiry) clientAddress() netip.Addr {
	e := &c.evidence
	if e.Authentication != nil {
		if ip, err := netip.ParseAddr(e.Authentication.ClientIP); err == nil {
			return ip
		}
	}
	if len(e.Replies) > 0 && (c.likely(PTRMissing, SPFLacksSender, IPBlocklisted)) {
		for _, found := range bracketed.FindAllStringSubmatch(e.Replies[0].Text, 4) {
			if ip, err := netip.ParseAddr(found[1]); err == nil {
				return ip.Unmap()
			}
		}
	}
	return e.ClientIP
}

// shownAuthentication is a copy fit for output.
func shownAuthentication(a *Authentication) *Authentication {
	shown := *a
	for _, s := range []*string{&shown.SPF, &shown.DMARC, &shown.Action, &shown.CompAuth, &shown.Reason, &shown.ClientIP, &shown.Server, &shown.MailFrom, &shown.From, &shown.ARC} {
		*s = record.Text(*s)
	}
	shown.DKIM, shown.DKIMReason = []string{}, nil
	for _, r := range a.DKIM {
		shown.DKIM = append(shown.DKIM, record.Text(r))
	}
	for _, r := range a.DKIMReason {
		shown.DKIMReason = append(shown.DKIMReason, record.Text(r[:min(len(r), 2*maxShownWord)]))
	}
	return &shown
}

// readingWords is a reading in one line.
func readingWords(a *Authentication) string {
	var words []string
	for _, w := range []struct{ name, value string }{
		{"spf", a.SPF}, {"dkim", dkimWords(a)}, {"dmarc", a.DMARC}, {"action", a.Action}, {"compauth", a.CompAuth},
		{"reason", a.Reason}, {"client", a.ClientIP},
	} {
		if w.value != "" {
			words = append(words, w.name+"="+w.value)
		}
	}
	return strings.Join(words, " ")
}

func dkimWords(a *Authentication) string {
	var words []string
	for i, r := range a.DKIM {
		if i < len(a.DKIMReason) && a.DKIMReason[i] != "" && r != "pass" {
			r = fmt.Sprintf("%s (%s)", r, a.DKIMReason[i])
		}
		words = append(words, r)
	}
	return strings.Join(words, ", ")
}

func orUnnamed(server string) string {
	if server == "" {
		return "a server without a name"
	}
	return record.Text(server)
}
