package chaos

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Proto is a transport.
type Proto string

// The transports. The zero value stands for both in a Rule.
const (
	UDP Proto = "udp"
	TCP Proto = "tcp"
)

// job is one query on its way to packets. All chance in it comes from the
// seed and the query.
type job struct {
	q      *query
	proto  Proto
	truth  Answer
	random *rand.Rand
}

// send is one packet or, over TCP, one framed message.
type send struct {
	wait   time.Duration // after the one before
	wire   []byte
	honest bool // the whole truth, that a careful client can use
	tc     bool // TC is set, and the client has to ask again
	other  bool // from another port
	swap   bool // for the client that comes next
	drip   time.Duration
	frame  int // over TCP, the length to claim; 0: the true one, below: 0
	cut    int // over TCP, send so many octets, then end; 0: all
	end    end
}

// end is what becomes of a TCP connection after a message.
type end int

// The ends. The zero value keeps the connection for the next query.
const (
	_ end = iota
	endClose
	endReset
	endIdle
)

// run plays the steps.
func (j *job) run(steps []Step) []send {
	var all []send
	for _, s := range steps {
		sends := plays[s.Do](j, s)
		if len(sends) > 0 {
			sends[0].wait += s.Wait
		}
		all = append(all, sends...)
	}
	return all
}

// reply is an empty answer to the query.
func (j *job) reply(rcode int) message {
	m := message{
		id: j.q.id, flags: flagQR | flagRA | j.q.flags&flagRD, rcode: rcode, question: j.q.question,
	}
	if j.q.edns >= 0 {
		m.opts = [][]byte{nil}
	}
	return m
}

// honest is the true answer.
func (j *job) honest() message {
	m := j.reply(j.truth.Rcode)
	m.answer = slices.Clone(j.truth.Records)
	m.authority = slices.Clone(j.truth.Authority)
	return m
}

// present reports whether the truth has a record of the type asked.
func (j *job) present() bool { return len(ofType(j.truth.Records, j.q.kind)) > 0 }

// lie is the opposite of the truth, told well.
func (j *job) lie() message {
	if j.present() {
		m := j.reply(rcodeNXDomain)
		m.authority = []RR{SOA(parent(j.q.lower()))}
		return m
	}
	m := j.reply(0)
	m.answer = []RR{forged(j.q.lower(), j.q.kind, 0)}
	return m
}

// forged is a record that a scanner would be glad to find.
func forged(owner string, kind Type, n int) RR {
	r := RR{Owner: owner, Type: kind, TTL: ttl, Host: "forged.invalid", Preference: uint16(n)}
	if n > 0 {
		r.Host = "f" + string(rune('a'+n%26)) + string(rune('a'+n/26%26)) + string(rune('a'+n/676%26))
	}
	switch {
	case kind == TypeA:
		r.Addr = netip.AddrFrom4([4]byte{203, 0, 113 + byte(n>>8), 66 + byte(n)})
	case kind == TypeAAAA:
		r.Addr = netip.AddrFrom16([16]byte{0x20, 1, 0xD, 0xB8, 14: byte(n >> 8), 15: byte(n)})
	case n > 0:
		r.Strings = []string{r.Host}
	case strings.HasPrefix(owner, "_dmarc."):
		r.Strings = []string{"v=DMARC1; p=none; rua=mailto:forged@forged.invalid"}
	default:
		r.Strings = []string{"v=spf1 +all"}
	}
	return r
}

// limit is the largest message that may go out.
func (j *job) limit() int {
	if j.proto == TCP {
		return maxMessage
	}
	return max(512, min(j.q.edns, ednsSize))
}

// pack makes a packet that tells the truth; one that is too large is cut to
// nothing. RFC 2181, section 9.
func (j *job) pack(m message) send {
	if b := m.wire(); len(b) <= j.limit() {
		return send{wire: b, honest: true}
	}
	m.answer, m.authority, m.additional = nil, nil, nil
	m.flags |= flagTC
	return send{wire: m.wire(), tc: true}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
