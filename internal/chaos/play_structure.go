package chaos

import (
	"encoding/binary"
	"strings"
)

// The behaviours whose answer is no well-formed message.

// counts overwrites the four counts of a header.
func counts(b []byte, qd, an, ns, ar uint16) []byte {
	for i, n := range []uint16{qd, an, ns, ar} {
		binary.BigEndian.PutUint16(b[4+2*i:], n)
	}
	return b
}

func playHeaderOnly(j *job, _ Step) []send {
	return []send{{wire: counts(j.reply(0).wire()[:headerSize], 0, 0, 0, 0)}}
}

func playCountsLie(j *job, s Step) []send {
	m := j.reply(0)
	m.opts = nil
	switch s.N {
	case 0:
		return []send{{wire: counts(m.wire()[:headerSize], 1, 5, 0, 0)}}
	case 1:
		return []send{{wire: counts(m.wire(), 1, 3, 0, 0)}}
	}
	m.authority = []RR{SOA(parent(j.q.lower()))}
	m.additional = []RR{forged(j.q.lower(), j.q.kind, 0)}
	return []send{{wire: counts(m.wire(), 1, 0, 1, 0)}}
}

func playGarbage(j *job, s Step) []send {
	var all []send
	for range max(s.N, 1) {
		b := make([]byte, 5+j.random.IntN(60))
		for i := range b {
			b[i] = byte(j.random.Uint32())
		}
		binary.BigEndian.PutUint16(b, j.q.id)
		b[2] |= 0x80 // or it might be no response for a better reason
		if len(b) > 5 {
			b[5] &= 0xFE // by chance it must not have the one question
		}
		all = append(all, send{wire: b})
	}
	return all
}

func playBrokenRR(j *job, _ Step) []send {
	m := j.lie()
	m.opts = nil
	b := m.wire()
	return []send{{wire: b[:len(b)-3]}}
}

// badOwner is a lie behind a record whose owner is not readable.
func badOwner(j *job, owner func(at int) []byte) []send {
	m := j.lie()
	m.opts = nil
	b := m.wire()
	b = append(b, owner(len(b))...)
	b = appendFrame(b, TypeTXT, classIN, ttl, []byte("\x04junk"))
	binary.BigEndian.PutUint16(b[10:], 1)
	return []send{{wire: b}}
}

func playPointerLoop(j *job, s Step) []send {
	return badOwner(j, func(at int) []byte {
		if s.N > 0 {
			at = 0x3FFF
		}
		return binary.BigEndian.AppendUint16(nil, 0xC000|uint16(at))
	})
}

func playLongName(j *job, _ Step) []send {
	label := strings.Repeat("a", 62)
	name := strings.Join([]string{label, label, label, label, "ab"}, ".") // 4*63 + 3 + 1 octets
	return badOwner(j, func(int) []byte { return appendName(nil, name) })
}

func playRDLength(j *job, s Step) []send {
	m := j.lie()
	b, data := m.lay()
	at := data[0].from - 2
	binary.BigEndian.PutUint16(b[at:], binary.BigEndian.Uint16(b[at:])+uint16(s.N))
	return []send{{wire: b}}
}

func playOPTs(j *job, s Step) []send {
	m := j.honest()
	m.opts = make([][]byte, s.N)
	return sloppy(j, m)
}

func playOPTFlood(j *job, s Step) []send {
	var options []byte
	for range s.N {
		options = append(options, option(65001, nil)...) // for local use; RFC 6891, section 9
	}
	m := j.honest()
	m.opts = [][]byte{options}
	return sloppy(j, m)
}

// sloppy is a true answer in a form that a client may refuse.
func sloppy(j *job, m message) []send {
	p := j.pack(m)
	p.honest = false
	return []send{p}
}

func playBigUDP(j *job, s Step) []send {
	m := j.honest()
	filler := TXT("filler.invalid", strings.Repeat("x", 255))
	m.additional = append(m.additional, filler)
	for size := len(m.wire()); size < s.N; size += len(m.wire()) - size {
		m.additional = append(m.additional, filler)
	}
	return []send{{wire: m.wire()}}
}

// playMutate spares records but for the length of their data, and the ID. What
// a flip in a record makes is mostly another valid answer, which only DNSSEC or
// the checksum of UDP can tell from the true one: another value, or a record
// that no longer belongs to the name.
func playMutate(j *job, s Step) []send {
	p := j.pack(j.honest())
	_, data := j.honest().lay()
	end := headerSize + len(j.q.question)
	at := make([]int, 0, end+2*len(data)) // that may change
	for i := 2; i < end; i++ {
		at = append(at, i)
	}
	for _, d := range data {
		if d.from <= len(p.wire) { // or it was cut off
			at = append(at, d.from-2, d.from-1)
		}
	}
	for range s.N {
		p.wire[at[j.random.IntN(len(at))]] ^= 1 << j.random.IntN(8)
	}
	return []send{{wire: p.wire}}
}
