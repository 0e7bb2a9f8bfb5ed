package zone

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// The most that is kept of one record set. More is a failed answer: a part of
// a set would be a wrong one.
const (
	MaxRecords = 100
	MaxOctets  = 64 << 10 // of presentation form
)

var errData = errors.New("malformed record data")

// Type returns the number of a record type: "TXT", "TYPE65280". It is false for
// words that are none, and for types that no record has, such as ANY.
func Type(kind string) (uint16, bool) {
	t, ok := dns.StringToType[kind]
	if digits, generic := strings.CutPrefix(kind, "TYPE"); generic {
		n, err := strconv.ParseUint(digits, 10, 16) // RFC 3597, section 5
		t, ok = uint16(n), err == nil
	}
	return t, ok && isRecord(t)
}

// isRecord tells record types from those for questions and protocol. RFC 6895,
// section 3.1.
func isRecord(t uint16) bool {
	return t != 0 && t != dns.TypeOPT && (t < 128 || t > 255)
}

// layout says what the record data of a type consists of: n is a domain name,
// 2 and 4 are numbers of as many octets.
func layout(kind uint16) string {
	switch kind {
	case dns.TypeNS, dns.TypeCNAME, dns.TypePTR, dns.TypeDNAME:
		return "n"
	case dns.TypeMX:
		return "2n"
	case dns.TypeSRV:
		return "222n"
	case dns.TypeSOA:
		return "nn44444"
	}
	return ""
}

// Data returns the record data msg[off:end] of a type in presentation form, as
// dig prints it, but with names in lower case. Names may point into msg.
// Anything left over or missing is an error.
func Data(msg []byte, off, end int, kind uint16) (string, error) {
	if off < 0 || off > end || end > len(msg) {
		return "", errShort
	}
	if l := layout(kind); l != "" {
		return fields(msg, off, end, l)
	}
	data := msg[off:end]
	switch kind {
	case dns.TypeA:
		return address(data, 4)
	case dns.TypeAAAA:
		return address(data, 16)
	case dns.TypeTXT, dns.TypeSPF:
		return strs(data)
	}
	return other(msg, off, end, kind)
}

func address(data []byte, size int) (string, error) {
	ip, ok := netip.AddrFromSlice(data)
	if !ok || len(data) != size {
		return "", errData
	}
	return ip.String(), nil
}

func fields(msg []byte, off, end int, layout string) (string, error) {
	var text []string
	for _, field := range layout {
		switch field {
		case 'n':
			name, next, err := Name(msg, off)
			if err != nil {
				return "", err
			}
			text, off = append(text, absolute(name)), next
		case '2':
			if off+2 > end {
				return "", errData
			}
			text, off = append(text, strconv.Itoa(int(binary.BigEndian.Uint16(msg[off:])))), off+2
		case '4':
			if off+4 > end {
				return "", errData
			}
			text, off = append(text, strconv.FormatUint(uint64(binary.BigEndian.Uint32(msg[off:])), 10)), off+4
		}
	}
	if off != end {
		return "", errData
	}
	return strings.Join(text, " "), nil
}

// strs prints character-strings. A TXT record has at least one (RFC 1035,
// section 3.3.14), but some servers send none: the record is whole, says
// nothing, and must not take those beside it along.
func strs(data []byte) (string, error) {
	if len(data) == 0 {
		return `\# 0`, nil // RFC 3597, section 5
	}
	text := make([]byte, 0, len(data)+8)
	for off := 0; off < len(data); {
		end := off + 1 + int(data[off])
		if end > len(data) {
			return "", errData
		}
		if off > 0 {
			text = append(text, ' ')
		}
		text = append(text, '"')
		for _, c := range data[off+1 : end] {
			switch {
			case c == '"' || c == '\\':
				text = append(text, '\\', c)
			case c < ' ' || c > '~':
				text = appendDDD(text, c)
			default:
				text = append(text, c)
			}
		}
		text = append(text, '"')
		off = end
	}
	return string(text), nil
}

// other prints the types that nothing here reads closely: by the DNS library
// where it reads all of them back, else as RFC 3597, section 5 has it.
func other(msg []byte, off, end int, kind uint16) (string, error) {
	generic := strings.TrimSpace(fmt.Sprintf(`\# %d %x`, end-off, msg[off:end]))
	h := dns.RR_Header{Name: ".", Rrtype: kind, Class: dns.ClassINET, Rdlength: uint16(end - off)}
	rr, _, err := dns.UnpackRRWithHeader(h, msg[:end], off)
	if err != nil || off == end {
		return generic, nil
	}
	again := make([]byte, dns.Len(rr)+1)
	n, err := dns.PackRR(rr, again, 0, nil, false)
	if err != nil || n < 11 || !bytes.Equal(again[11:n], msg[off:end]) {
		return generic, nil // the library takes data that ends early for whole
	}
	text := strings.TrimPrefix(rr.String(), rr.Header().String())
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return generic, nil
	}
	return text, nil
}

// Tidy sorts the records of one set and drops repeated ones. A set of more
// than MaxRecords or MaxOctets is an error.
func Tidy(data []string) ([]string, error) {
	if len(data) > MaxRecords {
		return nil, fmt.Errorf("too many records (%d)", len(data))
	}
	octets := 0
	for _, d := range data {
		octets += len(d)
	}
	if octets > MaxOctets {
		return nil, fmt.Errorf("records too large (%d octets)", octets)
	}
	data = slices.Clone(data)
	slices.Sort(data)
	return slices.Compact(data), nil
}
