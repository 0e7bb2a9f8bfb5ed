package diagnose

import (
	"bytes"
	"mime"
	"strings"
)

// The bounds on a header. Real ones have up to some 200 fields and 64 KiB.
const (
	maxFields      = 4000
	maxFieldOctets = 16 << 10
)

// field is one header field, unfolded.
type field struct {
	name  string // lower case
	value string // without the white space around it; at most maxFieldOctets
}

// header is the fields of a header in their order, newest first as servers
// prepend them.
type header struct {
	fields []field
	cut    bool // there were more, or longer ones
	broken bool // it ended at a line that is no field, not at an empty one
}

// get is the value of the first field of a name, or "".
func (h header) get(name string) string {
	for _, f := range h.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// has reports whether there is a field of a name.
func (h header) has(name string) bool {
	for _, f := range h.fields {
		if f.name == name {
			return true
		}
	}
	return false
}

// readHeader reads fields up to an empty line, which it skips, or up to a line
// that cannot belong to a header, which it leaves. A line that begins with white
// space goes on with the one before. RFC 5322, section 2.2.
//
// Others give up on a header with a bad line. Pasted headers are seldom clean,
// and a bounce is not refused for one.
func readHeader(text []byte) (header, []byte) {
	var h header
	var open []byte // the field being read, or nil
	closeField := func() {
		if open != nil {
			h.add(open)
			open = nil
		}
	}
	for len(text) > 0 {
		line, rest := cutLine(text)
		switch {
		case len(line) == 0:
			closeField()
			return h, rest
		case line[0] == ' ' || line[0] == '\t':
			if open == nil {
				h.broken = true
				return h, text
			}
			open = appendBounded(open, line)
		case fieldName(line) != "":
			closeField()
			open = bytes.Clone(line[:min(len(line), maxFieldOctets)])
			h.cut = h.cut || len(line) > maxFieldOctets
		default:
			closeField()
			h.broken = true
			return h, text
		}
		text = rest
	}
	closeField()
	return h, nil
}

// appendBounded adds a continuation line, as long as there is room.
func appendBounded(open, line []byte) []byte {
	room := max(maxFieldOctets-len(open), 0)
	return append(open, line[:min(len(line), room)]...)
}

func (h *header) add(line []byte) {
	if len(h.fields) == maxFields {
		h.cut = true
		return
	}
	name := fieldName(line)
	value := strings.TrimSpace(string(line[len(name)+1:]))
	h.fields = append(h.fields, field{strings.ToLower(strings.TrimSpace(name)), value})
}

// fieldName is what stands before the colon, if that can be a field's name:
// printable ASCII without a space. RFC 5322, section 2.2. White space before the
// colon is obsolete and allowed (section 4.5).
func fieldName(line []byte) string {
	const longest = 76
	for i, c := range line {
		switch {
		case i > longest:
			return ""
		case c == ':':
			name := string(line[:i])
			if trimmed := strings.TrimRight(name, " \t"); trimmed == "" || strings.ContainsAny(trimmed, " \t") {
				return ""
			}
			return name
		case c > '~' || c < ' ' && c != '\t':
			return ""
		}
	}
	return ""
}

// cutLine splits text behind its first line, which is without its end.
func cutLine(text []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(text, []byte("\n"))
	return bytes.TrimRight(line, "\r"), rest
}

// parameters splits a structured value such as Content-Type's. Its value is
// lower case. What mime finds malformed is read by what can be made out.
func parameters(value string) (string, map[string]string) {
	kind, params, err := mime.ParseMediaType(value)
	if err == nil {
		return kind, params
	}
	kind, rest, _ := strings.Cut(value, ";")
	params = make(map[string]string)
	for piece := range strings.SplitSeq(rest, ";") {
		key, val, ok := strings.Cut(piece, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if _, twice := params[key]; ok && !twice {
			params[key] = strings.Trim(strings.TrimSpace(val), `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(kind)), params
}
