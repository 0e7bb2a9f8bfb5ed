package record

import (
	"net/netip"
	"strconv"
	"strings"
)

// IsSPF reports whether a TXT record selects as SPF: it begins with "v=spf1",
// in any case, then a space or the end. RFC 7208, section 4.5.
func IsSPF(octets string) bool {
	const version = "v=spf1"
	return len(octets) >= len(version) && strings.EqualFold(octets[:len(version)], version) &&
		(len(octets) == len(version) || octets[len(version)] == ' ')
}

// ParseSPF reads a record that IsSPF selects. RFC 7208, section 4.6.1.
func ParseSPF(octets string) SPF {
	p := spfParser{record: SPF{Octets: octets}}
	if n := strings.Count(octets, " "); n > 0 {
		p.record.Terms = make([]SPFTerm, 0, min(n, usualTerms))
	}
	for at := len("v=spf1"); at < len(octets); {
		if octets[at] == ' ' {
			at++
			continue
		}
		end := at
		for end < len(octets) && octets[end] != ' ' {
			end++
		}
		p.term(Span{at, end - at})
		at = end
	}
	return p.record
}

// usualTerms is room for the terms of most records. More are appended: a
// record of spaces has none, and must not take room by the thousand.
const usualTerms = 16

// spfParser collects the terms and problems of one record.
type spfParser struct {
	record SPF
	once   [2]bool // redirect and exp were seen
}

func (p *spfParser) problem(span Span, code Code) {
	p.record.Problems = append(p.record.Problems, Problem{Span: span, Code: code, Fatal: true})
}

// term parses the term at span and keeps it, good or bad.
func (p *spfParser) term(span Span) {
	t := SPFTerm{Span: span, Text: p.record.Octets[span.Offset:span.End()], CIDR4: 32, CIDR6: 128}
	before := len(p.record.Problems)
	if p.printable(span) {
		p.directiveOrModifier(&t)
	}
	t.Bad = len(p.record.Problems) > before
	p.record.Terms = append(p.record.Terms, t)
}

// printable reports, and notes, whether a term has only the octets that one
// can hold.
func (p *spfParser) printable(span Span) bool {
	for i := span.Offset; i < span.End(); i++ {
		switch c := p.record.Octets[i]; {
		case 0x21 <= c && c <= 0x7e:
		case c == '\t' || c == '\n' || c == '\r':
			p.problem(Span{i, 1}, SPFBadSeparator)
			return false
		default:
			p.problem(Span{i, 1}, SPFNonASCII)
			return false
		}
	}
	return true
}

func (p *spfParser) directiveOrModifier(t *SPFTerm) {
	at := 0
	if strings.IndexByte("+-~?", t.Text[0]) >= 0 {
		t.Qualifier = Qualifier(t.Text[0])
		at = 1
	}
	end := at
	for end < len(t.Text) && isNameOctet(t.Text[end]) {
		end++
	}
	t.Name = strings.ToLower(t.Text[at:end])
	if end < len(t.Text) && t.Text[end] == '=' && end > at && isAlpha(t.Text[at]) {
		p.modifier(t, end+1)
		return
	}
	if t.Qualifier == 0 {
		t.Qualifier = QualifierPass // RFC 7208, section 4.6.2
	}
	p.mechanism(t, end)
}

// modifier parses name=macro-string, whose value begins at offset at of the
// term.
func (p *spfParser) modifier(t *SPFTerm, at int) {
	t.Modifier = true
	if t.Qualifier != 0 {
		t.Qualifier = 0
		p.problem(t.Span, SPFQualifiedModifier)
		return
	}
	t.setDomain(at, len(t.Text))
	switch m := Mechanism(t.Name); m {
	case ModRedirect, ModExp:
		t.Mechanism = m
		seen := &p.once[0]
		if m == ModExp {
			seen = &p.once[1]
		}
		if *seen { // RFC 7208, section 6: these two MUST NOT appear twice
			p.problem(t.Span, SPFDuplicateModifier)
			return
		}
		*seen = true
		p.domainSpec(t)
	default:
		// An unknown modifier is ignored, but only one that is a macro-string.
		// RFC 7208, section 6.
		p.macroString(t)
	}
}

