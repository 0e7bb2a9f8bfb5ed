package record

import (
	"fmt"
	"strings"
)

// ParseTXT decodes the presentation form of TXT data, "v=spf1 " "-all", to the
// octets of its character-strings joined, and where each ends. RFC 1035,
// section 5.1. Data is what our own transports wrote; an error means that a
// saved file was damaged.
func ParseTXT(data string) (string, []int, error) {
	if data == noStrings {
		return "", nil, nil
	}
	if inner, ok := oneString(data); ok {
		return inner, []int{len(inner)}, nil
	}
	var octets strings.Builder
	var ends []int
	octets.Grow(len(data))
	for at := 0; at < len(data); {
		if data[at] == ' ' {
			at++
			continue
		}
		if data[at] != '"' {
			return "", nil, fmt.Errorf("character-string at offset %d does not begin with a quote", at)
		}
		next, ok := unquote(&octets, data, at+1)
		if !ok {
			return "", nil, fmt.Errorf("character-string at offset %d does not end", at)
		}
		ends = append(ends, octets.Len())
		at = next
	}
	return octets.String(), ends, nil
}

// oneString is the inside of data that is a single character-string without
// escapes, as nearly all are: its octets need no copy.
func oneString(data string) (string, bool) {
	if len(data) < 2 || data[0] != '"' || strings.IndexByte(data[1:], '"') != len(data)-2 || strings.IndexByte(data, '\\') >= 0 {
		return "", false
	}
	return data[1 : len(data)-1], true
}

// unquote decodes one character-string from behind its opening quote, and
// returns the offset behind its closing one.
func unquote(out *strings.Builder, data string, at int) (int, bool) {
	for at < len(data) {
		plain := strings.IndexAny(data[at:], `"\`)
		if plain < 0 {
			return 0, false
		}
		out.WriteString(data[at : at+plain])
		at += plain
		switch {
		case data[at] == '"':
			return at + 1, true
		case at+3 < len(data) && allDigits(data[at+1:at+4]):
			out.WriteByte((data[at+1]-'0')*100 + (data[at+2]-'0')*10 + data[at+3] - '0')
			at += 4
		case at+1 < len(data):
			out.WriteByte(data[at+1])
			at += 2
		default:
			return 0, false
		}
	}
	return 0, false
}

// noStrings is TXT data without any character-string, which is illegal and
// does occur. RFC 1035, section 3.3.14; RFC 3597, section 5.
const noStrings = `\# 0`

// FormatTXT is the inverse of ParseTXT.
func FormatTXT(octets string, ends []int) string {
	if len(ends) == 0 {
		return noStrings
	}
	var b strings.Builder
	start := 0
	for i, end := range ends {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteByte('"')
		for ; start < end; start++ {
			switch c := octets[start]; {
			case c == '"' || c == '\\':
				b.WriteByte('\\')
				b.WriteByte(c)
			case c < 0x20 || c > 0x7e:
				fmt.Fprintf(&b, "\\%03d", c)
			default:
				b.WriteByte(c)
			}
		}
		b.WriteByte('"')
	}
	return b.String()
}
