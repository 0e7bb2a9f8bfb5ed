package facts

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/record"
)

// The weights of Microsoft 365 signals and the sums from which mailboxes there
// are likely, and very likely. Measured on 40,052 public-sector domains: a
// strong signal is some 200 times commoner with Microsoft's MX than with
// another's, the direct include 120 times, the MS= text 10 times.
const (
	weightStrong = 3.0
	weightMedium = 2.0
	weightWeak   = 1.0

	scoreLikely     = 3.0
	scoreVeryLikely = 5.0
	scoreProof      = 10.0 // a Microsoft MX leaves no doubt
)

// microsoft365 is the ID of the provider, and the beginning of the IDs of its
// national clouds and older forms.
const microsoft365 = "microsoft-365"

// IsMicrosoft365 reports whether a provider's ID is that of Microsoft 365, in any
// of its clouds and under its older names.
func IsMicrosoft365(id string) bool { return strings.HasPrefix(id, microsoft365) }

// m365 collects the signals of a Microsoft 365 tenant.
func (b *builder) m365() {
	m := &b.facts.M365
	if b.facts.Exists.State != Present {
		m.Standing = b.facts.Exists
		return
	}
	m.EOPHost = EOPLabel(b.facts.Domain) + ".mail.protection.outlook.com"
	doubt := []Standing{b.facts.MX.Standing, standing(b.txt), b.facts.DKIM.KeysKnown}
	b.mxSignal()
	b.dkimSignal()
	b.spfSignal()
	b.verificationSignal()
	if b.facts.MX.Gateway != "" || len(m.Signals) > 0 {
		doubt = append(doubt, b.autodiscoverSignal(), b.eopSignal())
	}
	slices.SortStableFunc(m.Signals, func(x, y Signal) int { return int(y.weight() - x.weight()) })
	for _, s := range m.Signals {
		m.Score += s.weight()
	}
	if m.Score >= scoreLikely {
		m.Standing = Standing{State: Present} // more answers could only add to it
		return
	}
	m.Standing = worst(Standing{State: Unseen}, doubt...)
}

func (s Signal) weight() float64 {
	switch s.Strength {
	case "proof":
		return scoreProof
	case "strong":
		return weightStrong
	case "medium":
		return weightMedium
	}
	return weightWeak
}

func (b *builder) signal(name, strength string, evidence Question) {
	b.facts.M365.Signals = append(b.facts.M365.Signals, Signal{Name: name, Strength: strength, Evidence: evidence})
}

func (b *builder) mxSignal() {
	for _, h := range b.facts.MX.Hosts {
		if IsMicrosoft365(h.Provider) {
			b.signal("mx", "proof", Question{Name: b.domain, Kind: KindMX})
			return
		}
	}
}

// dkimSignal is a Microsoft selector, unless its key is proved to be gone: then
// it is left over from a tenant of old.
func (b *builder) dkimSignal() {
	for _, k := range b.facts.DKIM.Keys {
		if k.State != KeyDangling && len(k.Chain) > 0 && isMicrosoftSelector(k.Chain[0]) {
			b.signal("dkim-cname", "strong", Question{Name: k.Selector + "." + domainKey + b.domain, Kind: KindTXT})
			return
		}
	}
}

// isMicrosoftSelector reports whether a selector's alias leads to a tenant.
// Microsoft Learn, "Set up DKIM to sign mail from your Microsoft 365 domain".
func isMicrosoftSelector(target string) bool {
	return under(target, "onmicrosoft.com") || under(target, "onmicrosoft.us") || under(target, "dkim.mail.microsoft")
}

// spfSignal is an include in the domain's own record. One that comes through a
// vendor's record shows the vendor's mail.
func (b *builder) spfSignal() {
	if b.facts.SPF.Tree == nil {
		return
	}
	for _, t := range b.facts.SPF.Tree.Terms {
		if t.Mechanism == record.MechInclude && IsMicrosoft365(t.Provider) {
			b.signal("spf-include", "medium", b.facts.SPF.Tree.Question)
			return
		}
	}
}

// verificationSignal is the MS= text, which proves a tenant but no mailboxes.
func (b *builder) verificationSignal() {
	for _, r := range b.own {
		if value, ok := strings.CutPrefix(r.Octets, "MS="); ok && isVerification(value) {
			b.signal("ms-txt", "weak", r.Question)
			return
		}
	}
}

// isVerification reports whether s is "ms" and digits, or forty hex digits.
func isVerification(s string) bool {
	digits, numbered := strings.CutPrefix(s, "ms")
	if numbered {
		return digits != "" && strings.Trim(digits, "0123456789") == ""
	}
	return len(s) == 40 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// autodiscoverSignal asks where Outlook is sent to find its mailbox.
func (b *builder) autodiscoverSignal() Standing {
	o := b.ask("autodiscover."+b.domain, KindCNAME, nil)
	for _, data := range o.Data {
		switch canonical(data) {
		case "autodiscover.outlook.com", "autodiscover-s.outlook.com", "autodiscover.office365.us", "autodiscover.partner.outlook.cn":
			b.signal("autodiscover", "strong", o.Question)
		}
	}
	return standing(o)
}

// eopSignal asks for the host that Exchange Online gives each accepted domain.
func (b *builder) eopSignal() Standing {
	o := b.ask(b.facts.M365.EOPHost, KindA, nil)
	if o.Status == Found {
		b.signal("eop-host", "strong", o.Question)
	}
	return standing(o)
}

// EOPLabel is the first label of a domain's Exchange Online Protection host.
// Microsoft does not document how it is made; 6,469 of 6,469 real hosts
// follow this scheme: dots become hyphens, and where the domain has hyphens of
// its own they are dropped, and their places encoded behind a "0". Each four
// places are one letter, a for 0 to p for 15, the first place its lowest bit;
// runs of a are written as their number.
func EOPLabel(domain Domain) string {
	name := string(domain)
	base := strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), ".", "-")
	last := strings.LastIndexByte(name, '-')
	if last < 0 {
		return base
	}
	nibbles := make([]byte, last/4+1)
	for i := range len(name) {
		if name[i] == '-' {
			nibbles[i/4] |= 1 << (i % 4)
		}
	}
	places, zeros := "0", 0
	for _, n := range nibbles {
		if n == 0 {
			zeros++
			continue
		}
		if zeros > 0 {
			places += strconv.Itoa(zeros)
			zeros = 0
		}
		places += string('a' + n)
	}
	return base + places
}

// mailbox infers who holds the mailboxes.
func (b *builder) mailbox() {
	f := b.facts
	if len(f.MX.Hosts) > 0 && !f.MX.Null {
		if p, ok := b.opt.Providers.ByID(f.MX.Hosts[0].Provider); ok && p.Kind == provider.MailboxHost {
			f.Mailbox = Mailbox{Host: p.ID, Confidence: High, Evidence: []string{"mx"}}
			return
		}
	}
	switch {
	case f.M365.Score >= scoreVeryLikely:
		f.Mailbox = Mailbox{Host: microsoft365, Confidence: High}
	case f.M365.Score >= scoreLikely:
		f.Mailbox = Mailbox{Host: microsoft365, Confidence: Medium}
	default:
		return
	}
	for _, s := range f.M365.Signals {
		f.Mailbox.Evidence = append(f.Mailbox.Evidence, s.Name)
	}
}
