package facts

// Question is one thing to ask of the world. Name is the target in its kind's
// canonical form: for DNS a lower-case ASCII domain name without the trailing
// dot. Kind is a DNS type ("TXT", "MX", ...).
type Question struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// The kinds of question that Build asks today, each a DNS type.
const (
	KindA     = "A"
	KindAAAA  = "AAAA"
	KindCNAME = "CNAME"
	KindMX    = "MX"
	KindPTR   = "PTR"
	KindTXT   = "TXT"
)

// String is the question as reasons and evidence print it: "TXT _dmarc.example.com".
func (q Question) String() string { return q.Kind + " " + q.Name }

// Compare orders questions by name, then kind.
func (q Question) Compare(r Question) int {
	switch {
	case q.Name < r.Name:
		return -1
	case q.Name > r.Name:
		return 1
	case q.Kind < r.Kind:
		return -1
	case q.Kind > r.Kind:
		return 1
	}
	return 0
}

// Status says how a question ended. The zero value is NotAsked, so a missing
// answer can never read as "there is no such record".
type Status string

// The ways a question can end.
const (
	NotAsked Status = ""
	Found    Status = "found"    // at least one record of the type
	NoData   Status = "nodata"   // the name exists without this type; RFC 2308, section 2.2
	NXDomain Status = "nxdomain" // the name does not exist; RFC 2308, section 2.1
	Failed   Status = "failed"   // timeout, SERVFAIL, REFUSED, truncated, malformed: nothing is known
)

// Observation is one answer, kept as published.
type Observation struct {
	Question
	Status Status `json:"status"`
	// Data is the sorted RDATA in presentation form, as dig prints it: printable
	// ASCII with \DDD for the rest, TXT as quoted character-strings
	// ("v=spf1 " "-all"), names lower-case and absolute.
	Data []string `json:"data,omitempty"`
	// Chain lists the CNAME targets walked from Name, in Name's form. It is kept
	// for negative answers too: the last name is then the one that is not there.
	Chain []string `json:"chain,omitempty"`
	// Cause explains Failed: "SERVFAIL (EDE 6)", "timeout". It names the fault,
	// never who answered or how often it was tried, so it is the same each run.
	Cause string `json:"cause,omitempty"`
	// Source is file:line of the first record, when a zone file answered.
	Source string `json:"source,omitempty"`
	// Via is everything that may differ between two runs over the same world.
	// It reaches snapshots and -v, never a result. nil when nobody was asked.
	Via *Via `json:"via,omitempty"`
}

// Absent reports whether the answer proves that no record of the kind exists.
func (o Observation) Absent() bool { return o.Status == NoData || o.Status == NXDomain }

// Via says how an answer came to be known.
type Via struct {
	Server string `json:"server,omitempty"` // address and port
	Proto  string `json:"proto,omitempty"`  // "udp" or "tcp"
	Tries  int    `json:"tries,omitempty"`  // questions sent, the answered one included
	RTT    int64  `json:"rtt_us,omitempty"` // microseconds, of the answered try
	TTL    uint32 `json:"ttl,omitempty"`    // seconds: the lowest in the answer, or the negative TTL (RFC 2308, section 5)
	AD     bool   `json:"ad,omitempty"`     // the resolver says that it validated the answer (RFC 4035, section 3.2.3)
	Proof  string `json:"proof,omitempty"`  // how an absence was proved: "soa", or "control" for a server that never shows one
	// Dissent lists what other servers said, and was not believed.
	Dissent []string `json:"dissent,omitempty"`
}

// Answers is what is known so far.
type Answers interface {
	// Get returns the observation of a question, and whether there is one.
	Get(Question) (Observation, bool)
}
