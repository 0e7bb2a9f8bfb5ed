package facts

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/record"
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
	m.EOPHost = EOPLabel(b.facts.Domain) + eopSuffix
	b.mxSignal()
	b.dkimSignal()
	b.spfSignal()
	b.verificationSignal()
	autodiscover := Standing{State: Unseen}
	m.EOP = Standing{State: Unseen}
	if b.facts.MX.Gateway != "" || len(m.Signals) > 0 {
		autodiscover, m.EOP = b.autodiscoverSignal(), b.eopSignal()
	}
	slices.SortStableFunc(m.Signals, func(x, y Signal) int { return cmp.Compare(y.Weight, x.Weight) })
	m.Score = sumWeights(m.Signals) + sumWeights(m.Against)
	b.google()
	m.Standing = b.settleM365(autodiscover)
}

// settleM365 decides whether mailboxes at Microsoft 365 are at least likely, and
// whether what is not known could change that: by more signals, by one
// against it, or by Google's being stronger.
func (b *builder) settleM365(autodiscover Standing) Standing {
	m, google, keys, txt := &b.facts.M365, &b.facts.Google, b.facts.DKIM.KeysKnown, standing(b.txt)
	least, rival := m.Score, google.Score
	if autodiscover.State == Unknown {
		least -= weightWeak
	}
	if keys.State == Unknown && !has(google.Signals, "dkim-key") {
		rival += weightStrong
	}
	if txt.State == Unknown {
		rival += weightMedium
	}
	yes := Standing{State: Present}
	if has(m.Signals, "mx") || least >= max(scoreLikely, rival) {
		return yes
	}
	if doubt := worst(yes, b.facts.MX.Standing, txt, keys, autodiscover, m.EOP); doubt.State == Unknown {
		return doubt
	}
	if m.Score >= max(scoreLikely, google.Score) {
		return yes
	}
	return Standing{State: Unseen}
}

// eopSuffix is where the hosts of tenants lie.
const eopSuffix = ".mail.protection.outlook.com"

// signal notes a trace of Microsoft 365, or one against it.
func (b *builder) signal(name string, evidence Question, value string) {
	m, s := &b.facts.M365, newSignal(microsoft365, name, evidence, value)
	if s.Weight < 0 {
		m.Against = append(m.Against, s)
		return
	}
	m.Signals = append(m.Signals, s)
}

func (b *builder) mxSignal() {
	retired := ""
	for _, h := range b.facts.MX.Hosts {
		p, ok := b.opt.Providers.ByID(h.Provider)
		switch {
		case !ok || !Microsofts(p):
		case p.Retired:
			retired = h.Name
		default:
			b.signal("mx", Question{Name: b.domain, Kind: KindMX}, h.Name)
			return
		}
	}
	if retired != "" {
		b.signal("mx-retired", Question{Name: b.domain, Kind: KindMX}, retired)
	}
}

// Microsofts reports whether an entry is Microsoft 365's, or that of the service
// it came from, Forefront Online Protection for Exchange.
func Microsofts(p provider.Provider) bool {
	return IsMicrosoft365(p.ID) || p.ID == "microsoft-fope-retired"
}

// dkimSignal is a Microsoft selector, unless its key is proved to be gone: then
// it is left over from a tenant of old.
func (b *builder) dkimSignal() {
	for _, k := range b.facts.DKIM.Keys {
		if k.State != KeyDangling && len(k.Chain) > 0 && IsMicrosoftSelector(k.Chain[0]) {
			b.signal("dkim-cname", Question{Name: k.Selector + "." + domainKey + b.domain, Kind: KindTXT}, k.Chain[0])
			return
		}
	}
}

// IsMicrosoftSelector reports whether a selector's alias leads to a tenant, in
// its older form (below the tenant's onmicrosoft.com) or that of domains added
// since May 2025 (below dkim.mail.microsoft). Microsoft Learn, "Set up DKIM to
// sign mail from your Microsoft 365 domain".
func IsMicrosoftSelector(target string) bool {
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
			name := "spf-include"
			if b.verifiedForACS() {
				name = "spf-include-acs"
			}
			b.signal(name, b.facts.SPF.Tree.Question, canonical(t.Domain))
			return
		}
	}
}

// verifiedForACS reports whether the domain is verified for Azure Communication
// Services, which has its customers publish the same include. Microsoft Learn,
// "Add custom verified email domains".
func (b *builder) verifiedForACS() bool {
	return slices.ContainsFunc(b.own, func(r Record) bool { return strings.HasPrefix(r.Octets, "ms-domain-verification=") })
}

// verificationSignal is the MS= text, which proves a tenant but no mailboxes.
func (b *builder) verificationSignal() {
	for _, r := range b.own {
		if value, ok := strings.CutPrefix(r.Octets, "MS="); ok && isVerification(value) {
			b.signal("ms-txt", r.Question, r.Octets)
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
		switch target := canonical(data); {
		case slices.Contains([]string{"autodiscover.outlook.com", "autodiscover-s.outlook.com", "autodiscover.office365.us", "autodiscover.partner.outlook.cn"}, target):
			b.signal("autodiscover", o.Question, target)
		case !b.tellsNothing(target):
			b.signal("autodiscover-elsewhere", o.Question, target)
		}
	}
	return standing(o)
}

// tellsNothing reports whether an autodiscover name speaks neither for Microsoft 365
// nor against it: an own one, which may redirect; another name of Microsoft; a
// gateway's; GoDaddy's, who sells Microsoft 365 and mailboxes of its own by it.
func (b *builder) tellsNothing(target string) bool {
	p, ok := b.opt.Providers.ForMX(target)
	return under(target, b.domain) || under(target, "office.com") || under(target, "office365.com") || under(target, "secureserver.net") ||
		ok && p.Kind == provider.Gateway
}

// eopSignal asks for the host that Exchange Online gives each accepted domain.
func (b *builder) eopSignal() Standing {
	o := b.ask(b.facts.M365.EOPHost, KindA, nil)
	if o.Status == Found {
		b.signal("eop-host", o.Question, o.Name)
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

// EOPLabelOf is the label in the name of a host of Exchange Online Protection, in
// each of its forms: <label>.mail.protection.outlook.com,
// <label>.<letter>-v1.mx.microsoft, <label>.mail.eo.outlook.com.
func EOPLabelOf(host string) (string, bool) {
	label, rest, _ := strings.Cut(host, ".")
	switch {
	case label == "":
	case "."+rest == eopSuffix, rest == "mail.eo.outlook.com":
		return label, true
	case strings.HasSuffix(rest, "-v1.mx.microsoft") && strings.Count(rest, ".") == 2:
		return label, true
	}
	return "", false
}
