package facts

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/mailposture/mailposture/provider"
)

// maxHosts bounds the mail exchangers whose addresses are asked for. The most
// that any of 20,040 real domains lists is below it; see docs/real-data.md.
const maxHosts = 16

// mx reads the MX set and, where wanted, the addresses of its hosts.
func (b *builder) mx(o Observation) {
	m := &b.facts.MX
	m.Standing = standing(o)
	if len(o.Data) > 0 {
		m.Hosts = make([]Host, 0, len(o.Data))
	}
	for _, data := range o.Data {
		m.Hosts = append(m.Hosts, parseMX(data))
	}
	slices.SortFunc(m.Hosts, func(a, b Host) int {
		return cmp.Or(cmp.Compare(a.Preference, b.Preference), cmp.Compare(a.Name, b.Name))
	})
	// RFC 7505, section 3: a null MX is the only record. One beside others is
	// no null MX, but a host that cannot be.
	m.Null = len(m.Hosts) == 1 && m.Hosts[0].Name == ""
	if m.State == Absent && o.Status == NoData {
		b.implicitMX()
	}
	for i := range m.Hosts {
		b.host(&m.Hosts[i], i)
	}
	if len(m.Hosts) > 0 {
		m.Gateway = b.declaredGateway(b.gateway(m.Hosts))
	}
}

// parseMX reads "10 mx.example.com.".
func parseMX(data string) Host {
	preference, name, _ := strings.Cut(data, " ")
	n, _ := strconv.ParseUint(preference, 10, 16) // the wire has 16 bits: it always fits
	return Host{Name: canonical(name), Preference: uint16(n)}
}

// implicitMX looks for an address of the domain itself, which senders use when
// there is no MX. RFC 5321, section 5.1.
func (b *builder) implicitMX() {
	if !b.opt.Wants(PartHosts) {
		return
	}
	host := Host{Name: b.domain}
	b.addresses(&host)
	switch host.State {
	case Present:
		b.facts.MX.Implicit = true
		b.facts.MX.Hosts = []Host{host}
	case Unknown:
		// Whether mail can arrive is not known, but that there is no MX is.
		b.facts.MX.Hosts = nil
		b.facts.MX.FallbackUnknown = host.Standing
	}
}

func (b *builder) host(h *Host, position int) {
	if p, ok := b.opt.Providers.ForMX(h.Name); ok {
		h.Provider = p.ID
	}
	switch {
	case h.Name == "" || !b.opt.Wants(PartHosts) || b.facts.MX.Implicit:
	case position >= maxHosts:
		h.Standing = unknown("addresses of " + h.Name + ": not asked, only " + strconv.Itoa(maxHosts) + " MX hosts are looked up")
	default:
		b.addresses(h)
		b.mxTakeover(h)
	}
}

// addresses asks for a host's A and AAAA.
func (b *builder) addresses(h *Host) {
	a := b.ask(h.Name, KindA, nil)
	aaaa := b.ask(h.Name, KindAAAA, nil)
	h.Exists = exists(a, aaaa)
	h.Chain = a.Chain
	if len(h.Chain) == 0 {
		h.Chain = aaaa.Chain
	}
	h.Addresses = append(parseAddresses(a.Data), parseAddresses(aaaa.Data)...)
	h.Complete = worst(Standing{State: Present}, standing(a), standing(aaaa))
	switch {
	case len(h.Addresses) > 0:
		h.Standing = Standing{State: Present}
	case h.Complete.State == Unknown:
		h.Standing = h.Complete
	default:
		h.Standing = Standing{State: Absent}
	}
}

func parseAddresses(data []string) []netip.Addr {
	addresses := make([]netip.Addr, 0, len(data))
	for _, text := range data {
		if addr, err := netip.ParseAddr(text); err == nil {
			addresses = append(addresses, addr)
		}
	}
	return addresses
}

// gateway is the third-party gateway that receives first: the provider of a
// host at the best preference, if it is one.
func (b *builder) gateway(hosts []Host) string {
	for _, h := range hosts {
		if h.Preference != hosts[0].Preference {
			break
		}
		if p, ok := b.opt.Providers.ByID(h.Provider); ok && p.Kind == provider.Gateway {
			return p.ID
		}
	}
	return ""
}

// hosts sums up the standings of the MX hosts' addresses.
func (f *Facts) hosts() Standing {
	switch {
	case !f.Options.Wants(PartHosts):
		return Standing{}
	case f.MX.State == Unknown:
		return f.MX.Standing
	case f.MX.FallbackUnknown.State == Unknown:
		return f.MX.FallbackUnknown
	}
	sum := Standing{State: Absent}
	for _, h := range f.MX.Hosts {
		switch {
		case h.State == Unknown:
			return h.Standing
		case h.Complete.State == Unknown:
			return h.Complete
		case h.State == Present:
			sum.State = Present
		}
	}
	return sum
}
