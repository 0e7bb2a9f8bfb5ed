package facts

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/record"
)

// match evaluates one mechanism. RFC 7208, section 5. When e.errored is set
// afterwards, the result and reason end the evaluation.
func (e *spfEvaluation) match(t *record.SPFTerm, domain, via string) (bool, SPFResult, string) {
	if t.Mechanism.QueriesDNS() {
		if result, reason := e.count(t); e.errored {
			return false, result, reason
		}
	}
	switch t.Mechanism {
	case record.MechAll:
		return true, "", ""
	case record.MechIP4, record.MechIP6:
		return t.Prefix.Masked().Contains(e.values.ip), "", ""
	case record.MechInclude:
		return e.include(e.target(t, domain), via)
	case record.MechA:
		return e.address(e.target(t, domain), t, false)
	case record.MechMX:
		return e.exchangers(e.target(t, domain), t)
	case record.MechExists:
		return e.exists(e.target(t, domain))
	case record.MechPTR:
		e.validate(domain)
		if result, reason := e.void(e.ask(reverseName(e.values.ip), KindPTR, nil)); e.errored {
			return false, result, reason
		}
		return e.pointer(e.target(t, domain))
	}
	return false, "", ""
}

// include evaluates another record; only its pass matches. RFC 7208, section 5.2.
func (e *spfEvaluation) include(target, via string) (bool, SPFResult, string) {
	result, reason := e.host(target, via+"include:"+record.Text(target)+", then ")
	switch {
	case e.errored:
		return false, result, reason
	case result == SPFNone:
		if result, reason := e.void(e.ask(target, KindTXT, nil)); e.errored {
			return false, result, reason
		}
		result, reason := e.fail(SPFPermError, "include of %s, which has no SPF record", target)
		return false, result, reason
	}
	return result == SPFPass, "", reason
}

// addressKind is the type of address to ask for. RFC 7208, section 5.
func (e *spfEvaluation) addressKind() string {
	if e.values.ip.Is4() {
		return KindA
	}
	return KindAAAA
}

// address looks for the client among a name's addresses. Those of MX hosts
// are no lookups of their own, and so never void ones. RFC 7208, section 4.6.4.
func (e *spfEvaluation) address(name string, t *record.SPFTerm, exchanger bool) (bool, SPFResult, string) {
	o := e.ask(name, e.addressKind(), nil)
	if s := standing(o); s.State == Unknown {
		result, reason := e.fail(SPFTempError, "%s", s.Reason)
		return false, result, reason
	}
	if !exchanger {
		if result, reason := e.void(o); e.errored {
			return false, result, reason
		}
	}
	bits := t.CIDR4
	if e.values.ip.Is6() {
		bits = t.CIDR6
	}
	for _, addr := range parseAddresses(o.Data) {
		if prefix, err := addr.Prefix(bits); err == nil && prefix.Contains(e.values.ip) {
			return true, "", ""
		}
	}
	return false, "", ""
}

// exchangers looks for the client among the addresses of a name's MX hosts.
// RFC 7208, section 5.4.
func (e *spfEvaluation) exchangers(name string, t *record.SPFTerm) (bool, SPFResult, string) {
	o := e.ask(name, KindMX, nil)
	if s := standing(o); s.State == Unknown {
		result, reason := e.fail(SPFTempError, "%s", s.Reason)
		return false, result, reason
	}
	if result, reason := e.void(o); e.errored {
		return false, result, reason
	}
	if len(o.Data) > SPFHostLimit { // RFC 7208, section 4.6.4
		result, reason := e.fail(SPFPermError, "%s has more than %d MX hosts", name, SPFHostLimit)
		return false, result, reason
	}
	for _, data := range o.Data {
		host := parseMX(data).Name
		if host == "" {
			continue // a null MX names no host; RFC 7505, section 3
		}
		if matched, result, reason := e.address(host, t, true); matched || e.errored {
			return matched, result, reason
		}
	}
	return false, "", ""
}

// exists matches when the name has any A record. RFC 7208, section 5.7.
func (e *spfEvaluation) exists(name string) (bool, SPFResult, string) {
	o := e.ask(name, KindA, nil)
	if s := standing(o); s.State == Unknown {
		result, reason := e.fail(SPFTempError, "%s", s.Reason)
		return false, result, reason
	}
	if result, reason := e.void(o); e.errored {
		return false, result, reason
	}
	return o.Status == Found, "", ""
}

// pointer matches when a validated name of the client is the target or below
// it. RFC 7208, section 5.5.
func (e *spfEvaluation) pointer(target string) (bool, SPFResult, string) {
	for _, name := range e.names {
		if under(name, target) {
			return true, "", ""
		}
	}
	return false, "", ""
}

// validate asks for the client's names, and keeps those that lead back to its
// address: at most ten. An error makes a name, or all of them, unvalidated,
// never a temperror. RFC 7208, sections 4.6.4 and 5.5.
func (e *spfEvaluation) validate(domain string) {
	if e.named {
		return
	}
	e.named = true
	o := e.ask(reverseName(e.values.ip), KindPTR, nil)
	for _, data := range o.Data[:min(len(o.Data), SPFHostLimit)] {
		name := canonical(data)
		back := e.ask(name, e.addressKind(), nil)
		if slices.Contains(parseAddresses(back.Data), e.values.ip) {
			e.names = append(e.names, name)
		}
	}
	e.values.validated = preferredName(e.names, domain)
}

// preferredName picks the value of the p macro: the domain itself, else a name
// below it, else any. RFC 7208, section 7.3.
func preferredName(names []string, domain string) string {
	best := "unknown"
	for _, name := range names {
		switch {
		case name == domain:
			return name
		case strings.HasSuffix(name, "."+domain) && !strings.HasSuffix(best, "."+domain):
			best = name
		case best == "unknown":
			best = name
		}
	}
	return best
}
