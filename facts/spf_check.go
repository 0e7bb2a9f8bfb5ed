package facts

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/mailposture/mailposture/record"
)

// SPFResult is the outcome of check_host(). RFC 7208, section 2.6.
type SPFResult string

// The results. The zero value means that nothing was checked.
const (
	SPFNone      SPFResult = "none"
	SPFNeutral   SPFResult = "neutral"
	SPFPass      SPFResult = "pass"
	SPFFail      SPFResult = "fail"
	SPFSoftFail  SPFResult = "softfail"
	SPFTempError SPFResult = "temperror"
	SPFPermError SPFResult = "permerror"
)

// SPFMessage is what check_host() knows of a message. RFC 7208, section 4.1.
type SPFMessage struct {
	IP   netip.Addr // of the client; IPv4 in IPv6 counts as IPv4
	From string     // the MAIL FROM address; "" is the null reverse-path
	HELO string     // the name the client gave

	// Receiver and Time are what the macros r and t of an explanation stand
	// for. Without them r is "unknown", and t is 0. RFC 7208, section 7.3.
	Receiver string    // the name of the host that checks
	Time     time.Time // of the check
}

// SPFCheck is the outcome of check_host() with its reason and cost.
type SPFCheck struct {
	Domain      string // whose record was evaluated
	Result      SPFResult
	Reason      string // "include:spf.example.net, then ip4:192.0.2.0/24 matched", or what went wrong
	Lookups     int    // terms that queried DNS; the limit is 10
	VoidLookups int    // of them, those that found nothing; the limit is 2
	Explanation string // of a fail: what the domain has to say; RFC 7208, section 6.2
}

// CheckHost evaluates SPF for one message over answers, and returns the
// questions it still needs. While there are any, the result is temperror, or a
// fail whose explanation is still to come. RFC 7208, section 4. Options matter
// for their Memo only.
func CheckHost(message SPFMessage, answers Answers, opt Options) (SPFCheck, []Question) {
	unbounded := Options{Budget: Budget{Questions: checkQuestions}, Memo: opt.Memo}
	b := newBuilder("", answers, unbounded)
	defer b.done()
	e := newSPFEvaluation(&b.asker, message)
	check := e.run()
	if check.Result == SPFFail {
		check.Explanation = e.explanation()
	}
	return check, b.wanted()
}

// checkQuestions is the most that one evaluation can ask: ten terms, each an MX
// with ten hosts, the record itself, the client's names, and the explanation.
// RFC 7208, section 4.6.4.
const checkQuestions = 1 + 10 + 10*10 + 1 + 10 + 1

// relay checks each relay address with a sender in the domain.
func (b *builder) relay() {
	s := &b.facts.SPF
	if len(b.opt.RelayIPs) == 0 {
		return
	}
	s.RelayAllowed = Standing{State: Present}
	for _, ip := range b.opt.RelayIPs {
		message := SPFMessage{IP: ip, From: "postmaster@" + b.domain, HELO: b.domain}
		check := newSPFEvaluation(&b.asker, message).run()
		s.Relay = append(s.Relay, RelayCheck{IP: ip, Result: check.Result, Reason: check.Reason})
		if check.Result == SPFTempError && s.RelayAllowed.State != Unknown {
			s.RelayAllowed = unknown(check.Reason)
		}
	}
}

// spfEvaluation is one run of check_host() with its includes.
type spfEvaluation struct {
	*asker
	values  macroValues
	check   SPFCheck
	names   []string // validated names of the client, once asked for
	named   bool
	errored bool // Result and Reason are final, whatever else matches
	failed  failure
}

func newSPFEvaluation(a *asker, m SPFMessage) *spfEvaluation {
	local, domain := "postmaster", m.HELO // RFC 7208, section 2.4: the null reverse-path
	if m.From != "" {
		local, domain = "postmaster", m.From
		if at := strings.LastIndexByte(m.From, '@'); at >= 0 {
			domain = m.From[at+1:]
			if at > 0 {
				local = m.From[:at]
			}
		}
	}
	domain = canonical(domain)
	return &spfEvaluation{
		asker: a,
		values: macroValues{
			local: local, senderDomain: domain, ip: m.IP.Unmap().WithZone(""), helo: m.HELO, validated: "unknown",
			receiver: m.Receiver, when: m.Time,
		},
		check: SPFCheck{Domain: domain},
	}
}

func (e *spfEvaluation) run() SPFCheck {
	domain := e.check.Domain
	// RFC 7208, section 4.3: a name that is malformed or has one label gives none.
	if !strings.Contains(domain, ".") || !askable(domain) {
		e.check.Result, e.check.Reason = SPFNone, "the domain is not a multi-label name"
		return e.check
	}
	e.check.Result, e.check.Reason = e.host(domain, "")
	return e.check
}

