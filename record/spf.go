package record

import (
	"net/netip"
	"strings"
)

// Qualifier is an SPF directive's qualifier. RFC 7208, section 4.6.2. The zero
// value means that there is none: the term is a modifier.
type Qualifier byte

// The qualifiers and the results they give when their mechanism matches.
const (
	QualifierPass     Qualifier = '+' // also when none is written
	QualifierFail     Qualifier = '-'
	QualifierSoftFail Qualifier = '~'
	QualifierNeutral  Qualifier = '?'
)

// String is the character, or "" for the zero value.
func (q Qualifier) String() string {
	if q == 0 {
		return ""
	}
	return string(q)
}

// Mechanism names what a term is: a mechanism of RFC 7208, section 5, or a
// modifier of section 6.
type Mechanism string

// The terms that RFC 7208 defines. The zero value is a term that is none of
// them: an unknown modifier, which is ignored, or an unknown mechanism, which
// is a Fatal problem.
const (
	MechAll     Mechanism = "all"
	MechInclude Mechanism = "include"
	MechA       Mechanism = "a"
	MechMX      Mechanism = "mx"
	MechPTR     Mechanism = "ptr"
	MechIP4     Mechanism = "ip4"
	MechIP6     Mechanism = "ip6"
	MechExists  Mechanism = "exists"
	ModRedirect Mechanism = "redirect"
	ModExp      Mechanism = "exp"
)

// QueriesDNS reports whether evaluating the term counts towards the limit of
// ten. RFC 7208, section 4.6.4.
func (m Mechanism) QueriesDNS() bool {
	switch m {
	case MechInclude, MechA, MechMX, MechPTR, MechExists, ModRedirect:
		return true
	}
	return false
}

// SPF is a parsed SPF record.
type SPF struct {
	Octets   string
	Terms    []SPFTerm // in the order of the record
	Problems []Problem // by offset
}

// SPFTerm is one directive or modifier.
type SPFTerm struct {
	Span                   // in SPF.Octets
	Text      string       // as published
	Mechanism Mechanism    // "" when RFC 7208 does not define it
	Name      string       // mechanism or modifier name, lower case
	Modifier  bool         // name=value
	Qualifier Qualifier    // 0 for modifiers
	Domain    string       // domain-spec as published, macros and all; "" means the current domain
	DomainAt  Span         // of Domain in SPF.Octets
	Prefix    netip.Prefix // of ip4 and ip6, as written: host bits kept
	CIDR4     int          // prefix length for a and mx with IPv4; 32 when not written
	CIDR6     int          // the same with IPv6; 128 when not written
	Bad       bool         // has a Fatal problem
}

// HasMacro reports whether the term's domain-spec expands macros, so that its
// name is only known for a message. RFC 7208, section 7.
func (t SPFTerm) HasMacro() bool { return strings.Contains(t.Domain, "%") }

// The problems of an SPF record. Each ends an evaluation in permerror.
// RFC 7208, section 4.6.
const (
	SPFUnknownMechanism  Code = "spf-unknown-mechanism"
	SPFMissingDomain     Code = "spf-missing-domain"     // include, exists, redirect and exp need one
	SPFBadDomain         Code = "spf-bad-domain"         // not a domain-spec; RFC 7208, section 7.1
	SPFBadMacro          Code = "spf-bad-macro"          // RFC 7208, section 7.1
	SPFBadAddress        Code = "spf-bad-address"        // ip4 or ip6 without such an address
	SPFBadCIDR           Code = "spf-bad-cidr"           // not a prefix length, or too long
	SPFUnexpectedValue   Code = "spf-unexpected-value"   // all takes none
	SPFDuplicateModifier Code = "spf-duplicate-modifier" // redirect or exp twice; RFC 7208, section 6
	SPFQualifiedModifier Code = "spf-qualified-modifier" // "-redirect=x"
	SPFBadSeparator      Code = "spf-bad-separator"      // a tab or other octet where a space must be
	SPFNonASCII          Code = "spf-non-ascii"          // an octet outside 0x21-0x7E inside a term; RFC 7208, section 4.6.1
)

// String prints the record with one space between terms. Parsing it gives the
// same terms, but for their offsets.
func (r SPF) String() string {
	var b strings.Builder
	b.WriteString("v=spf1")
	for _, t := range r.Terms {
		b.WriteByte(' ')
		b.WriteString(t.Text)
	}
	return b.String()
}
