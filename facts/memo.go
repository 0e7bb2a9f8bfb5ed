package facts

import (
	"sync"

	"github.com/mailposture/mailposture/record"
)

// Memo keeps what many domains share, so that each is worked out once: parsed
// records, and the whole of what an SPF include leads to. What it gives is what
// would be worked out anew, or it gives nothing: a Build has the same outcome
// with any Memo and with none.
//
// It is safe for concurrent use, and bounded: of what was not used for long,
// nothing is kept. A nil Memo keeps nothing.
type Memo struct {
	mu       sync.Mutex
	spf      shelf[*record.SPF]     // by the record's octets
	dmarc    shelf[*record.DMARC]   // likewise
	dkim     shelf[*record.DKIMKey] // likewise
	branches shelf[*spfBranch]      // by the name of the include

	// What one domain has for itself is kept for the rounds of its own Builds.
	ownSPF   shelf[*record.SPF]
	ownDMARC shelf[*record.DMARC]

	spare sync.Pool // of *builder
}

// defaultMemo is the bound of NewMemo(0). A record of typical length costs
// about ten times its octets when parsed.
const defaultMemo = 4 << 20

// ownShare is the part of a share that is enough for the domains under way: the
// records of a thousand.
const ownShare = 8

// NewMemo makes a Memo that keeps records of at most so many octets in sum; 0
// means 4 MiB.
func NewMemo(octets int) *Memo {
	share := cmpOr(octets, defaultMemo) / 4
	return &Memo{
		spf:      newShelf[*record.SPF](share),
		dmarc:    newShelf[*record.DMARC](share),
		dkim:     newShelf[*record.DKIMKey](share),
		branches: newShelf[*spfBranch](share),
		ownSPF:   newShelf[*record.SPF](share / ownShare),
		ownDMARC: newShelf[*record.DMARC](share / ownShare),
	}
}

// parseSPF parses a record, or finds it parsed. The result is shared and must
// not be changed. A domain's own record is not kept for long, unless it is so
// short that others are likely to have the very same.
func (m *Memo) parseSPF(octets string, own bool) *record.SPF {
	if m == nil {
		return parsed(record.ParseSPF, octets)
	}
	if own && len(octets) > shortRecord {
		return recall(m, &m.ownSPF, record.ParseSPF, octets)
	}
	return recall(m, &m.spf, record.ParseSPF, octets)
}

// shortRecord is, in octets, what "v=spf1 include:spf.protection.outlook.com
// -all" takes, and a little more.
const shortRecord = 56

// parseDMARC is parseSPF for DMARC.
func (m *Memo) parseDMARC(octets string) *record.DMARC {
	if m == nil {
		return parsed(record.ParseDMARC, octets)
	}
	if len(octets) > shortRecord {
		return recall(m, &m.ownDMARC, record.ParseDMARC, octets)
	}
	return recall(m, &m.dmarc, record.ParseDMARC, octets)
}

// parseDKIMKey is parseSPF for DKIM keys.
func (m *Memo) parseDKIMKey(octets string) *record.DKIMKey {
	if m == nil {
		return parsed(record.ParseDKIMKey, octets)
	}
	return recall(m, &m.dkim, record.ParseDKIMKey, octets)
}

func parsed[T any](parse func(string) T, octets string) *T {
	value := parse(octets)
	return &value
}

// recall parses octets unless the shelf has them parsed. Two callers may parse
// the same at once: that is cheaper than to have one wait for the other.
func recall[T any](m *Memo, s *shelf[*T], parse func(string) T, octets string) *T {
	m.mu.Lock()
	known, ok := s.get(octets)
	m.mu.Unlock()
	if ok {
		return known
	}
	fresh := parsed(parse, octets)
	m.mu.Lock()
	s.put(octets, fresh, len(octets))
	m.mu.Unlock()
	return fresh
}

// branch is what an include led to when it was last walked whole, or nil.
func (m *Memo) branch(name string) *spfBranch {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b, _ := m.branches.get(name)
	return b
}

// keep remembers what an include led to.
func (m *Memo) keep(name string, b *spfBranch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.branches.put(name, b, b.octets())
}

// lend is an empty builder, whose lists have the room that another Build left.
// Lists made anew would cost a typical domain 6 µs more (docs/performance.md).
func (m *Memo) lend() *builder {
	if m != nil {
		if b, ok := m.spare.Get().(*builder); ok {
			return b
		}
	}
	return &builder{}
}

// takeBack empties a builder for the next Build. What its lists held must have
// been copied.
func (m *Memo) takeBack(b *builder) {
	if m == nil {
		return
	}
	clear(b.used)
	clear(b.missing)
	clear(b.met)
	*b = builder{asker: asker{used: b.used[:0], missing: b.missing[:0]}, met: b.met[:0]}
	m.spare.Put(b)
}

// shelf keeps values in two generations. When the young one is full it becomes
// the old one, and the old one is dropped; a value that is asked for is young
// again, so that what many domains share outlives what one had for itself.
type shelf[T any] struct {
	young, old map[string]shelved[T]
	taken      int // octets in young
	half       int // octets that one generation may take
}

type shelved[T any] struct {
	value  T
	octets int
}

func newShelf[T any](octets int) shelf[T] { return shelf[T]{half: octets / 2} }

func (s *shelf[T]) get(key string) (T, bool) {
	if one, ok := s.young[key]; ok {
		return one.value, true
	}
	one, ok := s.old[key]
	if ok {
		s.put(key, one.value, one.octets)
	}
	return one.value, ok
}

// put keeps a value that takes so many octets, unless that is more than there
// is room for.
func (s *shelf[T]) put(key string, value T, octets int) {
	if octets > s.half {
		return
	}
	if s.taken += octets; s.taken > s.half || s.young == nil {
		s.old, s.young, s.taken = s.young, make(map[string]shelved[T]), octets
	}
	s.young[key] = shelved[T]{value, octets}
}
