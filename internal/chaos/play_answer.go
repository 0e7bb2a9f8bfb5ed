package chaos

// The behaviours that answer, though not always with the truth, and always in
// one well-formed message: response codes, truncation, the rest of a TCP
// connection.

func playOK(j *job, _ Step) []send { return []send{j.pack(j.honest())} }

func playDrop(j *job, _ Step) []send {
	if j.proto == UDP {
		return nil
	}
	return []send{{end: endClose}}
}

func playDup(j *job, s Step) []send {
	var all []send
	for range s.N + 1 {
		all = append(all, j.pack(j.honest()))
	}
	return all
}

// code is a bare response code.
func code(rcode int) play {
	return func(j *job, s Step) []send { return playRcode(j, Step{N: rcode, EDE: s.EDE}) }
}

func playRcode(j *job, s Step) []send {
	m := j.reply(s.N)
	if s.EDE != 0 {
		m.opts = [][]byte{ede(s.EDE)}
	}
	if s.N > 0xF && len(m.opts) == 0 {
		m.opts = [][]byte{nil} // there is no other room for the upper bits
	}
	return []send{{wire: m.wire()}}
}

func playFormErr(j *job, s Step) []send {
	if j.q.edns < 0 {
		return playOK(j, s)
	}
	m := j.reply(rcodeFormErr)
	m.opts = nil
	if s.N > 0 {
		m.question = nil // RFC 6891, section 7: from before EDNS
	}
	return []send{{wire: m.wire()}}
}

func playBadVers(j *job, s Step) []send {
	if j.q.edns < 0 {
		return playOK(j, s)
	}
	return []send{{wire: j.reply(rcodeBadVers).wire()}}
}

func playNXRewrite(j *job, s Step) []send {
	if j.truth.Rcode != rcodeNXDomain {
		return playOK(j, s)
	}
	m := j.reply(0)
	m.answer = []RR{forged(j.q.lower(), TypeA, 0)}
	return []send{{wire: m.wire()}}
}

func playENT(j *job, _ Step) []send {
	m := j.honest()
	if j.truth.Empty {
		m.rcode = rcodeNXDomain
	}
	return []send{j.pack(m)}
}

func playFiltered(j *job, s Step) []send {
	m := j.reply(rcodeNXDomain)
	m.authority = []RR{SOA(parent(j.q.lower()))}
	if s.EDE == 0 {
		s.EDE = 15 // Blocked; RFC 8914, section 4.16
	}
	m.opts = [][]byte{ede(s.EDE)}
	return []send{{wire: m.wire()}}
}

// playTC is also what those do over UDP that are about TCP.
func playTC(j *job, s Step) []send {
	if j.proto == TCP {
		return playOK(j, s)
	}
	return playTCOnTCP(j, s)
}

func playTCOnTCP(j *job, _ Step) []send {
	m := j.reply(0)
	m.flags |= flagTC
	return []send{{wire: m.wire(), tc: true}}
}

func playTCPartial(j *job, s Step) []send {
	if j.proto == TCP {
		return playOK(j, s)
	}
	m := j.lie()
	m.flags |= flagTC
	return []send{{wire: m.wire(), tc: true}}
}

func playTCCut(j *job, s Step) []send {
	if j.proto == TCP {
		return playOK(j, s)
	}
	m := j.honest()
	m.flags |= flagTC
	m.opts = nil
	b := m.wire()
	return []send{{wire: b[:len(b)-3], tc: true}}
}

func playReset(j *job, s Step) []send {
	if j.proto == UDP {
		return playTC(j, s)
	}
	return []send{{wire: j.honest().wire(), cut: max(s.N, 0), end: endReset}}
}

func playDrip(j *job, s Step) []send {
	if j.proto == UDP {
		return playTC(j, Step{})
	}
	p := j.pack(j.honest())
	p.drip, p.honest = s.Wait, false
	return []send{p}
}

func playLength(j *job, s Step) []send {
	if j.proto == UDP {
		return playTC(j, s)
	}
	return []send{{wire: j.honest().wire(), frame: s.N, end: endClose}}
}

func playIdle(j *job, s Step) []send {
	if j.proto == UDP {
		return playTC(j, s)
	}
	return []send{{end: endIdle}}
}
