package differential

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
	"github.com/mailposture/mailposture/scanner/zone"
)

// scene is one message and the world it is checked in. TXT records are its
// own, and so are MX records where they are known; every other answer is made
// up from its name, so that a term that real data has no answer for can match,
// fail to, or be void. The same scene always has the same answers.
type scene struct {
	label   string              // where it comes from
	txt     map[string][]string // octets by name
	mx      map[string][]string // presentation form by name
	message facts.SPFMessage
	passed  string   // the domain that SPF passed for, where DMARC is asked about
	signed  []string // the d= domains of good signatures
	failing bool     // some made-up answers are SERVFAIL
}

// answer is what DNS says of a question.
func (s scene) answer(q facts.Question) facts.Observation {
	o := facts.Observation{Question: q, Status: facts.Found}
	hosts, known := s.mx[q.Name]
	switch {
	case q.Kind == facts.KindTXT:
		for _, octets := range s.txt[q.Name] {
			o.Data = append(o.Data, quote(octets))
		}
	case q.Kind == facts.KindMX && known:
		o.Data = slices.Clone(hosts)
	case holdable(q.Name):
		o.Data = s.invent(q)
	}
	slices.Sort(o.Data)
	switch {
	case len(o.Data) > 0 && o.Data[0] == "SERVFAIL":
		o.Status, o.Data, o.Cause = facts.Failed, nil, "SERVFAIL"
	case len(o.Data) > 0:
	case s.holds(q.Name):
		o.Status = facts.NoData
	default:
		o.Status = facts.NXDomain
	}
	return o
}

// holdable reports whether DNS can hold records at a name. The root, which a
// null MX names, has no address.
func holdable(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
	}
	return len(name) <= 253
}

// holds reports whether a name has records of some type, or one below it has
// TXT records.
func (s scene) holds(name string) bool {
	for _, kind := range []string{facts.KindA, facts.KindAAAA, facts.KindMX} {
		if holdable(name) && len(s.invent(facts.Question{Name: name, Kind: kind})) > 0 {
			return true
		}
	}
	for owner := range s.txt {
		if owner == name || strings.HasSuffix(owner, "."+name) {
			return true
		}
	}
	return false
}

// Get answers as facts.Answers: everything is known.
func (s scene) Get(q facts.Question) (facts.Observation, bool) { return s.answer(q), true }

// invent makes the data of an answer up, or none.
func (s scene) invent(q facts.Question) []string {
	h := fnv.New64a()
	wire, err := zone.PackName(strings.ToLower(q.Name)) // a name is written in several ways
	if err != nil {
		return nil
	}
	fmt.Fprintf(h, "%s %s", q.Kind, wire)
	chance := rand.New(rand.NewPCG(h.Sum64(), 1))
	roll := chance.IntN(100)
	if s.failing && roll >= 94 {
		return []string{"SERVFAIL"}
	}
	switch q.Kind {
	case facts.KindA, facts.KindAAAA:
		return s.addresses(q.Kind, roll, chance)
	case facts.KindMX:
		return exchangers(q.Name, roll, chance)
	case facts.KindPTR:
		return s.pointers(roll, chance)
	}
	return nil
}

// addresses are those of a host: now and then the client's own is among them.
func (s scene) addresses(kind string, roll int, chance *rand.Rand) []string {
	if roll < 25 {
		return nil
	}
	var all []string
	for range 1 + chance.IntN(2) {
		var octets [16]byte
		binary.BigEndian.PutUint64(octets[:], 0x20010db8_00000000|uint64(chance.IntN(4)))
		binary.BigEndian.PutUint64(octets[8:], uint64(chance.IntN(64)))
		addr := netip.AddrFrom16(octets)
		if kind == facts.KindA {
			addr = netip.AddrFrom4([4]byte{203, 0, 113, byte(chance.IntN(256))})
		}
		all = append(all, addr.String())
	}
	if client := s.message.IP.Unmap(); roll < 45 && client.Is4() == (kind == facts.KindA) {
		all[0] = client.String()
	}
	return all
}

