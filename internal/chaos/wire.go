package chaos

import (
	"encoding/binary"
	"errors"
	"strings"
)

const headerSize = 12 // RFC 1035, section 4.1.1

// The flags of a header. RFC 1035, section 4.1.1.
const (
	flagQR     = 1 << 15
	flagOpcode = 0xF << 11
	flagTC     = 1 << 9
	flagRD     = 1 << 8
	flagRA     = 1 << 7
)

// The response codes used here by name. RFC 6895, section 2.3.
const (
	rcodeFormErr  = 1
	rcodeServfail = 2
	rcodeNXDomain = 3
	rcodeRefused  = 5
	rcodeBadVers  = 16
)

const classIN = 1

// ednsSize is what our OPT records offer; queries have their own.
const ednsSize = 1232

// maxMessage is the most that TCP can frame.
const maxMessage = 1<<16 - 1

// query is one message from a client.
type query struct {
	id       uint16
	flags    uint16
	name     string // as sent, without the trailing dot
	kind     Type
	question []byte // the octets of the question section
	edns     int    // the size offered, -1 without EDNS
}

// lower is the name that the truth knows.
func (q *query) lower() string { return strings.ToLower(q.name) }

var errQuery = errors.New("not a query with one question")

// readQuery reads what a client sent. It wants no more of it than the header,
// one question and, behind it, an OPT record if there is one.
func readQuery(msg []byte) (*query, error) {
	if len(msg) < headerSize || binary.BigEndian.Uint16(msg[4:]) != 1 {
		return nil, errQuery
	}
	q := &query{id: binary.BigEndian.Uint16(msg), flags: binary.BigEndian.Uint16(msg[2:]), edns: -1}
	var labels []string
	off := headerSize
	for {
		if off >= len(msg) || msg[off] > 63 || off+1+int(msg[off]) > len(msg) {
			return nil, errQuery // queries have nothing to point to
		}
		n := int(msg[off])
		if n == 0 {
			break
		}
		labels = append(labels, string(msg[off+1:off+1+n]))
		off += 1 + n
	}
	off++
	if q.flags&(flagQR|flagOpcode) != 0 || off+4 > len(msg) {
		return nil, errQuery
	}
	q.name = strings.Join(labels, ".")
	q.kind = Type(binary.BigEndian.Uint16(msg[off:]))
	off += 4
	q.question = msg[headerSize:off]
	if rest := msg[off:]; len(rest) >= 11 && rest[0] == 0 && Type(binary.BigEndian.Uint16(rest[1:])) == TypeOPT {
		q.edns = int(binary.BigEndian.Uint16(rest[3:]))
	}
	return q, nil
}

// message is a reply before it is octets.
type message struct {
	id         uint16
	flags      uint16
	rcode      int // the upper bits go into the OPT record
	question   []byte
	answer     []RR
	authority  []RR
	additional []RR
	opts       [][]byte // the options of each OPT record
}

// span is a range of octets.
type span struct{ from, to int }

// wire is the message in octets.
func (m message) wire() []byte {
	b, _ := m.lay()
	return b
}

// lay returns the octets, and where in them the records' data are. The owner
// that was asked for is compressed, other names are not.
func (m message) lay() ([]byte, []span) {
	b := binary.BigEndian.AppendUint16(nil, m.id)
	b = binary.BigEndian.AppendUint16(b, m.flags|uint16(m.rcode&0xF))
	questions := min(len(m.question), 1)
	for _, n := range []int{questions, len(m.answer), len(m.authority), len(m.additional) + len(m.opts)} {
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	b = append(b, m.question...)
	var data []span
	for _, section := range [][]RR{m.answer, m.authority, m.additional} {
		for _, r := range section {
			b = m.appendOwner(b, r.Owner)
			b = appendFrame(b, r.Type, classIN, r.TTL, r.data())
			data = append(data, span{len(b) - len(r.data()), len(b)})
		}
	}
	for _, options := range m.opts {
		b = appendFrame(append(b, 0), TypeOPT, ednsSize, uint32(m.rcode>>4)<<24, options)
	}
	return b, data
}

// appendOwner writes a name, or a pointer to the question's.
func (m message) appendOwner(b []byte, owner string) []byte {
	name := appendName(nil, owner)
	if len(m.question) > 4 && strings.EqualFold(string(name), string(m.question[:len(m.question)-4])) {
		return append(b, 0xC0, headerSize)
	}
	return append(b, name...)
}

// appendFrame writes what follows the owner of a record.
func appendFrame(b []byte, kind Type, class uint16, ttl uint32, data []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(kind))
	b = binary.BigEndian.AppendUint16(b, class)
	b = binary.BigEndian.AppendUint32(b, ttl)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

// appendName writes a name without compression. Its labels may be of any
// length up to 255, legal or not.
func appendName(b []byte, name string) []byte {
	for label := range strings.SplitSeq(name, ".") {
		if label != "" {
			b = append(append(b, byte(len(label))), label...)
		}
	}
	return append(b, 0)
}

// option writes one EDNS option.
func option(code uint16, data []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, code)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(data))), data...)
}

// ede is an extended error. RFC 8914, section 2.
func ede(code int) []byte {
	return option(15, binary.BigEndian.AppendUint16(nil, uint16(code)))
}
