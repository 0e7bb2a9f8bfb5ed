package chaos

import (
	"fmt"
	"time"
)

// Behaviour is one way to treat a query. Those that lie say the opposite of the
// truth, in a message that would be believed but for its one fault: a proved
// absence where there is a record, a record where there is none.
type Behaviour string

// The behaviours. The zero value means that nothing was chosen. N and Wait are
// the fields of a Step.
const (
	OK Behaviour = "ok" // the true answer, with TC if it is too large for UDP

	Drop  Behaviour = "drop"  // silence; over TCP the connection is closed
	Delay Behaviour = "delay" // the true answer after Wait, which a client should live to see
	Late  Behaviour = "late"  // the same, when the client has given up this try
	Dup   Behaviour = "dup"   // the true answer, and N more of it

	Rcode         Behaviour = "rcode"          // code N with empty sections, and extended error EDE if it is set
	Servfail      Behaviour = "servfail"       // SERVFAIL
	Refused       Behaviour = "refused"        // REFUSED
	FormErr       Behaviour = "formerr"        // FORMERR to EDNS, the truth without; with N the header alone
	BadVers       Behaviour = "badvers"        // BADVERS to EDNS, the truth without; RFC 6891, section 6.1.3
	NXDomainNoSOA Behaviour = "nxdomain-nosoa" // NXDOMAIN that proves nothing
	NoDataNoSOA   Behaviour = "nodata-nosoa"   // NOERROR without anything
	NXRewrite     Behaviour = "nxrewrite"      // an A record where the name does not exist, whatever was asked
	ENTNXDomain   Behaviour = "ent-nxdomain"   // NXDOMAIN for an empty non-terminal, against RFC 8020
	Filtered      Behaviour = "filtered"       // NXDOMAIN with SOA and extended error EDE, 15 by default; RFC 8914
	TC            Behaviour = "tc"             // TC and nothing else over UDP, the truth over TCP
	TCPartial     Behaviour = "tc-partial"     // TC with a lie in the sections
	TCCut         Behaviour = "tc-cut-mid-rr"  // TC, and the message ends within a record
	TCOnTCP       Behaviour = "tc-on-tcp"      // TC over UDP and over TCP
	TCPReset      Behaviour = "tcp-rst-after"  // N octets of the answer over TCP, then RST
	TCPDrip       Behaviour = "tcp-drip"       // one octet over TCP each Wait
	TCPLength     Behaviour = "tcp-len"        // the length before the answer over TCP is N, below 0: 0
	TCPIdle       Behaviour = "tcp-idle"       // nothing over TCP, and the connection stays open
	WrongID       Behaviour = "wrong-id"       // a lie with another ID
	WrongQuestion Behaviour = "wrong-question" // a lie about another name, in answer to that name; with N about another type
	CaseFold      Behaviour = "case-fold"      // a lie that repeats the question in another case
	QR0           Behaviour = "qr0"            // a lie that is no response
	Opcode        Behaviour = "opcode"         // a lie with opcode N, 5 by default
	ClassCH       Behaviour = "class-ch"       // a lie in class CH
	OtherPort     Behaviour = "src-other-port" // a lie from another port of the server's address
	Swap          Behaviour = "swap"           // with the next query: each client gets the other's answer with its own ID
	Flood         Behaviour = "flood"          // N lies with random IDs
	HeaderOnly    Behaviour = "hdr-only"       // NOERROR and no more than a header
	CountsLie     Behaviour = "counts-lie"     // N 0: a header that claims 5 answers; 1: 3 answers claimed, none there; 2: a denial, with the answer left uncounted
	Garbage       Behaviour = "garbage"        // N datagrams of a few random octets, at least one
	BrokenRR      Behaviour = "broken-rr"      // a lie that ends within its last record
	PointerLoop   Behaviour = "ptr-loop"       // a record whose owner points to itself; with N its end points beyond the message
	LongName      Behaviour = "name-256"       // a record whose owner has 256 octets
	RDLength      Behaviour = "rdlen"          // a lie whose first record claims N octets too many
	OPTs          Behaviour = "opt"            // the true answer with N OPT records
	OPTFlood      Behaviour = "opt-flood"      // the true answer with N EDNS options
	BigUDP        Behaviour = "big-udp"        // the true answer, filled up to N octets, in one datagram
	Mutate        Behaviour = "mutate"         // the true answer with N bits flipped, in its header, question and lengths
	CNAMELoop     Behaviour = "cname-loop"     // N CNAMEs that lead back to the name
	CNAMEChain    Behaviour = "cname-chain"    // N CNAMEs to the true records
	ExtraOwner    Behaviour = "extra-owner"    // the true answer, and a record of the type asked at another name before it
	RRset         Behaviour = "rrset"          // N made-up records, as many as a message holds
	DupRR         Behaviour = "dup-rr"         // the true answer with each record twice
	Shuffle       Behaviour = "shuffle"        // the true answer in random order
	TCPRefuse     Behaviour = "tcp-refuse"     // not for a Step: Config.RefuseTCP
	Down          Behaviour = "down"           // not for a Step: Config.Outages and Server.Down
	Lost          Behaviour = "lost"           // not for a Step: the query fell to Config.Loss
)

