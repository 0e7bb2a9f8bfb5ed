package record

import (
	"net/url"
	"slices"
	"strings"
)

// IsDMARC reports whether a TXT record is a DMARC Policy Record: its first tag
// is v with the value DMARC1, in this case. White space may stand around "=".
// RFC 9989, sections 4.7 and 4.8.
func IsDMARC(octets string) bool {
	tag, _, _ := strings.Cut(octets, ";")
	name, value, ok := strings.Cut(tag, "=")
	// Leading white space is tolerated by no ABNF; the name may have none before it.
	return ok && strings.TrimRight(name, " \t") == "v" && strings.Trim(value, " \t") == "DMARC1"
}

// ParseDMARC reads a record that IsDMARC selects.
func ParseDMARC(octets string) DMARC {
	r := DMARC{Octets: octets, DKIMAlignment: AlignRelaxed, SPFAlignment: AlignRelaxed, PSD: PSDUnsure}
	r.Tags = parseTags(octets, func(at Span) { r.problem(at, DMARCNotATag) })
	seen := make(map[string]bool) // without a size: a small one costs no allocation
	for _, t := range r.Tags {
		name := strings.ToLower(t.Name)
		if seen[name] {
			r.problem(t.Span, DMARCDuplicateTag) // the first one stands, as in RFC 6376 verifiers
			continue
		}
		seen[name] = true
		r.tag(name, t)
	}
	if !seen["p"] {
		r.problem(Span{0, len(octets)}, DMARCMissingP)
	}
	slices.SortStableFunc(r.Problems, func(a, b Problem) int { return a.Offset - b.Offset })
	return r
}

func (r *DMARC) problem(at Span, code Code) {
	r.Problems = append(r.Problems, Problem{Span: at, Code: code})
}

// tag reads one tag. Names and the keywords below are not case-sensitive: the
// ABNF of RFC 9989, section 4.8 writes all but DMARC1 as plain strings.
func (r *DMARC) tag(name string, t Tag) {
	for i := range len(t.Value) {
		if c := t.Value[i]; c < 0x20 || c > 0x7e {
			r.problem(Span{t.ValueSpan.Offset + i, 1}, DMARCNonASCII)
			break
		}
	}
	switch name {
	case "v":
	case "p":
		r.policy(t, &r.Policy)
	case "sp":
		r.policy(t, &r.SubdomainPolicy)
	case "np":
		r.policy(t, &r.NonexistentPolicy)
	case "adkim":
		keyword(r, t, Alignment(strings.ToLower(t.Value)), &r.DKIMAlignment, AlignRelaxed, AlignStrict)
	case "aspf":
		keyword(r, t, Alignment(strings.ToLower(t.Value)), &r.SPFAlignment, AlignRelaxed, AlignStrict)
	case "psd":
		keyword(r, t, PSD(strings.ToLower(t.Value)), &r.PSD, PSDYes, PSDNo, PSDUnsure)
	case "t":
		var flag string
		keyword(r, t, strings.ToLower(t.Value), &flag, "y", "n")
		r.Testing = flag == "y"
	case "rua":
		r.RUA = r.uris(t)
	case "ruf":
		r.RUF = r.uris(t)
	case "fo":
		r.failureOptions(t)
	case "pct", "rf", "ri":
		r.problem(t.Span, DMARCHistoricTag)
	default:
		r.problem(t.Span, DMARCUnknownTag)
	}
}

func (r *DMARC) policy(t Tag, to *DMARCPolicy) {
	switch p := DMARCPolicy(strings.ToLower(t.Value)); p {
	case PolicyNone, PolicyQuarantine, PolicyReject:
		*to = p
	default:
		r.problem(t.ValueSpan, DMARCBadPolicy)
	}
}

// keyword sets to when value is one of those allowed; otherwise the default
// stands. RFC 9989, section 4.8.
func keyword[T comparable](r *DMARC, t Tag, value T, to *T, allowed ...T) {
	if slices.Contains(allowed, value) {
		*to = value
		return
	}
	r.problem(t.ValueSpan, DMARCBadValue)
}

// failureOptions checks fo: 0 or 1, d and s, each once. RFC 9989, section 4.8.
func (r *DMARC) failureOptions(t Tag) {
	seen := make(map[string]bool, 3)
	for option := range strings.SplitSeq(strings.ToLower(t.Value), ":") {
		option = strings.Trim(option, tagSpace)
		if option == "1" {
			option = "0" // mutually exclusive with 0
		}
		if !slices.Contains([]string{"0", "d", "s"}, option) || seen[option] {
			r.problem(t.ValueSpan, DMARCBadValue)
			return
		}
		seen[option] = true
	}
}

// uris splits a list of report URIs.
func (r *DMARC) uris(t Tag) []ReportURI {
	var uris []ReportURI
	for at := t.ValueSpan.Offset; at <= t.ValueSpan.End(); {
		end := strings.IndexByte(r.Octets[at:t.ValueSpan.End()], ',')
		if end < 0 {
			end = t.ValueSpan.End()
		} else {
			end += at
		}
		item := trimSpan(r.Octets, Span{at, end - at})
		at = end + 1
		uri := parseReportURI(r.Octets[item.Offset:item.End()])
		uri.Span = item
		if uri.Bad {
			r.problem(item, DMARCBadURI)
		}
		uris = append(uris, uri)
	}
	return uris
}

// parseReportURI reads one URI. A comma or exclamation mark inside must be
// encoded, so what stands behind one is the obsolete size limit. RFC 9989,
// section 4.8.
func parseReportURI(text string) ReportURI {
	if uri, size, ok := strings.Cut(text, "!"); ok && isReportSize(size) {
		text = uri
	}
	u := ReportURI{Text: text}
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || !isScheme(scheme) {
		u.Bad = true
		return u
	}
	u.Scheme = strings.ToLower(scheme)
	if u.Scheme != "mailto" {
		u.Bad = rest == "" || strings.ContainsAny(text, " !")
		return u
	}
	address, _, _ := strings.Cut(rest, "?")
	decoded, err := url.PathUnescape(address)
	u.Address = decoded
	local, domain, ok := cutLast(decoded, '@')
	u.Bad = err != nil || !ok || local == "" || !isHostName(domain) || strings.ContainsAny(address, " !")
	return u
}

// isReportSize reports whether s is 1*DIGIT [ "k" / "m" / "g" / "t" ].
func isReportSize(s string) bool {
	return allDigits(s) || len(s) > 1 && allDigits(s[:len(s)-1]) && strings.IndexByte("kmgt", s[len(s)-1]|0x20) >= 0
}

// isScheme reports whether s is a URI scheme. RFC 3986, section 3.1.
func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isAlpha(c) && (i == 0 || (c < '0' || c > '9') && strings.IndexByte("+-.", c) < 0) {
			return false
		}
	}
	return s != ""
}

// isHostName reports whether s is two or more labels of letters, digits,
// hyphens and underscores.
func isHostName(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := range len(label) {
			if !isNameOctet(label[i]) {
				return false
			}
		}
	}
	return true
}

func cutLast(s string, sep byte) (string, string, bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
