package scanner

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/scanner/zone"
)

// message is what counts of a valid answer.
type message struct {
	rcode  int
	ad     bool
	ede    []int // RFC 8914
	answer []rr  // of class IN: the type asked and CNAME
	soa    []rr  // SOA records of the authority section
	bare   bool  // nothing is in the authority section
}

// rr is one record.
type rr struct {
	owner string // canonical
	kind  uint16
	ttl   uint32
	data  string // presentation form
}

// The reasons why octets from the server are not an answer to a query.
var (
	errJunk      = errors.New("malformed answer") // or to another question: ignored, for anyone can send it
	errTruncated = errors.New("truncated")        // ours, but not whole
	errPlain     = errors.New("refuses EDNS")     // a header without the question, from a server that knows no EDNS
)

// The flags of a header. RFC 1035, section 4.1.1; RFC 4035, section 3.2.3.
const (
	flagQR     = 1 << 15
	flagOpcode = 0xF << 11
	flagTC     = 1 << 9
	flagAD     = 1 << 5
	flagRcode  = 0xF
)

// head checks that a message answers the query, as far as its header and
// question tell, and returns the flags. Nothing else of a message counts before.
func (q *query) head(msg []byte) (uint16, error) {
	if len(msg) < headerSize || binary.BigEndian.Uint16(msg) != q.id {
		return 0, errJunk
	}
	flags := binary.BigEndian.Uint16(msg[2:])
	if flags&flagQR == 0 || flags&flagOpcode != 0 {
		return 0, errJunk
	}
	if len(msg) == headerSize && q.edns && intolerant(int(flags&flagRcode)) {
		return 0, errPlain // RFC 6891, section 7
	}
	end := headerSize + len(q.question)
	if binary.BigEndian.Uint16(msg[4:]) != 1 || len(msg) < end || !bytes.Equal(msg[headerSize:end], q.question) {
		return 0, errJunk
	}
	return flags, nil
}

// read validates what came as the answer to the query. It takes nothing from a
// message that does not parse to its last octet with the counts it claims. The
// error is one of errJunk, errTruncated and errPlain.
func (q *query) read(msg []byte) (*message, error) {
	flags, err := q.head(msg)
	if err != nil {
		return nil, err
	}
	if flags&flagTC != 0 {
		return nil, errTruncated // what there is of it is not looked at
	}
	m := &message{rcode: int(flags & flagRcode), ad: flags&flagAD != 0, bare: binary.BigEndian.Uint16(msg[8:]) == 0}
	off := headerSize + len(q.question)
	for section := range 3 {
		for range binary.BigEndian.Uint16(msg[6+2*section:]) {
			if off, err = m.record(q, msg, off, section); err != nil {
				return nil, errJunk
			}
		}
	}
	if off != len(msg) {
		return nil, errJunk // the counts claim less than there is
	}
	return m, nil
}

// take is read for a datagram in a buffer. One that fills it may be cut off. An
// answer that is only in another case than the question is errCase.
func (q *query) take(buf []byte, n int) (*message, error) {
	m, err := q.read(buf[:n])
	if n == len(buf) {
		if _, err = q.head(buf); err == nil {
			return nil, errTruncated
		}
		return nil, err
	}
	if err == errJunk && q.mixed && q.recased(buf[:n]) {
		return nil, errCase
	}
	return m, err
}

func (q *query) recased(msg []byte) bool {
	end := headerSize + len(q.question)
	if len(msg) < end || !bytes.EqualFold(msg[headerSize:end], q.question) {
		return false
	}
	_, err := q.head(slices.Concat(msg[:headerSize], q.question, msg[end:]))
	return err == nil
}

// The sections behind the question.
const (
	sectionAnswer = iota
	sectionAuthority
	sectionAdditional
)

