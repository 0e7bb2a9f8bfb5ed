package facts

import (
	"strings"

	"github.com/mailposture/mailposture/record"
)

// maxExplanation bounds an explanation, in octets, before and after its macros
// are expanded: it is for one reply of an SMTP server, and RFC 7208, section
// 6.2 has us limit it.
const maxExplanation = 1024

// failure is the record whose term gave the last fail, and its domain: the exp
// of that record explains, not the one of a record that includes or redirects
// to it. RFC 7208, section 6.2.
type failure struct {
	record *record.SPF
	domain string
}

// explanation is what the domain has to say of a fail, or "" when it says
// nothing. Whatever goes wrong is as if there were no exp, and nothing that is
// asked here counts. RFC 7208, sections 6.2 and 4.6.4.
func (e *spfEvaluation) explanation() string {
	if e.failed.record == nil {
		return ""
	}
	for i := range e.failed.record.Terms {
		if t := &e.failed.record.Terms[i]; t.Mechanism == record.ModExp {
			return e.explain(e.target(t, e.failed.domain), e.failed.domain)
		}
	}
	return ""
}

// explain fetches an explanation and expands its macros.
func (e *spfEvaluation) explain(name, domain string) string {
	records := texts(e.ask(name, KindTXT, nil))
	if len(records) != 1 {
		return "" // none, several, or not known
	}
	text := records[0].Octets
	macros, bad := record.ParseMacros(text)
	if bad >= 0 || len(text) > maxExplanation || !readable(text) {
		return ""
	}
	if strings.Contains(strings.ToLower(text), "%{p") {
		e.validate(domain)
	}
	e.values.domain = domain
	// Each of at most 1,024/4 macros is at most a sender long.
	if text = expand(macros, e.values); len(text) > maxExplanation || !readable(text) {
		return ""
	}
	return text
}

// readable reports whether a text is visible US-ASCII and spaces, as an
// explanation must be. RFC 7208, sections 6.2 and 7.1.
func readable(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
