package chaos

import (
	"slices"
	"sync"
	"time"
)

// Entry is one query that reached a server, and what became of it.
type Entry struct {
	At      time.Duration // since the journal began
	Server  string        // Config.Name
	Client  string        // address and port
	Port    uint16        // of the client
	Proto   Proto
	ID      uint16
	Name    string // as sent
	Type    Type
	EDNS    int // the size offered, -1 without EDNS
	RD      bool
	Attempt int
	Did     string // the steps, or "lost"

	// Honest is when, after At, a whole true answer goes out; negative: never.
	Honest time.Duration
	// TC reports whether an answer with TC went out, and the client has to ask
	// again over TCP.
	TC bool
}

// Journal keeps every query, for any number of servers. It is safe for
// concurrent use.
type Journal struct {
	began time.Time
	limit int

	mu        sync.Mutex
	entries   []Entry
	dropped   int
	malformed int
}

// DefaultEntries is how many queries a journal keeps by default. One takes
// about a quarter of a kilobyte.
const DefaultEntries = 1 << 20

// NewJournal makes a journal that keeps at most so many entries; 0 means the
// default.
func NewJournal(limit int) *Journal {
	if limit == 0 {
		limit = DefaultEntries
	}
	return &Journal{began: time.Now(), limit: limit}
}

// Entries is a copy of what was kept, in the order of arrival.
func (j *Journal) Entries() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries)
}

// Dropped is how many queries came after the journal was full. An oracle can
// say nothing when there are any.
func (j *Journal) Dropped() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.dropped
}

// Malformed is how many datagrams and messages were not queries.
func (j *Journal) Malformed() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.malformed
}

// Now is the time on the clock of the entries.
func (j *Journal) Now() time.Duration { return time.Since(j.began) }

func (j *Journal) add(e Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) >= j.limit {
		j.dropped++
		return
	}
	e.At = time.Since(j.began)
	j.entries = append(j.entries, e)
}

func (j *Journal) addMalformed() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.malformed++
}