// exchangers are a name's MX records: sometimes none, sometimes too many.
func exchangers(name string, roll int, chance *rand.Rand) []string {
	count := 1 + chance.IntN(3)
	switch {
	case roll < 20:
		return nil
	case roll < 25:
		return []string{"0 ."}
	case roll < 28:
		count = 11
	}
	var all []string
	for i := range count {
		all = append(all, fmt.Sprintf("%d mx%d.%s.", 10*(i+1), i, name))
	}
	return all
}

// pointers are the client's names, some of them below the sender's domain.
func (s scene) pointers(roll int, chance *rand.Rand) []string {
	if roll < 30 {
		return nil
	}
	domain := senderDomain(s.message)
	all := []string{"host.elsewhere.test."}
	if askable(domain) && roll < 70 {
		all = append(all, fmt.Sprintf("h%d.%s.", chance.IntN(3), domain))
	}
	return all
}

func senderDomain(m facts.SPFMessage) string {
	if m.From == "" {
		return strings.ToLower(m.HELO)
	}
	return strings.ToLower(m.From[strings.LastIndexByte(m.From, '@')+1:])
}

// askable reports whether a domain can be part of a made-up name.
func askable(domain string) bool {
	d, err := facts.ParseDomain(domain)
	return err == nil && string(d) == domain
}

// quote is octets as TXT data in presentation form.
func quote(octets string) string {
	var ends []int
	for at := 255; at < len(octets); at += 255 {
		ends = append(ends, at)
	}
	return record.FormatTXT(octets, append(ends, len(octets)))
}

// String shows the scene's records and its message, printable.
func (s scene) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ip %s from %q helo %q", s.message.IP, s.message.From, s.message.HELO)
	if s.passed != "" || len(s.signed) > 0 {
		fmt.Fprintf(&b, " SPF for %q, DKIM for %q", s.passed, s.signed)
	}
	b.WriteByte('\n')
	b.WriteString(s.records())
	return b.String()
}

// records lists the TXT records, one a line. The patterns of differences.yaml
// are matched against this, so the policy record of the author's very domain is
// told from those above it.
func (s scene) records() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.txt)) {
		shown := name
		if name == "_dmarc."+senderDomain(s.message) {
			shown = "own"
		}
		for _, octets := range s.txt[name] {
			fmt.Fprintf(&b, "%s: %s\n", shown, record.Text(octets))
		}
	}
	return b.String()
}

// shrink leaves out records and terms for as long as differs holds, so that
// what remains is what the difference is about. separator is what stands
// between terms.
func (s scene) shrink(separator string, differs func(scene) bool) scene {
	for changed := true; changed; {
		changed = false
		for _, smaller := range s.smaller(separator) {
			if differs(smaller) {
				s, changed = smaller, true
				break
			}
		}
	}
	return s
}

// smaller are the scenes with one record or one term less.
func (s scene) smaller(separator string) []scene {
	var all []scene
	for _, name := range slices.Sorted(maps.Keys(s.txt)) {
		texts := s.txt[name]
		for i, octets := range texts {
			all = append(all, s.with(name, slices.Delete(slices.Clone(texts), i, i+1)))
			terms := strings.Split(octets, separator)
			for j := len(terms) - 1; j > 0; j-- {
				less := slices.Clone(texts)
				less[i] = strings.Join(slices.Delete(slices.Clone(terms), j, j+1), separator)
				all = append(all, s.with(name, less))
			}
		}
	}
	return all
}

// with is the scene with other TXT records at a name.
func (s scene) with(name string, texts []string) scene {
	s.txt = maps.Clone(s.txt)
	if s.txt[name] = texts; len(texts) == 0 {
		delete(s.txt, name)
	}
	return s
}

// compare lists the scenes on which two differ, shrunk for as long as both
// results stay the same. separator stands between terms. A peer that says
// nothing has no opinion.
func compare(peer, separator string, scenes []scene, ours, theirs func(scene) string) []difference {
	var found []difference
	for _, s := range scenes {
		our, their := ours(s), theirs(s)
		if their == "" || our == their {
			continue
		}
		s = s.shrink(separator, func(smaller scene) bool {
			o, t := ours(smaller), theirs(smaller)
			return o != t && result(o) == result(our) && result(t) == result(their)
		})
		found = append(found, difference{peer, ours(s), theirs(s), s})
	}
	return found
}
