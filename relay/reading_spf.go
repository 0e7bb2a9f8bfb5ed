package relay

import (
	"fmt"
	"net/netip"

	"github.com/mailposture/mailposture/facts"
)

// maxStandIns bounds the addresses that stand for the gateway.
const maxStandIns = 8

// GatewayAddresses are the addresses of the hosts that receive first, to stand
// for those that a gateway delivers from, which DNS does not show.
func GatewayAddresses(to *facts.Facts) []netip.Addr {
	var all []netip.Addr
	for _, h := range bestHosts(to) {
		for _, a := range h.Addresses {
			if len(all) < maxStandIns {
				all = append(all, a)
			}
		}
	}
	return all
}

// senderSPF reads SPF of the sender for the host that hands its mail over, and
// for one that its record does not list.
func (r *reader) senderSPF(d Domains) {
	from, spf := d.From.Domain, d.From.SPF
	all, why := everywhereElse(spf)
	switch {
	case spf.State == facts.Unknown || spf.State == "":
		put(r, fElsewhere, "", Open, "%s", reason(spf.Standing))
	case all != "":
		put(r, fElsewhere, all, Seen, "the SPF of %s: %s", from, why)
	case spf.Voids.State == facts.Unknown:
		put(r, fElsewhere, "", Open, "%s", reason(spf.Voids))
	default:
		put(r, fElsewhere, "", Open, "the record of %s can end in permerror", from)
	}
	if d.Host.IsValid() {
		c := checkedFor(d.From, d.Host)
		put(r, fSPF, c.result, c.basis(), "%s", c.why)
		return
	}
	elsewhere := r.grounds[fElsewhere.name]
	switch passes := spf.Passes(); {
	case r.Elsewhere == facts.SPFNone || r.Elsewhere == facts.SPFPermError:
		put(r, fSPF, r.Elsewhere, Seen, "%s", elsewhere.Why)
	case passes.State == facts.Present && spf.Valid:
		put(r, fSPF, facts.SPFPass, Assumed, "the mail is taken to come from a host that the record of %s lists", from)
	case passes.State == facts.Present && r.Elsewhere == "":
		put(r, fSPF, "", Open, "%s; SPF for the very host would tell (--ip)", elsewhere.Why)
	case passes.State == facts.Unknown:
		put(r, fSPF, "", Open, "%s", reason(passes))
	default:
		put(r, fSPF, r.Elsewhere, elsewhere.Basis, "%s", elsewhere.Why)
	}
}

// relayed is SPF for one address.
type relayed struct {
	result facts.SPFResult // "" when it is not known
	why    string
}

func (c relayed) basis() Basis {
	if c.result == "" {
		return Open
	}
	return Seen
}

// checkedFor finds the result of check_host() for one address.
func checkedFor(from *facts.Facts, ip netip.Addr) relayed {
	for _, c := range from.SPF.Relay {
		switch {
		case c.IP != ip.Unmap():
		case c.Result == facts.SPFTempError:
			return relayed{why: c.Reason}
		default:
			return relayed{c.Result, fmt.Sprintf("SPF of %s gives %s for %s: %s", from.Domain, c.Result, ip, c.Reason)}
		}
	}
	return relayed{why: fmt.Sprintf("SPF of %s for %s was not checked", from.Domain, ip)}
}

// everywhereElse is what a record gives hosts that it does not list, and why;
// "" when that is not known.
func everywhereElse(spf facts.SPF) (facts.SPFResult, string) {
	switch {
	case spf.State == facts.Absent:
		return facts.SPFNone, "there is no record"
	case spf.State == facts.Present && spf.Tree == nil: // RFC 7208, section 4.5
		return facts.SPFPermError, "there are several records"
	case spf.State == facts.Present && len(spf.Tree.Problems) > 0: // RFC 7208, section 4.6
		return facts.SPFPermError, "the record has a syntax error"
	case !spf.Valid:
		return "", ""
	}
	switch spf.All {
	case '+':
		return facts.SPFPass, "it ends in +all"
	case '-':
		return facts.SPFFail, "it ends in -all"
	case '~':
		return facts.SPFSoftFail, "it ends in ~all"
	}
	return facts.SPFNeutral, "nothing else matches" // RFC 7208, section 4.7
}

// gateway reads SPF of the sender for the gateway.
func (r *reader) gateway(d Domains) {
	switch r.MX {
	case "":
		put(r, fGatewayListed, "", Open, "%s", r.grounds[fMX.name].Why)
		return
	case MXGateway:
	default:
		return // nothing is in front, and nothing hangs on it
	}
	if d.To.MX.Gateway != "" && len(d.Gateway) == 0 {
		if listed, _ := lists(d.From.SPF, func(id string) bool { return id == d.To.MX.Gateway }); listed == Yes {
			put(r, fGatewayListed, Yes, Seen, "the SPF record of %s includes %s", d.From.Domain, r.named(d.To, d.To.MX.Gateway))
			return
		}
	}
	addresses, open := d.Gateway, ""
	if len(addresses) == 0 {
		addresses, open = GatewayAddresses(d.To), whyIncomplete(d.To)
	}
	if len(addresses) == 0 && open == "" {
		open = "no address of the gateway is known"
	}
	r.listed(d.From, addresses, open)
}

// whyIncomplete is why not all addresses of the hosts that receive first are
// known, or "".
func whyIncomplete(to *facts.Facts) string {
	for _, h := range bestHosts(to) {
		if h.Complete.State != facts.Present {
			return reason(h.Complete)
		}
	}
	return ""
}

// listed reads what SPF says of the gateway's addresses. That it passes for
// one is enough; that it passes for none is only known when all are. Why one is
// not known is in open.
func (r *reader) listed(from *facts.Facts, addresses []netip.Addr, open string) {
	var first relayed
	for i, ip := range addresses {
		c := checkedFor(from, ip)
		switch {
		case c.result == facts.SPFPass:
			put(r, fGatewayListed, Yes, Seen, "%s", c.why)
			return
		case c.result == "" && open == "":
			open = c.why
		case i == 0:
			first = c
		}
	}
	if open != "" {
		put(r, fGatewayListed, "", Open, "%s; name an address that it delivers from (--gateway-ip)", open)
		return
	}
	put(r, fGatewayListed, No, Seen, "%s", first.why)
	put(r, fElsewhere, first.result, Seen, "%s", first.why)
}
