package zone

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/miekg/dns"
)

// defaultTTL stands where a file gives none. No answer shows it.
const defaultTTL = 3600

// Parse reads a master file (RFC 1035, section 5) of one zone. The name stands
// in sources and errors. The apex is the owner of the SOA record or, in a file
// without one, the origin; the origin also completes relative names until the
// first $ORIGIN, and may be "" where the file says it all itself. Errors give
// the file and line.
//
// $INCLUDE is refused, because a zone file must not open other files, and so is
// $GENERATE, which is BIND's own. Addresses outside the zone are ignored as
// servers do, being glue; any other record there is an error, as it would never
// be served.
func Parse(name string, r io.Reader, origin string) (*Zone, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := parser{ttl: defaultTTL, buf: make([]byte, dns.MaxMsgSize+1024)}
	apex := ""
	if origin != "" {
		if apex, err = Canonical(origin); err != nil {
			return nil, fmt.Errorf("origin %q is %w", origin, err)
		}
		p.origin = absolute(apex)
	}
	entries, err := split(name, strings.TrimPrefix(string(text), "\ufeff"))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if what := p.entry(e); what != "" {
			return nil, &fault{name, e.line, what}
		}
	}
	return build(name, apex, origin != "", p.records)
}

// record is one parsed record.
type record struct {
	name, kind, data string
	line             int
}

// parser keeps what one entry of a master file leaves for the next.
type parser struct {
	origin  string // absolute; "" while it is not known
	owner   string // of the record before, absolute
	ttl     uint32 // for a record without one
	fixed   bool   // ttl comes from $TTL: RFC 2308, section 4
	records []record
	buf     []byte
}

// entry reads one entry, and returns what is wrong with it.
func (p *parser) entry(e entry) string {
	word, rest, _ := strings.Cut(e.text, " ")
	switch strings.ToUpper(word) {
	case "$ORIGIN":
		rr, what := p.rr(e.text + "\n@ IN A 192.0.2.1")
		if what == "" {
			p.origin = rr.Header().Name
		}
		return what
	case "$TTL":
		rr, what := p.rr(e.text + "\n. IN A 192.0.2.1")
		if what == "" {
			p.ttl, p.fixed = rr.Header().Ttl, true
		}
		return what
	case "$INCLUDE":
		return fmt.Sprintf("$INCLUDE is not supported: put %+q into this file", strings.TrimSpace(rest))
	case "$GENERATE":
		return "$GENERATE is not supported: write the records out"
	}
	text := e.text
	if e.blank {
		if p.owner == "" {
			return "record without an owner"
		}
		text = p.owner + " " + text
	}
	rr, what := p.rr(text)
	if what != "" {
		return what
	}
	p.owner = rr.Header().Name
	if !p.fixed {
		p.ttl = rr.Header().Ttl // RFC 1035, section 5.1: that of the record before
	}
	return p.add(rr, e.line)
}

// rr reads the one record that text holds.
func (p *parser) rr(text string) (dns.RR, string) {
	rr, what := p.read(text, p.origin)
	if what != "" && p.origin == "" {
		if _, still := p.read(text, "."); still == "" {
			return nil, "relative name without an origin: use $ORIGIN or --origin"
		}
	}
	return rr, what
}

func (p *parser) read(text, origin string) (dns.RR, string) {
	zp := dns.NewZoneParser(strings.NewReader(text+"\n"), origin, "")
	zp.SetDefaultTTL(p.ttl)
	rr, ok := zp.Next()
	if _, more := zp.Next(); more {
		return nil, "several records in one entry"
	}
	if err := zp.Err(); err != nil {
		return nil, complaint(err)
	}
	if !ok {
		return nil, "not a record"
	}
	return rr, ""
}

// complaint is the DNS library's error in our words, without the line, which is
// that of the entry's text and not of the file.
func complaint(err error) string {
	what := strings.TrimPrefix(err.Error(), "dns: ")
	if i := strings.LastIndex(what, " at line: "); i >= 0 {
		what = what[:i]
	}
	if token, ok := strings.CutPrefix(what, "not a TTL: "); ok {
		return "neither TTL, class nor record type: " + token
	}
	return strings.ReplaceAll(what, ", not this...", "")
}