// Step is one behaviour with its figures. Several in a row send their packets
// one after the other: {Garbage, N: 3}, {OK, Wait: 20 ms}.
type Step struct {
	Do   Behaviour
	N    int
	EDE  int
	Wait time.Duration // before it
}

// Then is the true answer after a while.
func Then(wait time.Duration) Step { return Step{Do: OK, Wait: wait} }

// String is the step as a journal shows it.
func (s Step) String() string {
	text := string(s.Do)
	if s.N != 0 {
		text += fmt.Sprintf("(%d)", s.N)
	}
	if s.EDE != 0 {
		text += fmt.Sprintf("+ede%d", s.EDE)
	}
	if s.Wait != 0 {
		text += "@" + s.Wait.String()
	}
	return text
}

// play says how a behaviour becomes packets.
type play func(*job, Step) []send

// plays is every behaviour that a Step can have.
var plays = map[Behaviour]play{
	OK: playOK, Drop: playDrop, Delay: playOK, Late: playOK, Dup: playDup,
	Rcode: playRcode, Servfail: code(rcodeServfail), Refused: code(rcodeRefused),
	FormErr: playFormErr, BadVers: playBadVers,
	NXDomainNoSOA: code(rcodeNXDomain), NoDataNoSOA: code(0),
	NXRewrite: playNXRewrite, ENTNXDomain: playENT, Filtered: playFiltered,
	TC: playTC, TCPartial: playTCPartial, TCCut: playTCCut, TCOnTCP: playTCOnTCP,
	TCPReset: playReset, TCPDrip: playDrip, TCPLength: playLength, TCPIdle: playIdle,
	WrongID: playWrongID, WrongQuestion: playWrongQuestion, CaseFold: playCaseFold,
	QR0: playQR0, Opcode: playOpcode, ClassCH: playClassCH, OtherPort: playOtherPort,
	Swap: playSwap, Flood: playFlood,
	HeaderOnly: playHeaderOnly, CountsLie: playCountsLie, Garbage: playGarbage,
	BrokenRR: playBrokenRR, PointerLoop: playPointerLoop, LongName: playLongName,
	RDLength: playRDLength, OPTs: playOPTs, OPTFlood: playOPTFlood, BigUDP: playBigUDP, Mutate: playMutate,
	CNAMELoop: playCNAMELoop, CNAMEChain: playCNAMEChain, ExtraOwner: playExtraOwner,
	RRset: playRRset, DupRR: playDupRR, Shuffle: playShuffle,
}

// Behaviours lists what a Step can do, sorted.
func Behaviours() []Behaviour { return sortedKeys(plays) }
