package facts

import (
	"strings"

	"github.com/mailposture/mailposture/record"
)

// DMARCMessage is what a receiver knows of a message once SPF and DKIM were
// checked.
type DMARCMessage struct {
	From string   // the domain of the From header field: the Author Domain
	SPF  string   // the domain for which SPF passed, or ""
	DKIM []string // the d= domains of signatures that verified
}

// DMARCResult is the outcome of DMARC for one message. RFC 9989, section 5.3.
type DMARCResult string

// The results.
const (
	DMARCNone      DMARCResult = "none" // no policy applies
	DMARCPass      DMARCResult = "pass"
	DMARCFail      DMARCResult = "fail"
	DMARCTempError DMARCResult = "temperror" // a question failed, or was not asked yet
)

// DMARCEvaluation is DMARC for one message.
type DMARCEvaluation struct {
	Result      DMARCResult
	Reason      string             // for temperror: what is not known
	Policy      record.DMARCPolicy // what to do with a message that fails; "" when none applies
	FoundAt     string             // the _dmarc name of the record that applies
	OrgDomain   string             // of the Author Domain
	AlignedSPF  bool
	AlignedDKIM string // the first d= domain that is aligned, or ""
}

// EvaluateDMARC decides DMARC for one message over answers, and returns the
// questions it still needs. While there are any, the result is temperror.
// RFC 9989, sections 4.10 and 5.3.
func EvaluateDMARC(m DMARCMessage, answers Answers, opt Options) (DMARCEvaluation, []Question) {
	a := newBuilder("", answers, Options{Budget: Budget{Questions: evaluateQuestions}, Memo: opt.Memo})
	defer a.done()
	result := a.evaluateDMARC(canonical(m.From), m)
	if len(a.missing) > 0 {
		result.Result = DMARCTempError
	}
	return result, a.wanted()
}

// evaluateQuestions bounds one evaluation: a walk of eight names for the
// author, for SPF and for a few signatures, and whether the author exists.
const evaluateQuestions = 8*(2+maxSignatures) + 2

// maxSignatures bounds the signatures that are looked at: a message may carry
// any number.
const maxSignatures = 8

func (a *asker) evaluateDMARC(from string, m DMARCMessage) DMARCEvaluation {
	walked := a.walkDMARC(from)
	org := organizational(walked, from)
	e := DMARCEvaluation{OrgDomain: org.domain}
	if org.domain == "" {
		return e.unknown(walked)
	}
	applies := org.appliesTo(&walked[0])
	if applies == nil || !applies.parsed.Usable() {
		e.Result = DMARCNone
		return e
	}
	e.FoundAt = applies.name
	there := exists(a.ask(from, KindMX, nil), a.ask(from, KindTXT, nil))
	e.Policy, _ = applies.policyFor(from, there.State != Absent)
	for _, domain := range m.DKIM[:min(len(m.DKIM), maxSignatures)] {
		if e.AlignedDKIM == "" && a.aligned(org.domain, from, domain, applies.parsed.DKIMAlignment) {
			e.AlignedDKIM = canonical(domain)
		}
	}
	e.AlignedSPF = m.SPF != "" && a.aligned(org.domain, from, m.SPF, applies.parsed.SPFAlignment)
	e.Result = DMARCFail
	if e.AlignedSPF || e.AlignedDKIM != "" {
		e.Result = DMARCPass
	}
	return e
}

// unknown is the outcome when a name of the walk is not known.
func (e DMARCEvaluation) unknown(walked []dmarcName) DMARCEvaluation {
	e.Result = DMARCTempError
	for _, n := range walked {
		if n.State == Unknown {
			e.Reason = n.Reason
			break
		}
	}
	return e
}

// aligned reports whether an authenticated domain is the author's: the very
// same, or, when relaxed, one of the same organization. RFC 9989, section 4.4.
func (a *asker) aligned(org, from, authenticated string, mode record.Alignment) bool {
	authenticated = canonical(authenticated)
	switch {
	case authenticated == from:
		return true
	case mode == record.AlignStrict, !strings.Contains(authenticated, "."):
		return false
	}
	return organizational(a.walkDMARC(authenticated), authenticated).domain == org
}
