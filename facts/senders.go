package facts

import (
	"fmt"
	"net/netip"
	"slices"
)

// Sender is a service that sends for a domain, as somebody declares it.
type Sender struct {
	// Name is an address, a provider's ID, or the name that an SPF record
	// includes for it.
	Name string `json:"name"`
	// Selectors are those that it signs with, besides those of the catalogue.
	Selectors []string `json:"selectors,omitempty"`
}

// SenderCheck is what DNS shows of one declared sender. DNS cannot show that mail is
// signed, but without a key it cannot be.
type SenderCheck struct {
	Sender
	Standing        // Present: SPF lets it send, or it has a key; Absent: neither
	By       string // "spf", "dkim" or "" where Absent
	Reason   string // of Absent: what was looked for
}

// senders checks what is declared to send.
func (b *builder) senders() {
	declared, ok := find(b.opt.Declared.Senders, b.domain)
	if !ok || b.facts.Exists.State != Present || !b.opt.Wants(PartSPF) {
		return
	}
	for _, s := range declared {
		b.facts.Senders = append(b.facts.Senders, b.sender(s))
	}
}

func (b *builder) sender(s Sender) SenderCheck {
	check := SenderCheck{Sender: s}
	spf, words := b.senderInSPF(s)
	key := b.senderKey(s)
	switch {
	case spf.State == Present:
		check.Standing, check.By = spf, "spf"
	case key.State == Present:
		check.Standing, check.By = key, "dkim"
	default:
		check.Standing = worst(Standing{State: Absent}, spf, key)
		check.Reason = words
	}
	return check
}

// senderInSPF looks for a sender in the domain's SPF.
func (b *builder) senderInSPF(s Sender) (Standing, string) {
	spf := &b.facts.SPF
	if ip, err := netip.ParseAddr(s.Name); err == nil {
		message := SPFMessage{IP: ip, From: "postmaster@" + b.domain, HELO: b.domain}
		c := newSPFEvaluation(&b.asker, message).run()
		switch c.Result {
		case SPFPass:
			return Standing{State: Present}, ""
		case SPFTempError:
			return unknown(c.Reason), ""
		}
		return Standing{State: Absent}, fmt.Sprintf("SPF gives %s for it", c.Result)
	}
	listed := false
	spf.EachRecord(func(n *SPFNode) {
		for i := range n.Terms {
			t := &n.Terms[i]
			listed = listed || !t.Dead && !t.Bad && (t.Provider == s.Name || canonical(t.Domain) == s.Name)
		}
	})
	if listed {
		return Standing{State: Present}, ""
	}
	return worst(Standing{State: Absent}, spf.Standing, spf.Walk), "SPF does not name it"
}

// senderKey looks for a key that a sender can sign with.
func (b *builder) senderKey(s Sender) Standing {
	p, _ := b.opt.Providers.ByID(s.Name)
	for _, k := range b.facts.DKIM.Keys {
		if k.State == KeyPresent && (slices.Contains(s.Selectors, k.Selector) || p.ID != "" && k.Provider == p.ID) {
			return Standing{State: Present}
		}
	}
	return worst(Standing{State: Absent}, b.facts.DKIM.KeysKnown)
}

// sendersKnown sums up the checks; the zero value when none is declared.
func (f *Facts) sendersKnown() Standing {
	sum := Standing{}
	for _, s := range f.Senders {
		if s.State == Unknown {
			return s.Standing
		}
		sum.State = Present
	}
	return sum
}
