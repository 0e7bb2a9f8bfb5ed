package record

import "strings"

// DMARC is a parsed DMARC Policy Record. RFC 9989, section 4.7.
type DMARC struct {
	Octets string
	Tags   []Tag // all of them, in the order of the record

	Policy            DMARCPolicy // p; "" when it is missing or not valid
	SubdomainPolicy   DMARCPolicy // sp; "" likewise
	NonexistentPolicy DMARCPolicy // np; "" likewise
	DKIMAlignment     Alignment   // adkim; default relaxed
	SPFAlignment      Alignment   // aspf; default relaxed
	PSD               PSD         // psd; default PSDUnsure
	Testing           bool        // t=y
	RUA, RUF          []ReportURI // every item of the lists, the bad ones included

	Problems []Problem // by offset
}

// DMARCPolicy is a Domain Owner Assessment Policy. RFC 9989, section 4.7, "p".
type DMARCPolicy string

// The policies. The zero value means that none is stated.
const (
	PolicyNone       DMARCPolicy = "none"
	PolicyQuarantine DMARCPolicy = "quarantine"
	PolicyReject     DMARCPolicy = "reject"
)

// Enforces reports whether failing mail is to be treated worse.
func (p DMARCPolicy) Enforces() bool { return p == PolicyQuarantine || p == PolicyReject }

// Strength orders policies from none (0) to reject (2).
func (p DMARCPolicy) Strength() int {
	switch p {
	case PolicyQuarantine:
		return 1
	case PolicyReject:
		return 2
	}
	return 0
}

// Relaxed is the policy one level below, which receivers apply under t=y.
// RFC 9989, section 4.7, "t".
func (p DMARCPolicy) Relaxed() DMARCPolicy {
	switch p {
	case PolicyReject:
		return PolicyQuarantine
	case PolicyQuarantine:
		return PolicyNone
	}
	return p
}

// Alignment is how closely an identifier must match the Author Domain.
// RFC 9989, section 4.4.
type Alignment string

// The alignment modes.
const (
	AlignRelaxed Alignment = "r"
	AlignStrict  Alignment = "s"
)

// PSD says whether a record belongs to a public suffix. RFC 9989, section 4.7, "psd".
type PSD string

// The values of psd.
const (
	PSDYes    PSD = "y"
	PSDNo     PSD = "n"
	PSDUnsure PSD = "u"
)

// ReportURI is one item of rua or ruf.
type ReportURI struct {
	Span           // in DMARC.Octets, the obsolete size limit included
	Text    string // without the obsolete size limit ("!10m")
	Scheme  string // lower case; "" when it is no URI
	Address string // of mailto: the address, percent-encoding decoded
	Bad     bool   // no receiver can send there: no scheme, or a mailto without an address
}

// MailDomain is the domain of a mailto address in lower case, or "".
func (u ReportURI) MailDomain() string {
	if u.Scheme != "mailto" || u.Bad {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(u.Address[strings.LastIndexByte(u.Address, '@')+1:], "."))
}

// The problems of a DMARC record. None is Fatal on its own: RFC 9989, section
// 4.8 has a receiver use what is left. What a bad p, sp or np means for the
// whole record is decided by Usable.
const (
	DMARCNotATag      Code = "dmarc-not-a-tag"     // a piece without "="
	DMARCDuplicateTag Code = "dmarc-duplicate-tag" // RFC 6376, section 3.2 forbids it
	DMARCUnknownTag   Code = "dmarc-unknown-tag"   // ignored; RFC 9989, section 4.7
	DMARCHistoricTag  Code = "dmarc-historic-tag"  // pct, rf and ri; RFC 9989, section 9.3
	DMARCBadPolicy    Code = "dmarc-bad-policy"    // p, sp or np is none of the three
	DMARCMissingP     Code = "dmarc-missing-p"     // counts as p=none where a report address stands
	DMARCBadValue     Code = "dmarc-bad-value"     // of adkim, aspf, fo, psd or t: the default stands
	DMARCBadURI       Code = "dmarc-bad-uri"       // an item of rua or ruf
	DMARCNonASCII     Code = "dmarc-non-ascii"     // an octet that no value can hold
)

// Usable reports whether a receiver may apply the record. One with a missing
// or bad p, or a bad sp or np, counts as p=none if rua has a valid URI, and as
// no record otherwise. RFC 9989, section 4.10.1.
func (r *DMARC) Usable() bool { return !r.policyBroken() || r.HasReportAddress() }

// Effective is p as receivers read it: none where Usable corrects the record,
// "" where the record is not usable. t=y is not taken into account.
func (r *DMARC) Effective() DMARCPolicy {
	switch {
	case !r.policyBroken():
		return r.Policy
	case r.HasReportAddress():
		return PolicyNone
	}
	return ""
}

// policyBroken reports whether RFC 9989, section 4.10.1 distrusts the policy tags.
func (r *DMARC) policyBroken() bool {
	if r.Policy == "" {
		return true
	}
	for _, p := range r.Problems {
		if p.Code == DMARCBadPolicy {
			return true
		}
	}
	return false
}

// HasReportAddress reports whether rua has at least one syntactically valid URI.
func (r *DMARC) HasReportAddress() bool {
	for _, u := range r.RUA {
		if !u.Bad {
			return true
		}
	}
	return false
}

// Tag returns the first tag of a name, and whether there is one.
func (r *DMARC) Tag(name string) (Tag, bool) {
	for _, t := range r.Tags {
		if strings.EqualFold(t.Name, name) {
			return t, true
		}
	}
	return Tag{}, false
}
