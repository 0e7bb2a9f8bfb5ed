package chaos

import (
	"slices"
)

// The behaviours whose answer belongs to somebody else: another query, another
// question, another server.

// told is a lie after an edit. Over UDP it is never too large.
func told(j *job, edit func(*message)) []send {
	m := j.lie()
	edit(&m)
	return []send{{wire: m.wire()}}
}

func playWrongID(j *job, _ Step) []send {
	return told(j, func(m *message) { m.id += 1 + uint16(j.random.IntN(1<<16-1)) })
}

func playWrongQuestion(j *job, s Step) []send {
	other := slices.Clone(j.q.question)
	name := "other." + j.q.lower()
	if s.N > 0 {
		name = j.q.lower()
		other[len(other)-3] ^= 0x12
	} else {
		other = append(appendName(nil, name), other[len(other)-4:]...)
	}
	return told(j, func(m *message) {
		m.question = other
		for i := range m.answer {
			m.answer[i].Owner = name
		}
	})
}

// playCaseFold changes every letter, so that the question differs even if it
// was all lower case.
func playCaseFold(j *job, _ Step) []send {
	folded := slices.Clone(j.q.question)
	for i, c := range folded[:len(folded)-4] {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			folded[i] ^= 0x20
		}
	}
	return told(j, func(m *message) { m.question = folded })
}

func playQR0(j *job, _ Step) []send {
	return told(j, func(m *message) { m.flags &^= flagQR })
}

func playOpcode(j *job, s Step) []send {
	if s.N == 0 {
		s.N = 5 // UPDATE; RFC 2136
	}
	return told(j, func(m *message) { m.flags |= uint16(s.N) << 11 & flagOpcode })
}

func playClassCH(j *job, _ Step) []send {
	chaos := slices.Clone(j.q.question)
	chaos[len(chaos)-1] = 3
	return told(j, func(m *message) { m.question = chaos })
}

// playOtherPort has no meaning over TCP, where it is silence.
func playOtherPort(j *job, s Step) []send {
	if j.proto == TCP {
		return playDrop(j, s)
	}
	sends := told(j, func(*message) {})
	sends[0].other = true
	return sends
}

// playSwap has no meaning over TCP, where it answers another question.
func playSwap(j *job, s Step) []send {
	if j.proto == TCP {
		return playWrongQuestion(j, Step{})
	}
	p := j.pack(j.honest())
	p.swap, p.honest, p.tc = true, false, false
	return []send{p}
}

// playFlood leaves out the ID that would be right: it is the guesses that are
// tested, and one that hits is no fault of the client.
func playFlood(j *job, s Step) []send {
	var all []send
	for range s.N {
		all = append(all, playWrongID(j, s)...)
	}
	return all
}
