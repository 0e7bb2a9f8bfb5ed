package relay

import "strings"

// Who is the side that can make a change.
type Who string

// The sides.
const (
	WhoSender      Who = "sender"      // the sender's domain
	WhoRecipient   Who = "recipient"   // the tenant that forwards
	WhoGateway     Who = "gateway"     // the gateway in front of it
	WhoDestination Who = "destination" // the destination, or the gateway that the tenant's mail goes out through
)

// Change is something that one side can do about a path.
type Change struct {
	ID   string // permanent
	Who  Who
	Text string // what to do
	How  string // where, or with which command, and what to look out for

	does func(*Path) bool // false where there is nothing to change
}

// acceptedDomain is the one change that only the owner of the sender's domain
// can make.
const acceptedDomain = "accepted-domain"

// changes lists the changes, in the order in which to think of them. One that
// only the owner of the sender's domain can make, and one that does away with
// the gateway, come last.
func changes() []Change {
	return []Change{
		{
			"enable-enhanced-filtering", WhoRecipient, "turn on Enhanced Filtering for the inbound connector of the gateway",
			"Set-InboundConnector -EFSkipLastIP $true where the gateway is the only hop, else -EFSkipIPs with every public hop; try it with -EFUsers first, since it also makes Exchange Online honour senders' DMARC policies",
			func(p *Path) bool {
				p.Filtering = FilteringOn
				return p.MX == MXGateway
			},
		},
		{
			"gateway-keeps-content", WhoGateway, "have the gateway leave signed content as it is",
			"no rewritten links, banners or subject tags for mail that is DKIM-signed, or do that behind Exchange Online",
			func(p *Path) bool {
				p.GatewayChanges = No
				return p.MX == MXGateway
			},
		},
		{
			"allow-forwarding", WhoRecipient, "allow automatic forwarding to the outside for this mailbox",
			"an outbound spam policy for the mailbox with automatic forwarding on (New-HostedOutboundSpamFilterPolicy -AutoForwardingMode On), not the default for all",
			func(p *Path) bool {
				p.AutoForward = Yes
				return true
			},
		},
		{
			"sender-signs-dkim", WhoSender, "sign the sender's mail with DKIM for its own domain",
			"a key under the sender's domain, and d= of the organization of the From header; it survives forwarding while the content stays",
			func(p *Path) bool {
				p.DKIM = DKIMAligned
				return true
			},
		},
		{
			"sender-spf", WhoSender, "list the sending host in the sender's SPF record",
			"mailposture spf check shows why it does not pass",
			func(p *Path) bool {
				p.SPF = "pass"
				return true
			},
		},
		{
			"forwarder-spf", WhoRecipient, "list the host that delivers the copies in the forwarding domain's SPF record",
			"include:spf.protection.outlook.com, or the include of the gateway that the mail goes out through",
			func(p *Path) bool {
				p.ForwarderSPF = Yes
				return true
			},
		},
		{
			"destination-authorises", WhoDestination, "have the refusing host authorise the tenant by something other than published ranges",
			"by the connector's certificate, a tenant header or the recipient's domain; the relay pool's addresses are unpublished and change",
			func(p *Path) bool {
				p.RelayCheck = RelayCheckNone
				return true
			},
		},
		{
			acceptedDomain, WhoRecipient, "make the sender's domain an accepted domain of the tenant",
			"only for a domain of your own: New-AcceptedDomain, as internal relay where its mailboxes are elsewhere",
			func(p *Path) bool {
				p.Accepted = Yes
				return true
			},
		},
		{
			"mx-to-microsoft", WhoRecipient, "point the MX of the recipient's domain at Exchange Online",
			"the gateway then no longer filters what comes in",
			func(p *Path) bool {
				p.MX, p.GatewayChanges, p.GatewayRewrites = MXMicrosoft, No, No
				return true
			},
		},
	}
}

// Mend is changes that together bring a message through.
type Mend []Change

// Text is what to do.
func (m Mend) Text() string {
	var texts []string
	for _, c := range m {
		texts = append(texts, c.Text)
	}
	return strings.Join(texts, ", and ")
}

// Mends lists what would deliver a message that fails, the best first: each
// change that is enough by itself and, where none is that any sender can hope
// for, the pairs that are. It is empty for a message that arrives, and for one
// of which not enough is known.
func Mends(p Path) []Mend {
	if !Follow(p).Outcome.Failed() {
		return nil
	}
	var singles, pairs []Mend
	general := false // a change is enough that does not ask for a domain of one's own
	for _, c := range changes() {
		if delivers(p, c) {
			singles = append(singles, Mend{c})
			general = general || c.ID != acceptedDomain
		}
	}
	if general {
		return singles
	}
	all := changes()
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.ID != acceptedDomain && b.ID != acceptedDomain && delivers(p, a, b) {
				pairs = append(pairs, Mend{a, b})
			}
		}
	}
	return append(singles, pairs...)
}

// delivers reports whether the message arrives once the changes are made, each
// of which must change something.
func delivers(p Path, all ...Change) bool {
	for _, c := range all {
		before := p
		if !c.does(&p) || p == before {
			return false
		}
	}
	end := Follow(p).Outcome
	return end == Delivered || end == DeliveredLocal
}
