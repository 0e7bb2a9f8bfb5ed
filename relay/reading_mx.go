package relay

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
)

// recipient reads who receives for the recipient's domain.
func (r *reader) recipient(to *facts.Facts) {
	r.filtering(to)
	m, best, takes := to.MX, bestHosts(to), reachable(to)
	microsoft := slices.ContainsFunc(best, func(h facts.Host) bool { return facts.IsMicrosoft365(h.Provider) })
	mailboxes := to.Mailbox.AtMicrosoft365()
	switch {
	case to.Exists.State == facts.Absent:
		put(r, fMX, MXNone, Seen, "%s does not exist", to.Domain)
	case takes.State != facts.Present && takes.State != facts.Absent:
		put(r, fMX, "", Open, "%s", reason(takes))
	case m.Null || len(best) == 0:
		put(r, fMX, MXNone, Seen, "%s has no MX that takes mail", to.Domain)
	case microsoft && m.Gateway != "":
		put(r, fMX, "", Open, "%s lists %s and Exchange Online at the same preference: mail takes either way", to.Domain, r.named(to, m.Gateway))
	case microsoft:
		put(r, fMX, MXMicrosoft, Seen, "the MX of %s is %s", to.Domain, best[0].Name)
	case m.Gateway != "" && !mailboxes:
		put(r, fMX, MXGateway, Assumed, "the MX of %s is %s, of %s; that the mailboxes are at Exchange Online is assumed", to.Domain, best[0].Name, r.named(to, m.Gateway))
	case m.Gateway != "":
		put(r, fMX, MXGateway, Seen, "the MX of %s is %s, of %s, and the mailboxes are at Exchange Online (%s confidence)", to.Domain, best[0].Name, r.named(to, m.Gateway), to.Mailbox.Confidence)
	case !to.Mailbox.Likely() && to.M365.State != facts.Unseen && to.M365.State != facts.Absent:
		put(r, fMX, "", Open, "%s", reason(to.M365.Standing))
	case mailboxes:
		put(r, fMX, MXGateway, Seen, "the MX of %s is %s, which is not Microsoft's, and the mailboxes are at Exchange Online (%s confidence)", to.Domain, best[0].Name, to.Mailbox.Confidence)
	default:
		put(r, fMX, MXOther, Seen, "the MX of %s is %s, and nothing speaks for Exchange Online behind it", to.Domain, best[0].Name)
	}
}

// filtering reads what an administrator says of Enhanced Filtering. DNS cannot
// show it.
func (r *reader) filtering(to *facts.Facts) {
	ef := to.Tenant.EnhancedFiltering
	says := "it is declared"
	if ef.Source == "export" {
		says = "the export of the tenant shows it"
	}
	switch ef.State {
	case facts.On:
		put(r, fFiltering, FilteringOn, Given, "%s", says)
	case facts.Off:
		put(r, fFiltering, FilteringOff, Given, "%s", says)
	default:
		put(r, fFiltering, "", Open, cannotShow)
	}
}

// forward reads how the message is sent on, and where.
func (r *reader) forward(d Domains) {
	switch from, to := d.From.Tenant.Accepted, d.To.Tenant.Accepted; {
	case to.State == facts.On && from.State == facts.On:
		put(r, fAccepted, Yes, Given, "the tenant of %s accepts %s", d.To.Domain, d.From.Domain)
	case to.State == facts.On && from.State == facts.Off:
		put(r, fAccepted, No, Given, "the tenant of %s does not accept %s", d.To.Domain, d.From.Domain)
	case d.From.Domain == d.To.Domain:
		put(r, fAccepted, Yes, Assumed, "the sender's domain is the recipient's own")
	}
	if d.Forward == nil {
		put(r, fForward, ForwardNone, Given, "no destination was named")
		return
	}
	smartHost := r.forwarderSPF(d.To)
	m, best := d.Forward.MX, bestHosts(d.Forward)
	switch s := reachable(d.Forward); {
	case m.Null || s.State == facts.Absent:
		put(r, fReceives, No, Seen, "%s has no host that takes mail", d.Forward.Domain)
	case s.State != facts.Present:
		put(r, fReceives, "", Open, "%s", reason(s))
	default:
		put(r, fReceives, Yes, Seen, "the MX of %s is %s", d.Forward.Domain, best[0].Name)
	}
	switch {
	case r.ForwarderSPF == "": // by which host a copy leaves
		put(r, fRelayCheck, "", Open, "%s", r.grounds[fForwarderSPF.name].Why)
	case smartHost != "":
		put(r, fRelayCheck, RelayCheckRanges, Assumed,
			"SPF of %s lists %s and not Microsoft: outbound mail seems to go through that gateway, which may know the tenant by Microsoft's published ranges", d.To.Domain, smartHost)
	case r.Receives == "":
		put(r, fRelayCheck, "", Open, "%s", r.grounds[fReceives.name].Why)
	case m.Gateway != "":
		put(r, fRelayCheck, RelayCheckRanges, Assumed, "%s receives through %s, which may know Microsoft's senders by published ranges", d.Forward.Domain, r.named(d.Forward, m.Gateway))
	default:
		put(r, fRelayCheck, RelayCheckNone, Assumed, "no gateway is known in front of %s", d.Forward.Domain)
	}
}

// reachable reads whether a domain has an MX or an address.
func reachable(f *facts.Facts) facts.Standing {
	m := f.MX
	switch {
	case f.Exists.State == facts.Absent:
		return f.Exists
	case m.State == facts.Present || m.Implicit:
		return facts.Standing{State: facts.Present}
	case m.FallbackUnknown.State == facts.Unknown:
		return m.FallbackUnknown
	case m.State == facts.Absent && !f.Options.Wants(facts.PartHosts):
		return facts.Standing{} // it may have an address
	}
	return m.Standing
}

// bestHosts are the hosts at the best preference.
func bestHosts(f *facts.Facts) []facts.Host {
	n := 0
	for n < len(f.MX.Hosts) && f.MX.Hosts[n].Preference == f.MX.Hosts[0].Preference {
		n++
	}
	return f.MX.Hosts[:n]
}

// named is a provider's name for people.
func (r *reader) named(f *facts.Facts, id string) string {
	if p, ok := f.Options.Providers.ByID(id); ok {
		return p.Name
	}
	return id
}
