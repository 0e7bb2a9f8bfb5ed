package chaos

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Type is the number of a record type.
type Type uint16

// The types that a Truth can hold, and OPT. RFC 1035, section 3.2.2; RFC 3596;
// RFC 6891.
const (
	TypeA     Type = 1
	TypeNS    Type = 2
	TypeCNAME Type = 5
	TypeSOA   Type = 6
	TypePTR   Type = 12
	TypeMX    Type = 15
	TypeTXT   Type = 16
	TypeAAAA  Type = 28
	TypeOPT   Type = 41
)

// typeNames are the types a client is expected to ask for.
var typeNames = map[Type]string{
	TypeA: "A", TypeNS: "NS", TypeCNAME: "CNAME", TypeSOA: "SOA", TypePTR: "PTR",
	TypeMX: "MX", TypeTXT: "TXT", TypeAAAA: "AAAA", TypeOPT: "OPT",
}

// String is the mnemonic, or TYPE12345 as in RFC 3597, section 5.
func (t Type) String() string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// ParseType reads a mnemonic. It is 0 for one that is not listed above.
func ParseType(name string) Type {
	for t, n := range typeNames {
		if n == name {
			return t
		}
	}
	return 0
}

// RR is one record. Only the fields of its type count. Names are lower case
// without a trailing dot, "" is the root; a label cannot hold a dot.
type RR struct {
	Owner      string
	Type       Type
	TTL        uint32     // seconds
	Strings    []string   // TXT: the character-strings, at most 255 octets each
	Host       string     // CNAME, NS, PTR, MX; of SOA the primary server
	Preference uint16     // MX
	Addr       netip.Addr // A, AAAA
}

const ttl = 300 // seconds, of every record made here

// TXT makes a TXT record.
func TXT(owner string, strings ...string) RR {
	return RR{Owner: owner, Type: TypeTXT, TTL: ttl, Strings: strings}
}

// MX makes an MX record.
func MX(owner string, preference uint16, host string) RR {
	return RR{Owner: owner, Type: TypeMX, TTL: ttl, Preference: preference, Host: host}
}

// CNAME makes a CNAME record.
func CNAME(owner, target string) RR { return RR{Owner: owner, Type: TypeCNAME, TTL: ttl, Host: target} }

// PTR makes a PTR record.
func PTR(owner, host string) RR { return RR{Owner: owner, Type: TypePTR, TTL: ttl, Host: host} }

// SOA makes the SOA record that begins a zone.
func SOA(owner string) RR { return RR{Owner: owner, Type: TypeSOA, TTL: ttl, Host: "ns.invalid"} }

// Addr makes an A or AAAA record.
func Addr(owner string, addr netip.Addr) RR {
	rr := RR{Owner: owner, Type: TypeAAAA, TTL: ttl, Addr: addr}
	if addr.Is4() {
		rr.Type = TypeA
	}
	return rr
}

// data is the RDATA, without compression.
func (r RR) data() []byte {
	var b []byte
	switch r.Type {
	case TypeTXT:
		for _, s := range r.Strings {
			b = append(append(b, byte(len(s))), s...)
		}
	case TypeMX:
		b = appendName(binary.BigEndian.AppendUint16(b, r.Preference), r.Host)
	case TypeA, TypeAAAA:
		b = r.Addr.AsSlice()
	case TypeSOA:
		b = appendName(appendName(b, r.Host), "admin.invalid")
		for _, n := range []uint32{1, 7200, 3600, 86400, ttl} {
			b = binary.BigEndian.AppendUint32(b, n)
		}
	default:
		b = appendName(b, r.Host)
	}
	return b
}

// Text is the RDATA in presentation form, as dig prints it.
func (r RR) Text() string {
	switch r.Type {
	case TypeTXT:
		quoted := make([]string, len(r.Strings))
		for i, s := range r.Strings {
			quoted[i] = quote(s)
		}
		return strings.Join(quoted, " ")
	case TypeMX:
		return fmt.Sprintf("%d %s.", r.Preference, r.Host)
	case TypeA, TypeAAAA:
		return r.Addr.String()
	case TypeSOA:
		return fmt.Sprintf("%s. admin.invalid. 1 7200 3600 86400 %d", r.Host, ttl)
	}
	return r.Host + "."
}

// quote prints a character-string. RFC 1035, section 5.1.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b.Write([]byte{'\\', c})
		case c < 0x20 || c > 0x7E:
			fmt.Fprintf(&b, "\\%03d", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