// fail ends the whole evaluation, includes and all, with an error result.
func (e *spfEvaluation) fail(result SPFResult, format string, args ...any) (SPFResult, string) {
	e.errored = true
	return result, fmt.Sprintf(format, args...)
}

// host is check_host() for one domain. via describes the way here.
func (e *spfEvaluation) host(domain, via string) (SPFResult, string) {
	o := e.ask(domain, KindTXT, nil)
	s := standing(o)
	if s.State == Unknown {
		return e.fail(SPFTempError, "%s", s.Reason) // RFC 7208, section 4.4
	}
	records := selectTexts(texts(o), record.IsSPF)
	switch len(records) {
	case 0:
		return SPFNone, "no SPF record at " + domain
	case 1:
	default:
		return e.fail(SPFPermError, "%d SPF records at %s", len(records), domain) // RFC 7208, section 4.5
	}
	parsed := e.memo.parseSPF(records[0].Octets, false)
	// RFC 7208, section 4.6: a syntax error anywhere is found before evaluation.
	if len(parsed.Problems) > 0 {
		return e.fail(SPFPermError, "the record at %s has a syntax error at offset %d", domain, parsed.Problems[0].Offset)
	}
	return e.terms(parsed, domain, via)
}

// terms evaluates the directives in order, then redirect. RFC 7208, sections 4.6.2 and 4.7.
func (e *spfEvaluation) terms(parsed *record.SPF, domain, via string) (SPFResult, string) {
	var redirect *record.SPFTerm
	for i := range parsed.Terms {
		t := &parsed.Terms[i]
		if t.Mechanism == record.ModRedirect {
			redirect = t
		}
		if t.Modifier {
			continue
		}
		matched, result, reason := e.match(t, domain, via)
		if e.errored {
			return result, reason
		}
		if matched && reason == "" { // an include says which of its terms matched
			reason = via + record.Text(t.Text) + " matched"
		}
		if matched {
			if t.Qualifier == record.QualifierFail {
				e.failed = failure{parsed, domain}
			}
			return qualified(t.Qualifier), reason
		}
	}
	if redirect != nil {
		return e.redirect(redirect, domain, via)
	}
	return SPFNeutral, "nothing in the record at " + domain + " matched" // RFC 7208, section 4.7
}

func qualified(q record.Qualifier) SPFResult {
	switch q {
	case record.QualifierFail:
		return SPFFail
	case record.QualifierSoftFail:
		return SPFSoftFail
	case record.QualifierNeutral:
		return SPFNeutral
	}
	return SPFPass
}

// redirect evaluates the target instead. RFC 7208, section 6.1.
func (e *spfEvaluation) redirect(t *record.SPFTerm, domain, via string) (SPFResult, string) {
	if result, reason := e.count(t); e.errored {
		return result, reason
	}
	target := e.target(t, domain)
	result, reason := e.host(target, via+"redirect="+record.Text(target)+", then ")
	if result == SPFNone {
		return e.fail(SPFPermError, "redirect to %s, which has no SPF record", target)
	}
	return result, reason
}

// count counts a term that queries DNS. RFC 7208, section 4.6.4.
func (e *spfEvaluation) count(t *record.SPFTerm) (SPFResult, string) {
	e.check.Lookups++
	if e.check.Lookups > SPFLookupLimit {
		return e.fail(SPFPermError, "more than %d DNS lookups, at %s", SPFLookupLimit, record.Text(t.Text))
	}
	return "", ""
}

// void counts a lookup that found nothing. RFC 7208, section 4.6.4.
func (e *spfEvaluation) void(o Observation) (SPFResult, string) {
	if !o.Absent() {
		return "", ""
	}
	e.check.VoidLookups++
	if e.check.VoidLookups > SPFVoidLookupLimit {
		return e.fail(SPFPermError, "more than %d void DNS lookups, at %s", SPFVoidLookupLimit, o.Question)
	}
	return "", ""
}

// target is the name that a term asks for. One longer than 253 octets loses
// labels from the left. RFC 7208, section 7.3.
func (e *spfEvaluation) target(t *record.SPFTerm, domain string) string {
	if t.Domain == "" {
		return domain
	}
	name := t.Domain
	if t.HasMacro() {
		macros, _ := record.ParseMacros(t.Domain) // parsed already: no problem here
		e.values.domain = domain
		for _, m := range macros {
			if m.Letter == 'p' {
				e.validate(domain)
			}
		}
		name = expand(macros, e.values)
	}
	name = termName(name)
	for len(name) > 253 {
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			break
		}
		name = rest
	}
	return name
}
