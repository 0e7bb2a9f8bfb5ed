package record

import "strings"

// Macro is one piece of a macro-string: literal text, or a macro to expand.
// RFC 7208, section 7.1.
type Macro struct {
	Literal    string // when Letter is 0; %%, %_ and %- are literals already
	Letter     byte   // lower case: s l o d i p h v, and c r t in an explanation
	URLEscape  bool   // the letter was upper case
	Keep       int    // right-hand parts to keep; 0 means all
	Reverse    bool
	Delimiters string // "" means "."
}

// ParseMacros splits a macro-string. It reports the offset of the first
// octet that is no macro-string, or -1.
func ParseMacros(s string) ([]Macro, int) {
	var macros []Macro
	for at := 0; at < len(s); {
		next := strings.IndexByte(s[at:], '%')
		if next != 0 {
			end := len(s)
			if next > 0 {
				end = at + next
			}
			macros = append(macros, Macro{Literal: s[at:end]})
			at = end
			continue
		}
		macro, length := parseMacro(s[at:])
		if length == 0 {
			return macros, at
		}
		macros = append(macros, macro)
		at += length
	}
	return macros, -1
}

// parseMacro reads one macro from the "%" that s begins with, and its length,
// which is 0 when it is none.
func parseMacro(s string) (Macro, int) {
	if len(s) < 2 {
		return Macro{}, 0
	}
	switch s[1] {
	case '%':
		return Macro{Literal: "%"}, 2
	case '_':
		return Macro{Literal: " "}, 2
	case '-':
		return Macro{Literal: "%20"}, 2
	case '{':
	default:
		return Macro{}, 0
	}
	end := strings.IndexByte(s, '}')
	if end < 3 {
		return Macro{}, 0
	}
	m := Macro{Letter: s[2] | 0x20, URLEscape: s[2]&0x20 == 0}
	if strings.IndexByte("slodiphvcrt", m.Letter) < 0 {
		return Macro{}, 0
	}
	at := 3
	for ; at < end && '0' <= s[at] && s[at] <= '9'; at++ {
		m.Keep = min(m.Keep*10+int(s[at]-'0'), 128) // names have fewer labels
	}
	if at > 3 && m.Keep == 0 {
		return Macro{}, 0 // RFC 7208, section 7.1: the number MUST be nonzero
	}
	if at < end && s[at]|0x20 == 'r' {
		m.Reverse = true
		at++
	}
	m.Delimiters = s[at:end]
	if strings.Trim(m.Delimiters, ".-+,/_=") != "" {
		return Macro{}, 0
	}
	return m, end + 1
}

// macroString checks the macros of a term's value.
func (p *spfParser) macroString(t *SPFTerm) ([]Macro, bool) {
	if !t.HasMacro() {
		return nil, true
	}
	macros, bad := ParseMacros(t.Domain)
	if bad >= 0 {
		p.problem(Span{t.DomainAt.Offset + bad, len(t.Domain) - bad}, SPFBadMacro)
		return nil, false
	}
	return macros, true
}

// domainSpec checks that a term's value is a domain-spec: a macro-string that
// ends in a top label or a macro. RFC 7208, section 7.1.
func (p *spfParser) domainSpec(t *SPFTerm) {
	if t.Domain == "" {
		p.problem(t.Span, SPFMissingDomain)
		return
	}
	macros, ok := p.macroString(t)
	if !ok {
		return
	}
	for _, m := range macros {
		if strings.IndexByte("crt", m.Letter) >= 0 && m.Letter != 0 {
			p.problem(t.DomainAt, SPFBadMacro) // RFC 7208, section 7.2: c, r and t only in exp text
			return
		}
	}
	if strings.HasSuffix(t.Domain, "}") || strings.HasSuffix(t.Domain, "%%") ||
		strings.HasSuffix(t.Domain, "%_") || strings.HasSuffix(t.Domain, "%-") {
		return
	}
	if !endsInTopLabel(t.Domain) {
		p.problem(t.DomainAt, SPFBadDomain)
	}
}

// endsInTopLabel reports whether s ends in "." toplabel [ "." ]. A top label
// is letters, digits and inner hyphens, not digits alone. RFC 7208, section 7.1.
func endsInTopLabel(s string) bool {
	s = strings.TrimSuffix(s, ".")
	dot := strings.LastIndexByte(s, '.')
	if dot < 0 {
		return false
	}
	label := s[dot+1:]
	if label == "" || label[0] == '-' || label[len(label)-1] == '-' || allDigits(label) {
		return false
	}
	for i := range len(label) {
		if c := label[i]; c == '_' || c == '.' || !isNameOctet(c) {
			return false
		}
	}
	return true
}
