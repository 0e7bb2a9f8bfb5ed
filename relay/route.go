package relay

import "github.com/mailposture/mailposture/facts"

// Route is what becomes of a message. The zero value of every field means that
// it is not known, or that the message did not get that far.
type Route struct {
	// At the entry of Exchange Online.
	EntrySPF        facts.SPFResult
	EntrySPFAligned Answer // SPF passes for a domain of the From header's organization
	EntryDKIM       Signature
	EntryDMARC      facts.DMARCResult
	Entry           Entry

	// On the way out.
	Pool     Pool
	Envelope Envelope

	// At the destination.
	SPF        facts.SPFResult
	SPFAligned Answer
	DKIM       Signature
	DMARC      facts.DMARCResult

	Outcome Outcome
	Code    string // the enhanced status codes that a refusal shows, by slashes; RFC 3463

	Hops  []Hop
	Needs []Input // what is not known, and would have to be to say more; in the order of the path
}

// Entry is what Exchange Online does with what it has seen.
type Entry string

// What it does. The zero value means that it is not known.
const (
	EntryGoesOn      Entry = "goes-on"
	EntryRefused     Entry = "refused"
	EntryQuarantined Entry = "quarantined"
)

// Pool is the addresses that a copy leaves Exchange Online by.
type Pool string

// The pools. The zero value means that it is not known.
const (
	PoolRegular  Pool = "regular"   // published, and in spf.protection.outlook.com
	PoolRelay    Pool = "relay"     // at risk of the unpublished relay pool, which passes nobody's SPF
	PoolHighRisk Pool = "high-risk" // for spam, bounces and senders that cannot be answered
	PoolBlocked  Pool = "blocked"   // no copy leaves: a policy forbids it
	PoolNone     Pool = "none"      // no copy leaves
)

// Envelope is the envelope sender that a copy leaves with.
type Envelope string

// The envelope senders. The zero value means that it is not known.
const (
	EnvelopeOriginal Envelope = "original" // the sender's
	EnvelopeSRS      Envelope = "srs"      // rewritten to the forwarding domain by the Sender Rewriting Scheme
	EnvelopeOwn      Envelope = "own"      // the forwarding mailbox's
	EnvelopeNone     Envelope = "none"     // no copy leaves
)

// Outcome is how it ends.
type Outcome string

// The outcomes. The zero value means that it is not known.
const (
	Delivered          Outcome = "delivered"
	DeliveredLocal     Outcome = "delivered-local"      // in the mailbox: nothing is forwarded
	DeliveredOrJunk    Outcome = "delivered-or-junk"    // the high-risk pool has a bad name
	RefusedAtEntry     Outcome = "refused-at-entry"     // by Exchange Online, for the sender's DMARC policy
	QuarantinedAtEntry Outcome = "quarantined-at-entry" // the same
	Blocked            Outcome = "blocked"              // by the tenant's own policy
	RefusedRelay       Outcome = "refused-relay"        // "not permitted to relay"
	RefusedSPF         Outcome = "refused-spf"
	RefusedDMARC       Outcome = "refused-dmarc"
	Quarantined        Outcome = "quarantined" // by the destination
	Undeliverable      Outcome = "undeliverable"
	NotExchangeOnline  Outcome = "not-exchange-online" // the mailboxes are elsewhere, and this model says nothing
)

// Failed reports whether the message is lost on the way, or set aside.
func (o Outcome) Failed() bool {
	switch o {
	case RefusedAtEntry, QuarantinedAtEntry, Blocked, RefusedRelay, RefusedSPF, RefusedDMARC, Quarantined, Undeliverable:
		return true
	}
	return false
}

// Place is where a check is made.
type Place string

// The places, in the order of the path.
const (
	AtFirstHop       Place = "first-hop" // the gateway, or Exchange Online where nothing is in front
	AtExchangeOnline Place = "exchange-online"
	AtDestination    Place = "destination"
)

// Check is what is looked at.
type Check string

// The checks.
const (
	CheckMX          Check = "mx" // who receives first
	CheckSPF         Check = "spf"
	CheckDKIM        Check = "dkim"
	CheckDMARC       Check = "dmarc"
	CheckDMARCPolicy Check = "dmarc-policy" // what is done about DMARC's result
	CheckPool        Check = "pool"
	CheckEnvelope    Check = "envelope"
	CheckOutcome     Check = "outcome"
)

// Hop is one check on the way.
type Hop struct {
	At     Place
	Check  Check
	Result string // "" when it is not known
	Why    string
	Source Source  // of the line of the truth table; "" where a value is only handed on, or not known
	Rests  []Input // inputs that the result rests on, or would
}
