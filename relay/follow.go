package relay

import "strings"

// model is the tables of the whole way.
type model struct {
	entry       entryTables
	exit        exitTables
	destination destinationTables
}

// published is the model as the sources have it.
func published() model {
	return model{entry: entryTruth, exit: exitTruth, destination: destinationTruth}
}

// Follow works out what becomes of a message. Where two published criteria for
// the relay pool disagree, Path.Criteria decides.
func Follow(p Path) Route { return published().follow(p) }

func (m model) follow(p Path) Route {
	s := &state{Path: p}
	switch p.MX {
	case MXOther:
		return elsewhere(NotExchangeOnline, "not at Exchange Online: this model says nothing")
	case MXNone:
		return elsewhere(Undeliverable, "nobody takes mail for the recipient")
	}
	s.hop(AtFirstHop, CheckMX, string(p.MX), fMX.name)
	s.hop(AtFirstHop, CheckSPF, string(p.SPF), fSPF.name)
	s.hop(AtFirstHop, CheckDKIM, string(p.DKIM), fDKIM.name)
	s.hop(AtFirstHop, CheckDMARCPolicy, string(p.Policy), fPolicy.name)
	if p.MX == "" { // whether Exchange Online has a part in it is not known
		s.Hops = append(s.Hops, Hop{At: AtExchangeOnline, Check: CheckOutcome, Why: whyOpen([]Input{fMX.name}), Rests: []Input{fMX.name}})
		s.need([]Input{fMX.name})
		return s.Route
	}
	m.enter(s)
	m.leave(s)
	if s.Envelope != "" && s.Envelope != EnvelopeNone { // where no copy may arrive, none has a result
		m.arrive(s)
	}
	outcome := m.destination.outcome.decide(s)
	s.Outcome, s.Code = outcome.value, outcome.code
	place := AtDestination
	switch s.Outcome {
	case RefusedAtEntry, QuarantinedAtEntry, DeliveredLocal, Blocked:
		place = AtExchangeOnline
	}
	note(s, place, CheckOutcome, outcome)
	return s.Route
}

// enter is what Exchange Online sees and does.
func (m model) enter(s *state) {
	spf := m.entry.spf.decide(s)
	s.EntrySPF = spf.value
	note(s, AtExchangeOnline, CheckSPF, spf)
	aligned := m.entry.aligned.decide(s)
	s.EntrySPFAligned = aligned.value
	s.need(aligned.needs)
	dkim := m.entry.dkim.decide(s)
	s.EntryDKIM = dkim.value
	note(s, AtExchangeOnline, CheckDKIM, dkim)
	dmarc := m.entry.dmarc.decide(s)
	s.EntryDMARC = dmarc.value
	note(s, AtExchangeOnline, CheckDMARC, dmarc)
	action := m.entry.action.decide(s)
	s.Entry = action.value
	note(s, AtExchangeOnline, CheckDMARCPolicy, action)
}

// leave is how a copy leaves.
func (m model) leave(s *state) {
	pool := m.exit.pool.decide(s)
	s.Pool = pool.value
	note(s, AtExchangeOnline, CheckPool, pool)
	envelope := m.exit.envelope.decide(s)
	s.Envelope = envelope.value
	if s.Envelope != EnvelopeNone {
		note(s, AtExchangeOnline, CheckEnvelope, envelope)
	}
}

// arrive is what the destination sees.
func (m model) arrive(s *state) {
	spf := m.destination.spf.decide(s)
	s.Route.SPF = spf.value
	note(s, AtDestination, CheckSPF, spf)
	aligned := m.destination.aligned.decide(s)
	s.SPFAligned = aligned.value
	s.need(aligned.needs)
	dkim := m.destination.dkim.decide(s)
	s.Route.DKIM = dkim.value
	note(s, AtDestination, CheckDKIM, dkim)
	dmarc := m.destination.dmarc.decide(s)
	s.DMARC = dmarc.value
	note(s, AtDestination, CheckDMARC, dmarc)
}

// elsewhere is the route of a message that never comes to Exchange Online.
func elsewhere(outcome Outcome, why string) Route {
	return Route{
		Pool: PoolNone, Envelope: EnvelopeNone, Outcome: outcome,
		Hops: []Hop{{At: AtFirstHop, Check: CheckOutcome, Result: string(outcome), Why: why, Rests: []Input{fMX.name}}},
	}
}

// note adds what a table said to the hops.
func note[T ~string](s *state, at Place, check Check, d decision[T]) {
	s.need(d.needs)
	s.Hops = append(s.Hops, Hop{At: at, Check: check, Result: string(d.value), Why: d.why, Source: d.source, Rests: d.rests})
}

// hop adds a value that was given. What it rests on is all there is to say.
func (s *state) hop(at Place, check Check, result string, input Input) {
	s.Hops = append(s.Hops, Hop{At: at, Check: check, Result: result, Rests: []Input{input}})
}

// need notes the inputs of the path that are not known. What was worked out on
// the way has named its own already.
func (s *state) need(names []Input) {
	for _, name := range names {
		if !strings.HasPrefix(string(name), derived) {
			s.Needs = add(s.Needs, name)
		}
	}
}
