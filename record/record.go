// Package record turns the text of mail-authentication records into typed
// values with every problem found, and never fails.
//
// A parser reads the decoded octets of a record, its character-strings joined;
// every offset counts those octets. Whether a problem matters is for rules to
// say: here each is only named, located, and marked when the record's own RFC
// has a verifier refuse the record for it.
package record

import "strings"

// Span locates a part of a record in octets.
type Span struct{ Offset, Length int }

// End is the offset just behind the span.
func (s Span) End() int { return s.Offset + s.Length }

// Problem is one departure from a record's grammar.
type Problem struct {
	Span
	Code  Code
	Fatal bool // the RFC has verifiers refuse the record: permerror (SPF), no policy (DMARC), no key (DKIM)
}

// Code names a kind of problem; it is permanent, and part of finding keys.
type Code string

// Tag is one tag=value of a DMARC record or a DKIM key. RFC 6376, section 3.2.
type Tag struct {
	Span             // of the whole tag, without surrounding white space
	Name      string // as published; DKIM and DMARC tag names are lower case
	Value     string // without surrounding white space
	ValueSpan Span
}

// Text is the printable form of octets from outside: every byte outside
// 0x20-0x7E, and the backslash, becomes \xNN. Every result, message and report
// shows outside text through this function.
func Text(octets string) string {
	if isPlain(octets) {
		return octets
	}
	text, _ := Locate(octets, Span{})
	return text
}

// isPlain reports whether octets are their own printable form, as nearly all
// are: it saves a copy of each.
func isPlain(octets string) bool {
	for i := range len(octets) {
		if escaped(octets[i]) {
			return false
		}
	}
	return true
}

func escaped(c byte) bool { return c < 0x20 || c > 0x7e || c == '\\' }

// Locate is Text together with the place that span then has, in characters. A
// span outside the text is cut to it: evidence must never point beyond.
func Locate(octets string, span Span) (string, Span) {
	const hex = "0123456789abcdef"
	if isPlain(octets) && 0 <= span.Offset && span.Offset <= span.End() && span.End() <= len(octets) {
		return octets, span
	}
	out := make([]byte, 0, len(octets))
	start, end := -1, -1
	for i := 0; i <= len(octets); i++ {
		if i == span.Offset {
			start = len(out)
		}
		if i == span.End() {
			end = len(out)
		}
		if i == len(octets) {
			break
		}
		if c := octets[i]; escaped(c) {
			out = append(out, '\\', 'x', hex[c>>4], hex[c&15])
		} else {
			out = append(out, c)
		}
	}
	if start < 0 {
		start = len(out)
	}
	if end < start {
		end = len(out)
	}
	return string(out), Span{Offset: start, Length: end - start}
}

// Printable lets printable ASCII through and turns any other byte into \xNN.
// It is for text that is in printable form already, such as names as dig
// prints them and messages made with Text, where a backslash is ours.
func Printable(text string) string {
	for i := range len(text) {
		if text[i] < 0x20 || text[i] > 0x7e {
			return strings.ReplaceAll(Text(text), `\x5c`, `\`)
		}
	}
	return text
}
