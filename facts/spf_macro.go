package facts

import (
	"encoding/hex"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mailposture/mailposture/record"
)

// macroValues is what the macros of one message stand for. RFC 7208, section 7.2.
type macroValues struct {
	local, senderDomain string // s, l, o
	domain              string // d: the current domain
	ip                  netip.Addr
	helo                string
	validated           string // p; "unknown" when there is none
	receiver            string // r
	when                time.Time
}

// expand turns macros into text. RFC 7208, section 7.3.
func expand(macros []record.Macro, v macroValues) string {
	var b strings.Builder
	for _, m := range macros {
		if m.Letter == 0 {
			b.WriteString(m.Literal)
			continue
		}
		value := transform(m, v.value(m.Letter))
		if m.URLEscape {
			value = strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
		}
		b.WriteString(value)
	}
	return b.String()
}

func (v macroValues) value(letter byte) string {
	switch letter {
	case 's':
		return v.local + "@" + v.senderDomain
	case 'l':
		return v.local
	case 'o':
		return v.senderDomain
	case 'd':
		return v.domain
	case 'i':
		return dotted(v.ip)
	case 'p':
		return v.validated
	case 'v':
		if v.ip.Is4() {
			return "in-addr"
		}
		return "ip6"
	case 'h':
		return v.helo
	case 'c': // c, r and t stand in explanations only; the parser sees to it
		return v.ip.String()
	case 'r':
		if v.receiver == "" {
			return "unknown"
		}
		return v.receiver
	case 't':
		if v.when.IsZero() {
			return "0"
		}
		return strconv.FormatInt(v.when.Unix(), 10)
	}
	return ""
}

// dotted is an address in the form of the i macro: dotted quad, or dotted
// nibbles.
func dotted(ip netip.Addr) string {
	if !ip.Is6() {
		return ip.String()
	}
	octets := ip.As16()
	nibbles := strings.Split(hex.EncodeToString(octets[:]), "")
	return strings.Join(nibbles, ".")
}

// transform splits a value at its delimiters, reverses and keeps what the
// macro asks for, and joins with dots. RFC 7208, section 7.3.
func transform(m record.Macro, value string) string {
	if m.Keep == 0 && !m.Reverse && m.Delimiters == "" {
		return value
	}
	delimiters := m.Delimiters
	if delimiters == "" {
		delimiters = "."
	}
	parts := splitAny(value, delimiters)
	if m.Reverse {
		slices.Reverse(parts)
	}
	if m.Keep > 0 && m.Keep < len(parts) {
		parts = parts[len(parts)-m.Keep:]
	}
	return strings.Join(parts, ".")
}

// splitAny splits at every one of the delimiters, and keeps empty parts.
func splitAny(s, delimiters string) []string {
	var parts []string
	for {
		i := strings.IndexAny(s, delimiters)
		if i < 0 {
			return append(parts, s)
		}
		parts = append(parts, s[:i])
		s = s[i+1:]
	}
}

// termName is the name that a term's text stands for. A backslash is an octet
// like any other there, and begins an escape in a Question.
func termName(text string) string {
	return strings.ReplaceAll(canonical(text), `\`, `\\`)
}

// reverseName is the name under which an address's PTR records stand.
// RFC 1035, section 3.5; RFC 3596, section 2.5.
func reverseName(ip netip.Addr) string {
	if ip.Is4() {
		b := ip.As4()
		return strings.Join([]string{
			strconv.Itoa(int(b[3])), strconv.Itoa(int(b[2])), strconv.Itoa(int(b[1])), strconv.Itoa(int(b[0])),
		}, ".") + ".in-addr.arpa"
	}
	parts := strings.Split(dotted(ip), ".")
	slices.Reverse(parts)
	return strings.Join(parts, ".") + ".ip6.arpa"
}
