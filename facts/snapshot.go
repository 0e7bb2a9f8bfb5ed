package facts

import (
	"fmt"
	"slices"
	"time"
)

// SnapshotVersion is the version of the snapshot format that this program
// writes. It refuses newer ones.
const SnapshotVersion = 1

// SnapshotsSchema names the format of a saved file: a SnapshotsHeader on the
// first line, then one Snapshot a line.
const SnapshotsSchema = "mailposture/snapshots/v1"

// SnapshotsHeader is the first line of a saved file.
type SnapshotsHeader struct {
	Schema  string  `json:"schema"`
	By      string  `json:"by"`
	Options Options `json:"options"`
}

// Snapshot is everything the world said about one domain, and nothing derived
// from it. It implements Answers.
type Snapshot struct {
	Version      int           `json:"version"`
	Domain       Domain        `json:"domain"`
	Taken        time.Time     `json:"taken"`
	Observations []Observation `json:"observations"` // sorted by question, each question once
}

// NewSnapshot keeps the observations that Build used, sorted.
func NewSnapshot(domain Domain, taken time.Time, used []Observation) *Snapshot {
	s := &Snapshot{Version: SnapshotVersion, Domain: domain, Taken: taken, Observations: slices.Clone(used)}
	slices.SortFunc(s.Observations, func(a, b Observation) int { return a.Question.Compare(b.Question) })
	return s
}

// Get finds the observation of a question.
func (s *Snapshot) Get(q Question) (Observation, bool) {
	i, ok := slices.BinarySearchFunc(s.Observations, q, func(o Observation, q Question) int {
		return o.Question.Compare(q)
	})
	if !ok {
		return Observation{}, false
	}
	return s.Observations[i], true
}

// Check reports why a snapshot that was read from a file cannot be used: a
// newer version, a domain that is none, observations out of order or with an
// unknown status.
func (s *Snapshot) Check() error {
	if s.Version < 1 || s.Version > SnapshotVersion {
		return fmt.Errorf("snapshot version %d: this program reads up to %d", s.Version, SnapshotVersion)
	}
	if d, err := ParseDomain(string(s.Domain)); err != nil || d != s.Domain {
		return fmt.Errorf("snapshot of %q: not a domain in canonical form", s.Domain)
	}
	for i, o := range s.Observations {
		if i > 0 && s.Observations[i-1].Question.Compare(o.Question) >= 0 {
			return fmt.Errorf("snapshot of %s: %s is out of order or twice", s.Domain, o.Question)
		}
		switch o.Status {
		case Found, NoData, NXDomain, Failed:
		default:
			return fmt.Errorf("snapshot of %s: %s has the unknown status %q", s.Domain, o.Question, o.Status)
		}
		if (o.Status == Found) != (len(o.Data) > 0) {
			return fmt.Errorf("snapshot of %s: %s is %s with %d records", s.Domain, o.Question, o.Status, len(o.Data))
		}
	}
	return nil
}
