package facts

import (
	"crypto/sha256"
	"encoding/hex"
)

// Build works out what the answers say about a domain, and which questions it
// would still like answered. It depends on nothing but its arguments: the same
// answers give the same facts, whatever the order in which they came.
//
// It is built again from the start each round, because that is cheap, and
// because no state between rounds means that no order of arrival can matter.
func Build(domain Domain, answers Answers, opt Options) (*Facts, []Question) {
	b := newBuilder(domain, answers, opt.declaredFor(domain))
	defer b.done()
	f := &Facts{Domain: domain, Options: opt}
	b.facts = f

	mx := b.ask(b.domain, KindMX, nil)
	b.txt = b.ask(b.domain, KindTXT, nil)
	b.own = texts(b.txt)
	f.Exists = exists(mx, b.txt)
	b.mx(mx)
	if opt.Wants(PartSPF) || opt.Wants(PartM365) || opt.Wants(PartDKIM) {
		b.spf()
	}
	if opt.Wants(PartDMARC) {
		b.dmarc()
	}
	if opt.Wants(PartDKIM) || opt.Wants(PartM365) {
		b.dkim()
	}
	if opt.Wants(PartM365) {
		b.m365()
	}
	b.mailbox()
	b.roles()
	b.senders()
	b.tenant()
	b.foresee()
	b.leaveOut()
	f.Used = append(make([]Observation, 0, len(b.used)), b.used...) // a snapshot of nothing holds [], not null
	return f, b.wanted()
}

// builder carries one Build.
type builder struct {
	asker
	opt    Options
	domain string
	facts  *Facts
	txt    Observation // the domain's own TXT
	own    []Record    // the same, decoded
	met    []spfVisit  // every record that the SPF walk reached, in its order
}

func newBuilder(domain Domain, answers Answers, opt Options) *builder {
	b := opt.Memo.lend()
	b.answers, b.memo, b.total = answers, opt.Memo, opt.questions()
	b.left, b.room = b.total, opt.MostOctets()
	b.domain, b.opt = string(domain), opt
	return b
}

// done gives the builder back to the Memo, which lent it.
func (b *builder) done() { b.memo.takeBack(b) }

// exists reads whether the domain exists from the questions that are always
// asked. A record under any type shows that it does.
func exists(observations ...Observation) Standing {
	verdict := Standing{}
	for _, o := range observations {
		switch o.Status {
		case Found, NoData:
			return Standing{State: Present}
		case NXDomain:
			verdict = Standing{State: Absent}
		default:
			if verdict.State == "" {
				verdict = standing(o)
			}
		}
	}
	return verdict
}

// leaveOut empties the parts that were only looked at for the sake of others.
func (b *builder) leaveOut() {
	if !b.opt.Wants(PartMX) {
		b.facts.MX.Standing = Standing{}
	}
	if !b.opt.Wants(PartSPF) {
		b.facts.SPF = SPF{}
	}
	if !b.opt.Wants(PartDKIM) {
		b.facts.DKIM = DKIM{}
	}
}

// wildcardLabel is a label that nobody publishes, to find out whether a name
// answers for everything below it. It is derived, so that a replay asks for the
// name that the scan asked for.
func wildcardLabel(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "mp-" + hex.EncodeToString(sum[:5])
}
