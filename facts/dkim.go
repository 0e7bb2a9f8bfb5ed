package facts

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/record"
)

// domainKey is the label under which selectors stand. RFC 6376, section 3.6.2.1.
const domainKey = "_domainkey."

// dkim looks for keys. Selectors cannot be listed, so it tries those that
// evidence implies, and a list of common ones only where nothing else helps.
func (b *builder) dkim() {
	d := &b.facts.DKIM
	if b.facts.Exists.State != Present {
		d.Standing = b.facts.Exists // no name below one that does not exist does; RFC 8020
		d.KeysKnown = d.Standing
		return
	}
	node := b.ask(domainKey+b.domain, KindTXT, nil)
	if node.Status == NXDomain {
		// Some servers deny a name that only has names below it, against
		// RFC 8020, so this ends the guessing and proves nothing.
		b.try(b.opt.Selectors, nil)
		b.settleDKIM(standing(node))
		return
	}
	wildcard := b.ask(wildcardLabel(domainKey+b.domain)+"."+domainKey+b.domain, KindTXT, nil)
	if wildcard.Status == Found {
		if k, ok := b.key("*", wildcard); ok {
			d.Wildcard = &k
		}
	}
	b.try(b.impliedSelectors(), wildcard.Data)
	if b.opt.Deep {
		b.try(rankedSelectors(maxDeep), wildcard.Data)
	} else if b.guessingHelps(node) {
		b.try(rankedSelectors(maxGuessed), wildcard.Data)
	}
	probe := standing(wildcard)
	if probe.State == Unknown {
		probe = b.withoutWildcard(probe)
	}
	b.settleDKIM(worst(Standing{State: Unseen}, standing(node), probe))
}

// withoutWildcard settles what the answers mean when the wildcard's is not
// known: any of the keys may be its. A selector that does not exist disproves
// it. RFC 4592, section 3.3.1.
func (b *builder) withoutWildcard(probe Standing) Standing {
	d := &b.facts.DKIM
	for _, selector := range d.Tried {
		o := b.ask(selector+"."+domainKey+b.domain, KindTXT, nil)
		if o.Status == NXDomain && len(o.Chain) == 0 && !strings.Contains(selector, ".") {
			return Standing{State: Absent}
		}
	}
	for i, k := range d.Keys {
		if k.State != KeyUnknown {
			d.Keys[i] = Key{Selector: k.Selector, State: KeyUnknown, Reason: probe.Reason}
		}
	}
	return probe
}

// guessingHelps reports whether the ranked list is worth its questions: there
// are selectors below _domainkey, and nothing has found one.
func (b *builder) guessingHelps(node Observation) bool {
	d := &b.facts.DKIM
	return node.Status == NoData && d.Wildcard == nil && !slices.ContainsFunc(d.Keys, func(k Key) bool {
		return k.State != KeyDangling
	})
}

// try asks for selectors. Answers equal to the wildcard's are its answer.
func (b *builder) try(selectors, wildcard []string) {
	d := &b.facts.DKIM
	d.Tried = slices.Grow(d.Tried, len(selectors))
	for _, selector := range selectors {
		selector = canonical(selector)
		if slices.Contains(d.Tried, selector) {
			continue
		}
		o := b.ask(selector+"."+domainKey+b.domain, KindTXT, nil)
		d.Tried = append(d.Tried, selector)
		if o.Status == Found && slices.Equal(o.Data, wildcard) {
			continue
		}
		if k, ok := b.key(selector, o); ok {
			d.Keys = append(d.Keys, k)
		}
	}
}

// key reads one selector's answer. There is no key to speak of where the name
// has neither a key record nor an alias.
func (b *builder) key(selector string, o Observation) (Key, bool) {
	k := Key{Selector: selector, Chain: o.Chain}
	alias := ""
	if len(o.Chain) > 0 {
		alias = o.Chain[0]
	}
	if p, ok := b.opt.Providers.ForSelector(selector, alias); ok {
		k.Provider = p.ID
	}
	s := standing(o)
	if s.State == Unknown {
		k.State, k.Reason = KeyUnknown, s.Reason
		return k, true
	}
	all := texts(o)
	records := selectTexts(all, record.IsDKIMKey)
	switch {
	case len(records) == 0 && len(o.Chain) > 0:
		k.State = KeyDangling
		return k, isSelectorAlias(alias)
	case len(records) == 0:
		return k, false // other TXT under a selector is nobody's key
	case len(all) > 1:
		k.State = KeySeveral
		k.Record = records[0]
		return k, true
	}
	k.Record = records[0]
	k.Parsed = b.memo.parseDKIMKey(k.Record.Octets)
	k.State = keyState(k.Parsed)
	return k, true
}

// isSelectorAlias reports whether a CNAME target can be meant as a key's name.
// A wildcard alias of the whole domain to a web host is none.
func isSelectorAlias(target string) bool {
	return strings.Contains(target, "domainkey") || strings.Contains(target, "dkim")
}

func keyState(k *record.DKIMKey) KeyState {
	switch {
	case k.Revoked:
		return KeyRevoked
	case !k.Usable():
		return KeyMalformed
	case !k.ForEmail():
		return KeyNotForEmail
	}
	return KeyPresent
}

// settleDKIM decides the part's state once all selectors were tried. base is
// what the questions before the selectors say.
func (b *builder) settleDKIM(base Standing) {
	d := &b.facts.DKIM
	slices.SortFunc(d.Keys, func(x, y Key) int { return strings.Compare(x.Selector, y.Selector) })
	d.Standing = Standing{State: Unseen}
	if base.State == Unknown {
		d.Standing = base
	}
	for _, k := range d.Keys {
		if k.State == KeyUnknown && d.State != Unknown {
			d.Standing = unknown(k.Reason)
		}
	}
	d.KeysKnown = d.Standing
	if slices.ContainsFunc(d.Keys, func(k Key) bool { return k.State == KeyPresent }) {
		d.Standing = Standing{State: Present}
	}
}
