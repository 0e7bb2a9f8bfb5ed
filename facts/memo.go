package facts

import (
	"sync"

	"github.com/mailposture/mailposture/record"
)

// Memo keeps parsed SPF records that many domains share, so that each is
// parsed once. It is safe for concurrent use, and bounded: a full one is
// emptied. A nil Memo keeps nothing.
type Memo struct {
	most int
	mu   sync.Mutex
	size int
	spf  map[string]*record.SPF
}

// defaultMemo is the bound of NewMemo(0). A record of typical length costs
// about ten times its octets when parsed.
const defaultMemo = 4 << 20

// NewMemo makes a Memo that keeps records of at most so many octets in sum; 0
// means 4 MiB.
func NewMemo(octets int) *Memo {
	return &Memo{most: cmpOr(octets, defaultMemo), spf: make(map[string]*record.SPF)}
}

// parseSPF parses a record, or finds it parsed. The result is shared and must
// not be changed.
func (m *Memo) parseSPF(octets string) *record.SPF {
	if m == nil || len(octets) > m.most {
		parsed := record.ParseSPF(octets)
		return &parsed
	}
	m.mu.Lock()
	parsed := m.spf[octets]
	m.mu.Unlock()
	if parsed != nil {
		return parsed
	}
	fresh := record.ParseSPF(octets)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.size+len(octets) > m.most {
		clear(m.spf)
		m.size = 0
	}
	m.spf[octets] = &fresh
	m.size += len(octets)
	return &fresh
}
