package scanner

import (
	"encoding/binary"
	"errors"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner/zone"
)

// ednsSize is the UDP payload that queries offer to take. More would be
// fragmented on the way (DNS flag day 2020); larger answers come over TCP.
const ednsSize = 1232

const headerSize = 12 // RFC 1035, section 4.1.1

// query is one message to send. Its question section is what the answer must
// repeat, octet for octet.
type query struct {
	name     string // canonical
	kind     uint16
	id       uint16
	edns     bool
	mixed    bool // letters in random case
	wire     []byte
	question []byte // part of wire
}

var errKind = errors.New("not a DNS record type")

// newQuery packs a question with recursion desired. The errors read as causes.
func newQuery(q facts.Question, id uint16, edns bool) (*query, error) {
	model := &query{}
	if err := model.pack(q); err != nil {
		return nil, err
	}
	return model.fresh(id, edns, 0), nil
}

// pack makes the query of a question, with EDNS and without an ID.
func (q *query) pack(ask facts.Question) error {
	kind, ok := zone.Type(ask.Kind)
	if !ok {
		return errKind
	}
	wire := append(make([]byte, 0, headerSize+len(ask.Name)+2+4+optSize), queryHead...)
	wire, err := zone.AppendName(wire, ask.Name)
	if err != nil {
		return err
	}
	if q.name = ask.Name; !zone.Plain(ask.Name) {
		if q.name, _, err = zone.Name(wire, headerSize); err != nil {
			return err
		}
	}
	// The question is packed here and not by the library, because the answer has
	// to repeat these very octets.
	wire = binary.BigEndian.AppendUint16(wire, kind)
	wire = binary.BigEndian.AppendUint16(wire, classINET)
	q.kind, q.question = kind, wire[headerSize:len(wire):len(wire)]
	q.close(wire, true)
	return nil
}

// close ends the message behind its question.
func (q *query) close(wire []byte, edns bool) {
	q.edns = edns
	if edns {
		wire[headerSize-1] = 1 // additional record
		wire = append(wire, 0, 0, byte(typeOPT))
		wire = binary.BigEndian.AppendUint16(wire, ednsSize)
		wire = append(wire, 0, 0, 0, 0, 0, 0)
	}
	q.wire = wire
}

// fresh is the same query as a message of its own. The letters of the name are
// in upper case where mix has a bit set.
func (q *query) fresh(id uint16, edns bool, mix uint64) *query {
	wire := append(make([]byte, 0, headerSize+len(q.question)+optSize), queryHead...)
	wire = append(wire, q.question...)
	own := &query{name: q.name, kind: q.kind, mixed: mix != 0}
	own.question = wire[headerSize:len(wire):len(wire)]
	mixCase(own.question[:len(own.question)-4], mix)
	own.close(wire, edns)
	own.setID(id)
	return own
}

// queryHead is the header of a query with one question, and no ID yet.
// Recursion is desired, and the AD bit asked for: RFC 6840, section 5.7.
const queryHead = "\x00\x00\x01\x20\x00\x01\x00\x00\x00\x00\x00\x00"

const optSize = 11 // RFC 6891, section 6.1.2

// mixCase makes letters large; length octets are none. From 64 letters on the
// bits repeat.
func mixCase(name []byte, mix uint64) {
	for i, c := range name {
		if 'a' <= c && c <= 'z' && mix>>(i%64)&1 == 1 {
			name[i] = c - 'a' + 'A'
		}
	}
}

func (q *query) setID(id uint16) {
	q.id = id
	binary.BigEndian.PutUint16(q.wire, id)
}
