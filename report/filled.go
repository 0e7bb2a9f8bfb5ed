package report

import "slices"

// some is s, or an empty slice for nil: readers were promised an array, and
// encoding/json writes a nil slice as null.
func some[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// filled is r with every array that the schema requires. New makes them; a
// Result made by hand or read from elsewhere may lack some. The findings are a
// copy, and what r points to is left alone.
func filled(r Result) Result {
	r.Roles = some(r.Roles)
	r.Repairs = some(r.Repairs)
	r.Unknown = some(r.Unknown)
	r.NotApplicable = some(r.NotApplicable)
	r.NotRun = some(r.NotRun)
	r.Findings = some(slices.Clone(r.Findings))
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Evidence = some(f.Evidence)
		f.Repairs = some(f.Repairs)
		if f.Help != nil {
			help := *f.Help
			help.Refs = some(help.Refs)
			f.Help = &help
		}
	}
	if r.MX != nil {
		mx := *r.MX
		mx.Hosts = some(mx.Hosts)
		r.MX = &mx
	}
	if r.DMARC != nil {
		dmarc := *r.DMARC
		dmarc.Path, dmarc.RUA, dmarc.RUF = some(dmarc.Path), some(dmarc.RUA), some(dmarc.RUF)
		r.DMARC = &dmarc
	}
	if r.DKIM != nil {
		dkim := *r.DKIM
		dkim.Keys = some(dkim.Keys)
		r.DKIM = &dkim
	}
	if r.M365 != nil {
		m365 := *r.M365
		m365.Signals = some(m365.Signals)
		r.M365 = &m365
	}
	return r
}

// filledRun is the same for a run.
func filledRun(run Run) Run {
	run.Lists = some(run.Lists)
	return run
}
