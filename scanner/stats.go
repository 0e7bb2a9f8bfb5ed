package scanner

import (
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/mailposture/mailposture/facts"
)

// Stats is what a DNS has done so far. The numbers are counted while questions
// are under way, each by itself: their sums may be off by those.
type Stats struct {
	Found    int64 // questions by how they ended
	NoData   int64
	NXDomain int64
	Failed   int64
	NotAsked int64 // the context ended first

	// Dropped is how many datagrams arrived at this machine and found no room
	// since the scan began: all programs' together, on Linux. Above zero, the
	// timeouts may be of our own making.
	Dropped int64
	Servers []ServerStats // in the order of DNSConfig.Servers
}

// ServerStats is what was asked of one server.
type ServerStats struct {
	Server   netip.AddrPort
	Queries  int64         // over UDP
	Answers  int64         // over UDP: valid ones, truncated ones included
	Timeouts int64         // queries over UDP without an answer in time
	Refused  int64         // times that the machine said nobody listens
	Junk     int64         // what arrived and was no answer
	Late     int64         // what arrived when nobody waited any more
	TCP      int64         // queries over TCP
	RTT      time.Duration // average over the answers; 0: none
	Window   int           // queries that may be in flight now
	SetAside string        // why the server is asked only when the others fail; empty: it is not set aside
}

// tally counts questions by how they ended.
type tally struct{ found, noData, nxDomain, failed, notAsked atomic.Int64 }

func (t *tally) add(s facts.Status) {
	switch s {
	case facts.Found:
		t.found.Add(1)
	case facts.NoData:
		t.noData.Add(1)
	case facts.NXDomain:
		t.nxDomain.Add(1)
	case facts.Failed:
		t.failed.Add(1)
	case facts.NotAsked:
		t.notAsked.Add(1)
	}
}

// figures are the numbers of one server.
type figures struct{ queries, answers, timeouts, refused, junk, late, tcp, rtt atomic.Int64 }

// Stats returns what was done so far.
func (d *DNS) Stats() Stats {
	s := Stats{
		Found: d.tally.found.Load(), NoData: d.tally.noData.Load(), NXDomain: d.tally.nxDomain.Load(),
		Failed: d.tally.failed.Load(), NotAsked: d.tally.notAsked.Load(), Dropped: d.drops.seen(),
	}
	for _, srv := range d.servers {
		s.Servers = append(s.Servers, srv.stats())
	}
	return s
}

func (s *server) stats() ServerStats {
	c := &s.counts
	stats := ServerStats{
		Server: s.addr, Queries: c.queries.Load(), Answers: c.answers.Load(), Timeouts: c.timeouts.Load(),
		Refused: c.refused.Load(), Junk: c.junk.Load(), Late: c.late.Load(), TCP: c.tcp.Load(), Window: s.gate.size(),
	}
	if stats.Answers > 0 {
		stats.RTT = time.Duration(c.rtt.Load() / stats.Answers)
	}
	if why := s.aside.Load(); why != nil {
		stats.SetAside = *why
	}
	return stats
}