// record reads one record, keeps it if it counts, and returns the offset behind.
func (m *message) record(q *query, msg []byte, off, section int) (int, error) {
	owner, off, err := q.owner(msg, off)
	if err != nil {
		return 0, err
	}
	if off+10 > len(msg) {
		return 0, errJunk
	}
	r := rr{owner: owner, kind: binary.BigEndian.Uint16(msg[off:]), ttl: binary.BigEndian.Uint32(msg[off+4:])}
	class := binary.BigEndian.Uint16(msg[off+2:])
	off += 10
	end := off + int(binary.BigEndian.Uint16(msg[off-2:]))
	if end > len(msg) {
		return 0, errJunk
	}
	keep := (*[]rr)(nil)
	switch {
	case section == sectionAdditional && r.kind == dns.TypeOPT:
		return end, m.options(r.ttl, msg[off:end])
	case class != dns.ClassINET:
	case section == sectionAnswer && (r.kind == q.kind || r.kind == dns.TypeCNAME):
		keep = &m.answer
	case section == sectionAuthority && r.kind == dns.TypeSOA:
		keep = &m.soa
	}
	if keep != nil {
		if r.data, err = zone.Data(msg, off, end, r.kind); err != nil {
			return 0, err
		}
		*keep = append(*keep, r)
	}
	return end, nil
}

// owner reads the name of a record. Most are a pointer to the question.
func (q *query) owner(msg []byte, off int) (string, int, error) {
	if off+2 <= len(msg) && msg[off] == 0xC0 && msg[off+1] == headerSize {
		return q.name, off + 2, nil
	}
	return zone.Name(msg, off)
}

// options reads an OPT record: the upper bits of the code, and why.
func (m *message) options(ttl uint32, data []byte) error {
	m.rcode |= int(ttl>>24) << 4 // RFC 6891, section 6.1.3
	const most = 32              // of options; nobody sends so many
	for range most {
		if len(data) == 0 {
			return nil
		}
		if len(data) < 4 {
			return errJunk
		}
		end := 4 + int(binary.BigEndian.Uint16(data[2:]))
		if end > len(data) {
			return errJunk
		}
		if binary.BigEndian.Uint16(data) == dns.EDNS0EDE && end >= 6 {
			m.ede = append(m.ede, int(binary.BigEndian.Uint16(data[4:])))
		}
		data = data[end:]
	}
	return nil
}

// intolerant reports whether a code may mean that the server stumbled over
// EDNS.
func intolerant(rcode int) bool {
	switch rcode {
	case dns.RcodeFormatError, dns.RcodeNotImplemented, dns.RcodeBadVers:
		return true
	}
	return false
}

// filtered returns the code with which the resolver says that it withholds the
// answer by policy, or 0. RFC 8914, sections 4.16 to 4.19.
func (m *message) filtered() int {
	for _, code := range m.ede {
		if code >= int(dns.ExtendedErrorCodeBlocked) && code <= int(dns.ExtendedErrorCodeProhibited) {
			return code
		}
	}
	return 0
}

// failure is the code of an answer that is none: "SERVFAIL (EDE 6)".
func (m *message) failure() string {
	text, ok := dns.RcodeToString[m.rcode]
	switch {
	case m.rcode == dns.RcodeBadVers:
		text = "BADVERS"
	case !ok:
		text = "RCODE " + strconv.Itoa(m.rcode)
	}
	// That an error comes from a cache says how the resolver knows it, not what
	// it is, and would differ from one run to the next.
	codes := slices.DeleteFunc(slices.Clone(m.ede), func(code int) bool {
		return code == int(dns.ExtendedErrorCodeCachedError)
	})
	if len(codes) > 0 {
		text += fmt.Sprintf(" (EDE %d)", slices.Max(codes)) // not the first: their order means nothing
	}
	return text
}

// negativeTTL is how long an absence may be believed. RFC 2308, section 5.
func (r rr) negativeTTL() uint32 {
	minimum, err := strconv.ParseUint(r.data[strings.LastIndexByte(r.data, ' ')+1:], 10, 32)
	if err != nil {
		return 0
	}
	return min(r.ttl, uint32(minimum))
}

// The numbers that queries and the reading of answers need.
const (
	typeCNAME     = dns.TypeCNAME
	typeOPT       = dns.TypeOPT
	classINET     = dns.ClassINET
	rcodeNoError  = dns.RcodeSuccess
	rcodeNXDomain = dns.RcodeNameError
)
