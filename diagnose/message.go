package diagnose

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// The bounds on verifying signatures. The library looks for each signed field
// from the end of the header, so its work grows with the fields times the names
// in h=.
const (
	maxSignatures     = 5
	maxSignedFields   = 500
	maxSignedHeader   = 256 << 10
	maxSignatureNames = 100
)

// signed notes the signatures of a whole message, and keeps it for verifying.
func (e *Evidence) signed(h header, whole []byte) {
	for _, f := range h.fields {
		if f.name != "dkim-signature" || len(e.Signatures) == maxSignatures {
			continue
		}
		var s Signature
		for tag := range strings.SplitSeq(f.value, ";") {
			key, value, _ := strings.Cut(tag, "=")
			value = strings.Join(strings.Fields(value), "")
			switch strings.TrimSpace(key) {
			case "d":
				s.Domain = strings.ToLower(value)
			case "s":
				s.Selector = strings.ToLower(value)
			case "h":
				if strings.Count(value, ":") >= maxSignatureNames {
					e.note("a signature covers more fields than are looked at: none is verified")
					return
				}
			}
		}
		e.Signatures = append(e.Signatures, s)
	}
	end := headerEnd(whole)
	if len(h.fields) > maxSignedFields || end > maxSignedHeader || h.cut {
		e.note("the header is too large for its signatures to be verified")
		return
	}
	if len(e.Notes) == 0 {
		e.message = whole
	}
}

// headerEnd is where the body of a message begins.
func headerEnd(whole []byte) int {
	window := whole[:min(len(whole), 2*maxSignedHeader)]
	for _, blank := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(window, []byte(blank)); i >= 0 {
			window = window[:i]
		}
	}
	return len(window)
}

// message verifies the signatures of a whole message with today's keys, and
// decides DMARC with them. What the receiving system read when the message came
// is weighed before, and counts more: keys and records change.
func (c *inquiry) message() {
	e := &c.evidence
	if c.answers == nil || e.message == nil || e.From == "" {
		return
	}
	for _, s := range e.Signatures {
		q, ok := keyQuestion(s.Selector + "._domainkey." + s.Domain)
		if !ok {
			continue
		}
		switch o, ok := c.answers.Get(q); {
		case !ok:
			c.missing([]facts.Question{q})
		case o.Status != facts.Found && !o.Absent():
			c.d.Unknown = appendNew(c.d.Unknown, record.Printable(q.String()+": "+o.Cause))
		}
	}
	if len(c.d.Missing) > 0 {
		return // the body is hashed once, when all keys are there
	}
	passed, known := c.verify()
	if !known {
		return
	}
	spf := ""
	if a := e.Authentication; a != nil && a.SPF == "pass" {
		spf = e.Sender
	}
	verdict, missing := facts.EvaluateDMARC(facts.DMARCMessage{From: e.From, SPF: spf, DKIM: passed}, c.answers, facts.Options{})
	c.missing(missing)
	if len(missing) > 0 {
		return
	}
	c.verdict(verdict, spf != "")
}

// keyQuestion asks for a key, if DNS can hold its name. RFC 6376, section 3.6.2.1.
func keyQuestion(name string) (facts.Question, bool) {
	canonical, err := facts.ParseDomain(name)
	return facts.Question{Name: string(canonical), Kind: facts.KindTXT}, err == nil
}

// verify checks each signature, and returns the domains of those that hold. It
// is not known where a key could not be asked for.
func (c *inquiry) verify() (passed []string, known bool) {
	e := &c.evidence
	if len(e.Signatures) == 0 {
		c.add(DKIMFailed, weighsLittle, "the message carries no DKIM signature")
		return nil, true
	}
	verifications, expiries, err := newSignedMail(withoutMark(e.message)).verify(c.lookupTXT)
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		c.add(UnknownCause, 0, "the signatures could not be verified: %s", record.Text(err.Error()))
		return nil, false
	}
	known = true
	for i, v := range verifications {
		domain := record.Text(v.Domain)
		switch {
		case v.Err == nil:
			passed = append(passed, v.Domain)
			c.add(UnknownCause, 0, "the DKIM signature of %s holds%s", domain, until(expiries[i]))
		case dkim.IsTempFail(v.Err):
			known = false
			c.add(UnknownCause, 0, "whether the DKIM signature of %s holds is not known: %s", domain, why(v.Err))
		default:
			weight := weighsMuch
			if organization(hostName(v.Domain)) == organization(hostName(e.From)) { // it would have aligned: DMARC fails for want of it
				weight += weighsMuch
			}
			c.add(DKIMFailed, weight, "the DKIM signature of %s does not hold: %s", domain, why(v.Err))
		}
	}
	return passed, known
}

// until says up to when a signature counts, unless that is for ever.
func until(expires time.Time) string {
	if expires.IsZero() {
		return ""
	}
	return ", for whoever verified it before " + expires.Format("2006-01-02 15:04") + " UTC (x=)"
}

// withoutMark is a message without what programs put before its first field.
func withoutMark(message []byte) []byte {
	message = bytes.TrimLeft(bytes.TrimPrefix(message, []byte("\xef\xbb\xbf")), "\r\n")
	if bytes.HasPrefix(message, []byte("From ")) {
		_, message = cutLine(message)
	}
	return message
}

func why(err error) string { return record.Text(strings.TrimPrefix(err.Error(), "dkim: ")) }

// lookupTXT answers the library from what is known; it is called from several
// goroutines. An answer that is not known is temporary, so that it is never taken
// for a key that is not there.
func (c *inquiry) lookupTXT(name string) ([]string, error) {
	q, ok := keyQuestion(name)
	if !ok {
		return nil, errors.New("the name of the key is none that DNS can hold")
	}
	o, _ := c.answers.Get(q)
	switch {
	case o.Absent():
		return nil, fmt.Errorf("%s does not exist", q.Name)
	case o.Status != facts.Found:
		return nil, notKnown(o.Cause)
	}
	var texts []string
	for _, data := range o.Data {
		octets, _, err := record.ParseTXT(data)
		if err != nil {
			return nil, notKnown("the saved answer is damaged")
		}
		texts = append(texts, octets)
	}
	return texts, nil
}

// notKnown is an error that the library takes for a temporary one: it has the
// methods of net.Error.
type notKnown string

// Error is the cause.
func (e notKnown) Error() string { return string(e) }

// Timeout is part of net.Error.
func (notKnown) Timeout() bool { return true }

// Temporary says that asking again may help.
func (notKnown) Temporary() bool { return true }

// verdict weighs what DMARC comes to with today's keys and records.
func (c *inquiry) verdict(v facts.DMARCEvaluation, spf bool) {
	from := record.Text(c.evidence.From)
	switch v.Result {
	case facts.DMARCTempError:
		c.d.Unknown = appendNew(c.d.Unknown, record.Printable(v.Reason))
	case facts.DMARCPass:
		c.add(NotAFailure, weighsMuch+weighsLittle, "DMARC of %s passes with today's keys and records", from)
	case facts.DMARCNone:
		c.add(DMARCReject, 0, "no DMARC policy applies to %s today", from)
		if v.AlignedDKIM != "" || spf {
			c.weights[NotAFailure] += weighsMore
		}
	case facts.DMARCFail:
		c.add(DMARCReject, weighsMuch, "DMARC of %s fails with today's keys and records; its policy is %s", from, v.Policy)
	}
}
