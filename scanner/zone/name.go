package zone

import (
	"errors"
	"strings"
)

// The limits of a domain name in wire form. RFC 1035, section 2.3.4.
const (
	maxName  = 255 // octets, with the length octets and the root
	maxLabel = 63
	maxHops  = 127 // compression pointers in one name: more than it can have labels
)

var (
	errName  = errors.New("not a valid domain name")
	errShort = errors.New("message ends early")
)

// PackName returns the wire form of a domain name, without compression and
// in the case it was given. \DDD and \X stand for octets (RFC 1035, section
// 5.1); the trailing dot may be missing, "" and "." are the root.
func PackName(name string) ([]byte, error) {
	return AppendName(make([]byte, 0, len(name)+2), name)
}

// AppendName appends what PackName returns.
func AppendName(wire []byte, name string) ([]byte, error) {
	start := len(wire)
	wire = append(wire, 0)
	if name == "" || name == "." {
		return wire, nil
	}
	label := start // where the length octet of the current label stands
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch c {
		case '.':
			if wire[label] == 0 {
				return nil, errName // an empty label
			}
			label = len(wire)
			wire = append(wire, 0)
			continue
		case '\\':
			octet, width := unescape(name[i+1:])
			if width == 0 {
				return nil, errName
			}
			c, i = octet, i+width
		}
		if wire[label] == maxLabel {
			return nil, errName
		}
		wire = append(wire, c)
		wire[label]++
	}
	if wire[label] != 0 {
		wire = append(wire, 0) // the root, where no trailing dot stood for it
	}
	if len(wire)-start > maxName {
		return nil, errName
	}
	return wire, nil
}

// Plain reports whether a name that can be packed is in canonical form as it
// stands, for it has none but small letters, digits, hyphens and underscores.
func Plain(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		case c == '.' && i < len(name)-1:
		default:
			return false
		}
	}
	return true
}

// unescape reads what follows a backslash: DDD or one octet. The width is 0
// when neither is there.
func unescape(s string) (byte, int) {
	if s == "" {
		return 0, 0
	}
	if s[0] < '0' || s[0] > '9' {
		return s[0], 1
	}
	if len(s) < 3 || s[1] < '0' || s[1] > '9' || s[2] < '0' || s[2] > '9' {
		return 0, 0
	}
	n := 100*int(s[0]-'0') + 10*int(s[1]-'0') + int(s[2]-'0')
	if n > 255 {
		return 0, 0
	}
	return byte(n), 3
}

// Name reads the domain name at off in a message. It returns the name in
// canonical form (lower case, without the trailing dot, "" for the root,
// octets escaped as dig does) and the offset behind it. Compression pointers
// must lead strictly backwards. RFC 1035, section 4.1.4.
func Name(msg []byte, off int) (string, int, error) {
	var text []byte
	end := -1   // behind the name where it began; known at the first pointer
	back := off // where the next pointer must stay before
	octets := 1 // of the name, the root included
	for hops := 0; ; {
		if off >= len(msg) {
			return "", 0, errShort
		}
		switch n := int(msg[off]); n & 0xC0 {
		case 0x00:
			off++
			if n == 0 {
				if end < 0 {
					end = off
				}
				return string(text), end, nil
			}
			if octets += 1 + n; octets > maxName {
				return "", 0, errName
			}
			if off+n > len(msg) {
				return "", 0, errShort
			}
			text = appendLabel(text, msg[off:off+n])
			off += n
		case 0xC0:
			if off+2 > len(msg) {
				return "", 0, errShort
			}
			if end < 0 {
				end = off + 2
			}
			off = (n&0x3F)<<8 | int(msg[off+1])
			if hops++; off >= back || hops > maxHops {
				return "", 0, errName
			}
			back = off
		default:
			return "", 0, errName // RFC 6891, section 5: the other label types are gone
		}
	}
}

// appendLabel adds one label to a name in canonical form.
func appendLabel(text, label []byte) []byte {
	if len(text) > 0 {
		text = append(text, '.')
	}
	for _, c := range label {
		switch {
		case c >= 'A' && c <= 'Z':
			text = append(text, c+'a'-'A')
		case strings.IndexByte(`"$().;@\`, c) >= 0:
			text = append(text, '\\', c)
		case c <= ' ' || c > '~':
			text = appendDDD(text, c)
		default:
			text = append(text, c)
		}
	}
	return text
}

func appendDDD(text []byte, c byte) []byte {
	return append(text, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
}

// Canonical returns a name in the form that Name gives, or an error when it is
// no domain name.
func Canonical(name string) (string, error) {
	wire, err := PackName(name)
	if err != nil {
		return "", err
	}
	canonical, _, err := Name(wire, 0)
	return canonical, err
}

// Parent returns the canonical name one label up; that of a top-level domain
// and of the root is the root.
func Parent(name string) string {
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '\\':
			i++ // an escaped dot ends no label; the digits of \DDD are no dots
		case '.':
			return name[i+1:]
		}
	}
	return ""
}

// Within reports whether a canonical name is apex or below it.
func Within(name, apex string) bool {
	for name != apex {
		if name == "" {
			return false
		}
		name = Parent(name)
	}
	return true
}

// absolute is a canonical name as it stands in RDATA.
func absolute(name string) string { return name + "." }