// mechanism parses what follows a mechanism's name from offset at of the term.
func (p *spfParser) mechanism(t *SPFTerm, at int) {
	switch m := Mechanism(t.Name); m {
	case MechAll:
		t.Mechanism = m
		if at < len(t.Text) {
			p.problem(t.rest(at), SPFUnexpectedValue)
		}
	case MechInclude, MechExists:
		t.Mechanism = m
		p.value(t, at, len(t.Text), true)
	case MechPTR:
		t.Mechanism = m
		p.value(t, at, len(t.Text), false)
	case MechA, MechMX:
		t.Mechanism = m
		p.value(t, at, p.dualCIDR(t, at), false)
	case MechIP4, MechIP6:
		t.Mechanism = m
		p.address(t, at)
	default:
		p.problem(t.Span, SPFUnknownMechanism)
	}
}

// value parses ":" domain-spec between two offsets of the term.
func (p *spfParser) value(t *SPFTerm, at, end int, required bool) {
	switch {
	case at >= end && !required:
		return
	case at >= end:
		p.problem(t.Span, SPFMissingDomain)
		return
	case t.Text[at] != ':':
		code := SPFUnexpectedValue
		if t.Text[at] == '/' && (t.Mechanism == MechA || t.Mechanism == MechMX) {
			code = SPFBadCIDR
		}
		p.problem(t.rest(at), code)
		return
	}
	t.setDomain(at+1, end)
	p.domainSpec(t)
}

// dualCIDR takes [ "/" length ] [ "//" length ] off the end of an a or mx term
// that begins at offset at, and returns where it began. RFC 7208, section 5.6.
func (p *spfParser) dualCIDR(t *SPFTerm, at int) int {
	end := len(t.Text)
	if i := strings.LastIndex(t.Text[at:], "//"); i >= 0 && allDigits(t.Text[at+i+2:]) {
		p.cidr(t, at+i+2, end, &t.CIDR6, 128)
		end = at + i
	}
	if i := strings.LastIndexByte(t.Text[at:end], '/'); i >= 0 && allDigits(t.Text[at+i+1:end]) {
		p.cidr(t, at+i+1, end, &t.CIDR4, 32)
		end = at + i
	}
	return end
}

// cidr parses the prefix length between two offsets of the term.
func (p *spfParser) cidr(t *SPFTerm, from, to int, length *int, most int) {
	digits := t.Text[from:to]
	n, err := strconv.Atoi(digits)
	// RFC 7208, section 5.6: no leading zeros.
	if err != nil || n > most || len(digits) > 1 && digits[0] == '0' {
		p.problem(Span{t.Offset + from, to - from}, SPFBadCIDR)
		return
	}
	*length = n
}

// address parses ":" address [ "/" length ] of ip4 and ip6 from offset at.
func (p *spfParser) address(t *SPFTerm, at int) {
	if at >= len(t.Text) || t.Text[at] != ':' {
		p.problem(t.Span, SPFBadAddress)
		return
	}
	text, end, length := t.Text[at+1:], len(t.Text), 0
	if i := strings.IndexByte(text, '/'); i >= 0 {
		end = at + 1 + i
	}
	addr, err := netip.ParseAddr(t.Text[at+1 : end])
	if err != nil || addr.Zone() != "" || addr.Is4() != (t.Mechanism == MechIP4) {
		p.problem(Span{t.Offset + at + 1, end - at - 1}, SPFBadAddress)
		return
	}
	length = addr.BitLen()
	if end < len(t.Text) {
		before := len(p.record.Problems)
		p.cidr(t, end+1, len(t.Text), &length, addr.BitLen())
		if len(p.record.Problems) > before {
			return
		}
	}
	t.Prefix = netip.PrefixFrom(addr, length)
}

// setDomain makes the part of the term between two offsets its domain-spec.
func (t *SPFTerm) setDomain(from, to int) {
	t.Domain = t.Text[from:to]
	t.DomainAt = Span{t.Offset + from, to - from}
}

// rest is the part of the term from offset at on.
func (t *SPFTerm) rest(at int) Span { return Span{t.Offset + at, len(t.Text) - at} }

// isNameOctet reports whether c may stand in a name behind its first letter.
// RFC 7208, section 4.6.1.
func isNameOctet(c byte) bool {
	return isAlpha(c) || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.'
}

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
