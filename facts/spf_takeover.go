package facts

// takeover looks at a term whose target does not exist, and asks whether the
// domain does that one would have to register to make it exist.
func (w *spfWalk) takeover(t *SPFTerm, o Observation) {
	if o.Status != NXDomain {
		return
	}
	name := o.Name
	if n := len(o.Chain); n > 0 {
		name = o.Chain[n-1] // the alias exists; what it leads to does not
	}
	domain := registrable(canonical(name))
	if domain == "" || !askable(domain) {
		return
	}
	switch d := w.ask(domain, KindTXT); d.Status {
	case NXDomain:
		t.Registrable = domain
	case Found, NoData:
	default:
		w.targets = worst(w.targets, standing(d))
	}
}
