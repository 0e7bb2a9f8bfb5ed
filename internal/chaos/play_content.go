package chaos

import (
	"fmt"
	"slices"
)

// The behaviours whose answer is well-formed, and whose records are not what
// they seem.

// playCNAMELoop tells the truth to a question for CNAME: there a made-up one
// would be an answer that nothing contradicts. So does playCNAMEChain.
func playCNAMELoop(j *job, s Step) []send {
	if j.q.kind == TypeCNAME {
		return playOK(j, s)
	}
	m := j.reply(0)
	name := j.q.lower()
	for i := range max(s.N, 1) {
		next := fmt.Sprintf("loop%d.invalid", i)
		if i == max(s.N, 1)-1 {
			next = j.q.lower()
		}
		m.answer = append(m.answer, CNAME(name, next))
		name = next
	}
	return sloppy(j, m)
}

func playCNAMEChain(j *job, s Step) []send {
	if j.q.kind == TypeCNAME {
		return playOK(j, s)
	}
	m := j.reply(j.truth.Rcode)
	name := j.q.lower()
	for i := range s.N {
		next := fmt.Sprintf("chain%d.%s", i, j.q.lower())
		m.answer = append(m.answer, CNAME(name, next))
		name = next
	}
	for _, r := range ofType(j.truth.Records, j.q.kind) {
		r.Owner = name
		m.answer = append(m.answer, r)
	}
	if !j.present() {
		m.authority = []RR{SOA(parent(j.q.lower()))}
	}
	return sloppy(j, m)
}

func playExtraOwner(j *job, _ Step) []send {
	m := j.honest()
	m.answer = append([]RR{forged("extra."+j.q.lower(), j.q.kind, 0)}, m.answer...)
	return []send{j.pack(m)}
}

func playRRset(j *job, s Step) []send {
	m := j.reply(0)
	size := len(m.wire())
	for i := range s.N {
		r := forged(j.q.lower(), j.q.kind, i+1)
		if size += 12 + len(r.data()); size > maxMessage {
			break
		}
		m.answer = append(m.answer, r)
	}
	return sloppy(j, m)
}

func playDupRR(j *job, _ Step) []send {
	m := j.honest()
	m.answer = append(m.answer, m.answer...)
	return []send{j.pack(m)}
}

func playShuffle(j *job, _ Step) []send {
	m := j.honest()
	m.answer = slices.Clone(m.answer)
	j.random.Shuffle(len(m.answer), func(a, b int) { m.answer[a], m.answer[b] = m.answer[b], m.answer[a] })
	return []send{j.pack(m)}
}
