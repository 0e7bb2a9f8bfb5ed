package scanner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner/zone"
)

// The causes of Failed that several places give. None names a server, a number
// of tries or a time, so that they are the same each run.
const (
	causeTimeout    = "timeout"
	causeNoSOA      = "negative answer without SOA"
	causeLoop       = "CNAME loop"
	causeLong       = "CNAME chain too long"
	causeSeveral    = "several CNAME records at one name"
	causeIncomplete = "incomplete CNAME chain"
	causeContrary   = "NXDOMAIN with records"
)

// then is what to do after an answer.
type then int

// What to do. The zero value is none of them.
const (
	_         then = iota
	keep           // the answer is known; or it is at fault in a way that no server can mend
	again          // ask again, this server too: the failure may pass
	elsewhere      // ask another server: this one would say the same again
	overTCP        // ask this server over TCP, then as elsewhere
	plainly        // ask this server without EDNS
)

// weight orders failures. Of several tries the heaviest failure is the cause,
// and of equals the first by alphabet, so that the order of servers does not show.
type weight int

// The weights, lightest first.
const (
	weightSilent    weight = iota // nothing valid came
	weightLocal                   // the question did not leave this machine
	weightTruncated               // an answer came, but never whole
	weightRcode                   // the server said that it has no answer
	weightHollow                  // an answer came that proves nothing
	weightFiltered                // the answer is withheld
)

// verdict is what one exchange amounts to: an observation's fields, and what to
// do next.
type verdict struct {
	then   then
	weight weight
	status facts.Status
	data   []string
	chain  []string
	cause  string
	ttl    uint32
	proof  string
	denial facts.Status // of a failed one: the absence that it claims without proof
}

func failed(then then, weight weight, cause string) verdict {
	return verdict{then: then, weight: weight, status: facts.Failed, cause: cause}
}

// heavier returns the failure that the observation is to show.
func heavier(a, b verdict) verdict {
	if a.weight > b.weight || a.weight == b.weight && a.cause <= b.cause {
		return a
	}
	return b
}

// verdict works out what a valid message says about the query.
func (m *message) verdict(q *query) verdict {
	if code := m.filtered(); code > 0 {
		return failed(elsewhere, weightFiltered, fmt.Sprintf("filtered (EDE %d)", code))
	}
	name := m.rcode == rcodeNXDomain
	switch {
	case q.edns && intolerant(m.rcode):
		return failed(plainly, weightRcode, m.failure())
	case m.rcode != rcodeNoError && !name:
		return failed(again, weightRcode, m.failure())
	}
	w := m.walk(q)
	switch {
	case w.cause != "":
		return failed(keep, weightHollow, w.cause)
	case len(w.data) > 0 && name:
		return failed(elsewhere, weightHollow, causeContrary)
	case len(w.data) > 0:
		return m.found(w)
	}
	return m.negative(w, name)
}

// walk is the way along the answer section.
type walk struct {
	name  string // the last of the chain
	chain []string
	data  []string
	ttl   uint32
	cause string // why the way leads nowhere
}

// walk follows the CNAME chain from the name asked, and collects the records of
// the asked type at its end; others are not ours to use. RFC 1034, section
// 4.3.2. A resolver puts a CNAME beside each DNAME: RFC 6672, section 3.1.
func (m *message) walk(q *query) walk {
	w := walk{name: q.name, ttl: maxTTL}
	for q.kind != typeCNAME {
		target := ""
		for _, r := range m.answer {
			if r.kind != typeCNAME || r.owner != w.name {
				continue
			}
			if target != "" && r.data != target {
				w.cause = causeSeveral // RFC 2181, section 10.1
				return w
			}
			target = r.data
			w.ttl = min(w.ttl, clampTTL(r.ttl))
		}
		if target == "" {
			break
		}
		next := strings.TrimSuffix(target, ".")
		switch {
		case next == q.name || slices.Contains(w.chain, next):
			w.cause = causeLoop
			return w
		case len(w.chain) == zone.MaxChain:
			w.cause = causeLong
			return w
		}
		w.chain, w.name = append(w.chain, next), next
	}
	for _, r := range m.answer {
		if r.kind == q.kind && r.owner == w.name {
			w.data = append(w.data, r.data)
			w.ttl = min(w.ttl, clampTTL(r.ttl))
		}
	}
	return w
}

// found keeps the records, unless they are too many.
func (m *message) found(w walk) verdict {
	data, err := zone.Tidy(w.data)
	if err != nil {
		return failed(keep, weightHollow, err.Error())
	}
	return verdict{then: keep, status: facts.Found, data: data, chain: w.chain, ttl: w.ttl}
}

// negative believes an absence if the authority section holds the SOA record of
// a zone that the name can be in. RFC 2308, section 2. Resolvers that block by
// policy, and broken ones, leave it out.
func (m *message) negative(w walk, name bool) verdict {
	for _, soa := range m.soa {
		if !zone.Within(w.name, soa.owner) {
			continue
		}
		v := verdict{then: keep, status: facts.NoData, chain: w.chain, proof: proofSOA}
		v.ttl = min(w.ttl, clampTTL(soa.negativeTTL()))
		if name {
			v.status = facts.NXDomain // of the last name: RFC 2308, section 2.1
		}
		return v
	}
	if len(w.chain) > 0 && !name {
		return failed(elsewhere, weightHollow, causeIncomplete)
	}
	v := failed(overTCP, weightHollow, causeNoSOA)
	switch {
	case !m.bare: // a referral, or the SOA of another zone: no denial at all
	case name:
		v.denial, v.chain = facts.NXDomain, w.chain
	default:
		v.denial = facts.NoData
	}
	return v
}

// proofSOA is the Via.Proof of an absence with the SOA record of its zone.
const proofSOA = "soa"

// maxTTL is the longest that an answer is believed: a day, in seconds.
const maxTTL = 86400

// clampTTL reads a TTL. RFC 2181, section 8: one with the top bit is zero.
func clampTTL(ttl uint32) uint32 {
	if ttl >= 1<<31 {
		return 0
	}
	return min(ttl, maxTTL)
}
