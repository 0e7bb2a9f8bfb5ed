package relay

import "github.com/mailposture/mailposture/facts"

// lists reports whether a record, or one that it includes, includes a
// provider's. The reason is why it is not known.
func lists(spf facts.SPF, wanted func(id string) bool) (Answer, string) {
	switch {
	case spf.State == facts.Absent:
		return No, ""
	case spf.State != facts.Present:
		return "", reason(spf.Standing)
	case spf.Tree != nil && includes(spf.Tree, wanted):
		return Yes, ""
	case spf.Walk.State == facts.Unknown:
		return "", reason(spf.Walk)
	}
	return No, ""
}

// includes looks for a provider in a record and in those below it.
func includes(n *facts.SPFNode, wanted func(id string) bool) bool {
	for _, t := range n.Terms {
		if t.Dead || t.Bad || !t.Modifier && t.Qualifier != '+' {
			continue
		}
		if t.Provider != "" && wanted(t.Provider) || t.Child != nil && includes(t.Child, wanted) {
			return true
		}
	}
	return false
}

// forwarderSPF reads whether SPF of the forwarding domain lists the host that
// delivers the copies: Exchange Online, or else the gateway that the domain
// sends through, whose name is then returned. It is not known when neither the
// one nor the other is.
func (r *reader) forwarderSPF(to *facts.Facts) string {
	microsoft, why := lists(to.SPF, facts.IsMicrosoft365)
	switch microsoft {
	case Yes:
		put(r, fForwarderSPF, Yes, Seen, "the SPF record of %s includes Microsoft's", to.Domain)
	case No:
		if to.MX.State == facts.Unknown { // a gateway that it may send through, too
			put(r, fForwarderSPF, "", Open, "%s", reason(to.MX.Standing))
			return ""
		}
		if to.MX.Gateway != "" {
			if listed, _ := lists(to.SPF, func(id string) bool { return id == to.MX.Gateway }); listed == Yes {
				name := r.named(to, to.MX.Gateway)
				put(r, fForwarderSPF, Yes, Assumed, "the SPF record of %s includes %s, which its mail seems to go out through", to.Domain, name)
				return name
			}
		}
		put(r, fForwarderSPF, No, Seen, "the SPF record of %s includes neither Microsoft's nor its gateway's", to.Domain)
	default:
		put(r, fForwarderSPF, "", Open, "%s", why)
	}
	return ""
}
