package facts

// mxTakeover looks at a mail exchanger that does not exist, and asks whether the
// domain does that one would have to register to make it exist.
func (b *builder) mxTakeover(h *Host) {
	if h.Exists.State != Absent {
		return
	}
	name := h.Name
	if n := len(h.Chain); n > 0 {
		name = h.Chain[n-1] // the alias exists; what it leads to does not
	}
	domain := registrable(canonical(name))
	if domain == "" || !askable(domain) {
		return
	}
	switch d := b.ask(domain, KindTXT, nil); d.Status {
	case NXDomain:
		h.Registrable = domain
	case Found, NoData:
	default:
		b.facts.MX.Targets = worst(b.facts.MX.Targets, standing(d))
	}
}

// mxTargets is the standing of part hosts, and of the domains of those that do
// not exist.
func (f *Facts) mxTargets() Standing {
	hosts := f.hosts()
	if hosts.State == "" {
		return hosts
	}
	return worst(hosts, f.MX.Targets)
}