// add keeps a record, with its data printed from wire form like a live one's.
func (p *parser) add(rr dns.RR, line int) string {
	h := rr.Header()
	if h.Class != dns.ClassINET {
		return "class " + dns.Class(h.Class).String() + " is not supported"
	}
	kind := dns.Type(h.Rrtype).String()
	if !isRecord(h.Rrtype) {
		return kind + " is no record type"
	}
	data, err := p.data(rr)
	if err != nil {
		return kind + " record: " + err.Error()
	}
	owner, err := Canonical(h.Name)
	if err != nil {
		return fmt.Sprintf("%q is %s", h.Name, err)
	}
	p.records = append(p.records, record{owner, kind, data, line})
	return ""
}

func (p *parser) data(rr dns.RR) (string, error) {
	end, err := dns.PackRR(rr, p.buf, 0, nil, false)
	if err != nil {
		return "", errData
	}
	_, off, err := Name(p.buf[:end], 0)
	if err != nil {
		return "", err
	}
	off += 10 // type, class, TTL, data length
	if off > end || int(binary.BigEndian.Uint16(p.buf[off-2:])) != end-off {
		return "", errData
	}
	if _, generic := rr.(*dns.RFC3597); off == end && !generic {
		return "", errors.New("no data")
	}
	return Data(p.buf[:end], off, end, rr.Header().Rrtype)
}

// build makes the zone of the records: finds its apex, and files each under its
// name and type.
func build(file, apex string, known bool, records []record) (*Zone, error) {
	soa := -1
	for i, r := range records {
		switch {
		case r.kind != "SOA":
		case soa < 0:
			soa, apex, known = i, r.name, true
		case r.name != apex || r.data != records[soa].data: // a zone transfer repeats it at the end
			return nil, &fault{file, r.line, "a second SOA record: one file is one zone"}
		}
	}
	if !known {
		return nil, &fault{file, 0, "no SOA record says which zone this is: use --origin"}
	}
	z := &Zone{file: file, apex: apex, nodes: map[string]node{}}
	z.exist(apex)
	for _, r := range records {
		if what := z.add(r); what != "" {
			return nil, &fault{file, r.line, what}
		}
	}
	z.tidy()
	return z, nil
}

// exist makes a name and those above it, up to the apex, empty non-terminals
// unless they exist. RFC 4592, section 2.2.2.
func (z *Zone) exist(name string) {
	for {
		if _, ok := z.nodes[name]; ok {
			return
		}
		z.nodes[name] = node{}
		if name == z.apex {
			return
		}
		name = Parent(name)
	}
}

// add files a record.
func (z *Zone) add(r record) string {
	if !Within(r.name, z.apex) {
		if r.kind == "A" || r.kind == "AAAA" {
			return ""
		}
		return fmt.Sprintf("%s %s is outside the zone %s", r.kind, r.name, z.apex)
	}
	z.exist(r.name)
	n := z.nodes[r.name]
	set := n[r.kind]
	if set == nil {
		if what := n.conflict(r); what != "" {
			return what
		}
		set = &rrset{line: r.line}
		n[r.kind] = set
	}
	single := r.kind == "CNAME" || r.kind == "DNAME"
	if single && len(set.data) > 0 && set.data[0] != r.data {
		return fmt.Sprintf("a second %s record at %s", r.kind, r.name)
	}
	set.data = append(set.data, r.data)
	return ""
}

// conflict is what keeps a type from standing beside those that are there: a
// CNAME stands alone but for DNSSEC's types. RFC 2181, section 10.1.
func (n node) conflict(r record) string {
	if dnssec(r.kind) {
		return ""
	}
	for kind := range n {
		if !dnssec(kind) && (kind == "CNAME" || r.kind == "CNAME") {
			return "CNAME and other data at " + r.name
		}
	}
	return ""
}

func dnssec(kind string) bool {
	switch kind {
	case "RRSIG", "NSEC", "NSEC3", "KEY":
		return true
	}
	return false
}

// tidy sorts the sets, and marks those that are too large.
func (z *Zone) tidy() {
	for _, n := range z.nodes {
		for _, set := range n {
			data, err := Tidy(set.data)
			if err != nil {
				set.cause = err.Error()
			}
			set.data = data
		}
	}
}
