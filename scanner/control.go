package scanner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync/atomic"

	"github.com/mailposture/mailposture/facts"
)

// controls are questions whose answers are known. They are put to a server once
// in a run, when something hangs on it: whether its addresses are made up where
// there is no name, and whether its denials can be believed without an SOA.
type controls struct {
	turn  chan struct{} // who holds it makes them
	tries int           // under turn
	shown atomic.Pointer[findings]
}

// findings is what the controls of a server have shown. The zero value is
// nothing.
type findings struct {
	made   []string // addresses that it gives for names that do not exist
	denies bool     // it denies what is not there, finds what is, and never shows an SOA
}

const (
	// mostControls is how often controls are made that fail for want of answers.
	mostControls = 3
	// proofControl is the Via.Proof of an absence that rests on them.
	proofControl = "control"
	causeMade    = "made-up address"
)

// control returns what the controls have shown, after they are made if they have
// not been.
func (t *task) control(ctx context.Context, i int) findings {
	c := &t.servers[i].controls
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return findings{}
	}
	defer func() { <-c.turn }()
	if f := c.shown.Load(); f != nil {
		return *f
	}
	for {
		f, ok := t.makeControls(ctx, i)
		if !ok && ctx.Err() != nil {
			return f // the server had no time to answer: whoever is next makes them
		}
		if c.tries++; ok || c.tries == mostControls {
			c.shown.Store(&f)
			return f
		}
	}
}

// makeControls asks the controls. False: an answer is missing.
func (t *task) makeControls(ctx context.Context, i int) (findings, bool) {
	f := findings{denies: true}
	srv := t.servers[i]
	for _, kind := range []string{facts.KindA, facts.KindAAAA} {
		var made []string
		names := absentNames(srv.name)
		found := 0
		for _, name := range names {
			v := t.ponder(ctx, i, facts.Question{Name: name, Kind: kind})
			switch {
			case v.status == facts.Found:
				found++
				made = append(made, v.data...)
			case v.mute():
				return findings{}, false
			}
			f.denies = f.denies && v.denial == facts.NXDomain
		}
		if found == len(names) { // one of them may be somebody's by now
			f.made = append(f.made, made...)
		}
	}
	if len(f.made) > 0 {
		srv.setAside(asideMade)
	}
	if !f.denies {
		return f, true
	}
	root := t.ponder(ctx, i, facts.Question{Name: ".", Kind: "NS"})
	f.denies = root.status == facts.Found
	return f, !root.mute()
}

// mute reports whether the server said nothing.
func (v verdict) mute() bool { return v.status == facts.Failed && v.weight <= weightLocal }

// absentNames are names that nobody has: derived, so that each run asks for the
// same, and below two domains, so that nobody spoils both by chance.
func absentNames(server string) []string {
	sum := sha256.Sum256([]byte("control of " + server))
	label := "mp-" + hex.EncodeToString(sum[:5])
	return []string{label + ".com", label + ".net"}
}

// ponder asks one server a question of our own, with all tries.
func (t *task) ponder(ctx context.Context, i int, q facts.Question) verdict {
	own := &task{DNS: t.DNS, question: q, visits: make([]visit, len(t.servers))}
	if err := own.query.pack(q); err != nil {
		return failed(keep, weightLocal, err.Error())
	}
	v := failed(again, weightSilent, causeTimeout)
	for try := 0; try <= t.cfg.Retries && v.then == again && own.pause(ctx, i, v) == nil; try++ {
		own.visits[i].asked++
		v = own.try(ctx, t.servers[i])
	}
	return v
}

// needsControl reports whether an answer says something that a server may have
// made up, and is not known to tell the truth about.
func (t *task) needsControl(srv *server, v verdict) bool {
	if v.status != facts.Found || t.question.Kind != facts.KindA && t.question.Kind != facts.KindAAAA {
		return false
	}
	f := srv.controls.shown.Load()
	return f == nil || len(f.made) > 0
}

// vet sees through made-up addresses.
func (t *task) vet(ctx context.Context, i int, v verdict) verdict {
	if v.then != keep || !t.needsControl(t.servers[i], v) {
		return v
	}
	made := t.control(ctx, i).made
	if slices.ContainsFunc(v.data, func(address string) bool { return !slices.Contains(made, address) }) {
		return v
	}
	return failed(elsewhere, weightFiltered, causeMade)
}

// byControl believes a denial without SOA if all servers that said anything
// agree in it, and none of them is one that shows an SOA elsewhere, withholds
// answers, or has not passed its controls. Some forwarders strip all SOA records.
func (t *task) byControl(ctx context.Context, v verdict) verdict {
	if v.denial == facts.NotAsked {
		return v
	}
	for _, visit := range t.visits {
		if visit.worst.weight > weightLocal && visit.worst.denial != v.denial {
			return v
		}
	}
	for i, srv := range t.servers {
		if t.visits[i].worst.denial == facts.NotAsked {
			continue
		}
		if srv.showsSOA.Load() || srv.withholds.Load() || !t.control(ctx, i).denies {
			return v
		}
	}
	return verdict{then: keep, status: v.denial, chain: v.chain, proof: proofControl}
}

// dissent lists what other servers said than the answer that is kept.
func (t *task) dissent(kept verdict) []string {
	var all []string
	for i, visit := range t.visits {
		if kept.status != facts.Failed && visit.worst.weight >= weightHollow && visit.worst.denial != kept.status {
			all = append(all, t.servers[i].name+": "+visit.worst.cause)
		}
	}
	return all
}
