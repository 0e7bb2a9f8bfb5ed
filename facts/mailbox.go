package facts

import (
	"slices"

	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/record"
)

// Mailbox is who holds the mailboxes, as far as DNS shows or somebody declares.
type Mailbox struct {
	Host string // provider ID, or ""

	// Confidence is Low where it is only possible; "" when Host is "".
	Confidence Confidence
	Evidence   []string // names of the Signals; "declared"
	Signals    []Signal // what speaks for Host, strongest first
	Against    []Signal // what speaks against it: traces of another service among them
}

// Likely reports whether the mailboxes are at least likely at Host.
func (m Mailbox) Likely() bool { return m.Confidence == High || m.Confidence == Medium }

// AtMicrosoft365 reports whether the mailboxes are at least likely at Microsoft 365.
func (m Mailbox) AtMicrosoft365() bool { return IsMicrosoft365(m.Host) && m.Likely() }

// Google is what DNS shows of a Google Workspace account.
type Google struct {
	Signals []Signal // strongest first
	Score   int
}

// google collects the signals of Google Workspace. It asks nothing: the key is
// among the selectors that are tried behind a gateway.
func (b *builder) google() {
	g := &b.facts.Google
	put := func(name string, evidence Question, value string) {
		g.Signals = append(g.Signals, newSignal(googleWorkspace, name, evidence, value))
	}
	for _, h := range b.facts.MX.Hosts {
		if h.Provider == googleWorkspace {
			put("mx", Question{Name: b.domain, Kind: KindMX}, h.Name)
			break
		}
	}
	for _, k := range b.facts.DKIM.Keys {
		if k.State == KeyPresent && k.Provider == googleWorkspace {
			put("dkim-key", k.Record.Question, k.Selector)
			break
		}
	}
	if tree := b.facts.SPF.Tree; tree != nil {
		for _, t := range tree.Terms {
			if t.Mechanism == record.MechInclude && t.Provider == googleWorkspace {
				put("spf-include", tree.Question, canonical(t.Domain))
				break
			}
		}
	}
	g.Score = sumWeights(g.Signals)
}

// mailbox settles who holds the mailboxes: whoever was declared, then the
// mailbox host that receives, then whoever the signals speak for.
func (b *builder) mailbox() {
	f := b.facts
	if id, ok := find(b.opt.Declared.Mailboxes, b.domain); ok {
		f.Mailbox = Mailbox{Host: id, Confidence: High, Evidence: []string{"declared"}}
		return
	}
	byMX, atMX := b.mailboxByMX()
	if atMX && byMX.Confidence != Low {
		f.Mailbox = byMX
		return
	}
	bySignals := b.mailboxBySignals()
	if atMX && !bySignals.Likely() {
		bySignals = byMX
	}
	f.Mailbox = bySignals
}

// mailboxByMX is the mailbox host of the best MX. It is as sure as the entry of
// the catalogue.
func (b *builder) mailboxByMX() (Mailbox, bool) {
	m := b.facts.MX
	if len(m.Hosts) == 0 || m.Null {
		return Mailbox{}, false
	}
	p, ok := b.opt.Providers.ByID(m.Hosts[0].Provider)
	if !ok || p.Kind != provider.MailboxHost || p.Retired || b.gatewayDeclared() {
		return Mailbox{}, false
	}
	signal := newSignal(p.ID, "mx", Question{Name: b.domain, Kind: KindMX}, m.Hosts[0].Name)
	if signal.Strength == "" {
		signal.Strength, signal.Weight, signal.Refuted = "proof", weightProof, "a host that passes mail on"
	}
	if p.Confidence == provider.Low {
		signal.Strength, signal.Weight = "weak", weightWeak
	}
	confidence := map[provider.Confidence]Confidence{provider.High: High, provider.Medium: Medium, provider.Low: Low}[p.Confidence]
	return Mailbox{Host: p.ID, Confidence: confidence, Evidence: []string{"mx"}, Signals: []Signal{signal}}, true
}

// mailboxBySignals weighs Microsoft 365 against Google Workspace. Where both are
// likely, neither is very likely.
func (b *builder) mailboxBySignals() Mailbox {
	f := b.facts
	microsoft := Mailbox{Host: microsoft365, Signals: f.M365.Signals, Against: slices.Concat(f.M365.Against, f.Google.Signals)}
	google := Mailbox{Host: googleWorkspace, Signals: f.Google.Signals, Against: f.M365.Signals}
	best, score, other := microsoft, f.M365.Score, f.Google.Score
	if other > score {
		best, score, other = google, other, score
	}
	switch {
	case score >= scoreVeryLikely && other < scoreLikely:
		best.Confidence = High
	case score >= scoreLikely:
		best.Confidence = Medium
	case score >= scorePossible:
		best.Confidence = Low
	default:
		return Mailbox{}
	}
	for _, s := range best.Signals {
		best.Evidence = append(best.Evidence, s.Name)
	}
	return best
}
