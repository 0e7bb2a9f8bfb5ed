package relay

import "github.com/mailposture/mailposture/facts"

// destinationTables are what the destination sees, and what it says.
type destinationTables struct {
	spf     table[facts.SPFResult]
	aligned table[Answer]
	dkim    table[Signature]
	dmarc   table[facts.DMARCResult]
	outcome table[Outcome]
}

// dmarcCodes are those that Gmail, Exchange Online and others refuse with.
const dmarcCodes = "5.7.26/5.7.509/5.7.1"

var destinationTruth = destinationTables{
	spf: table[facts.SPFResult]{
		{
			when: []cond{fPool.is(PoolHighRisk)}, then: facts.SPFFail, source: SourceInference,
			why: "mail of the high-risk pool is not expected to pass SPF",
		},
		{
			when: []cond{fPool.is(PoolRelay)}, like: &fElsewhere, source: SourceSupport,
			why: "the relay pool is in nobody's SPF, and MAIL FROM is the sender's",
		},
		{
			when: []cond{fEnvelope.is(EnvelopeSRS, EnvelopeOwn), fForwarderSPF.is(Yes)}, then: facts.SPFPass, source: SourceSRS,
			why: "MAIL FROM is of the forwarding domain, whose SPF lists the host",
		},
		{
			when: []cond{fEnvelope.is(EnvelopeSRS, EnvelopeOwn), fForwarderSPF.is(No)}, then: facts.SPFFail, source: SourceSPF,
			why: "MAIL FROM is of the forwarding domain, whose SPF does not list the host",
		},
		{
			when: []cond{fAccepted.is(Yes), fForwarderSPF.is(Yes)}, then: facts.SPFPass, source: SourceSPF,
			why: "the sender's domain is the tenant's, and its SPF lists the host",
		},
		{
			when: []cond{fAccepted.is(Yes), fForwarderSPF.is(No)}, then: facts.SPFFail, source: SourceSPF,
			why: "the sender's domain is the tenant's, and its SPF does not list the host",
		},
		{
			when: []cond{fEnvelope.is(EnvelopeOriginal), fAccepted.is(No)}, like: &fElsewhere, source: SourceSPF,
			why: "MAIL FROM is the sender's, whose SPF does not list the host",
		},
	},
	aligned: table[Answer]{
		{when: []cond{fDestSPF.not(facts.SPFPass)}, then: No, source: SourceDMARC, why: "SPF does not pass"},
		{when: []cond{fEnvelope.is(EnvelopeOwn)}, then: Yes, source: SourceDMARC, why: "MAIL FROM and From are the mailbox's"},
		{when: []cond{fEnvelope.is(EnvelopeSRS)}, then: No, source: SourceDMARC, why: "SPF passes for the forwarding domain, not the author's"},
		{like: &fMailFromAligned, source: SourceDMARC, why: "SPF passes for the domain of MAIL FROM"},
	},
	dkim: table[Signature]{
		{
			when: []cond{fForwarderChanges.is(Yes), fEntryDKIM.is(DKIMAligned, DKIMUnaligned), fEnvelope.not(EnvelopeOwn)}, then: DKIMFail, source: SourceDKIM,
			why: "forwarding changed signed content: the body hash does not verify",
		},
		// Whether the tenant signs a new message is not an input: it stays open.
		{when: []cond{fEnvelope.not(EnvelopeOwn)}, like: &fEntryDKIM, source: SourceDKIM, why: "as on entry: forwarding leaves the content as it is"},
	},
	// Of a new message the forwarding domain's policy decides, which is no
	// input: unless it passes, its result stays open.
	dmarc: table[facts.DMARCResult]{
		{when: []cond{fDestSPFAligned.is(Yes)}, then: facts.DMARCPass, source: SourceDMARC, why: "SPF passes and is aligned"},
		{when: []cond{fEnvelope.not(EnvelopeOwn), fDestDKIM.is(DKIMAligned)}, then: facts.DMARCPass, source: SourceDMARC, why: "an aligned DKIM signature verifies"},
		{when: []cond{fEnvelope.not(EnvelopeOwn), fPolicy.is(PolicyAbsent)}, then: facts.DMARCNone, source: SourceDMARC, why: "the sender has no DMARC policy"},
		{when: []cond{fEnvelope.not(EnvelopeOwn)}, then: facts.DMARCFail, source: SourceDMARC, why: "neither SPF nor DKIM passes with alignment"},
	},
	outcome: table[Outcome]{
		{when: []cond{fEntry.is(EntryRefused)}, then: RefusedAtEntry, code: "5.7.509", source: SourcePhishing, why: "Exchange Online refuses it, as the sender's policy asks"},
		{when: []cond{fEntry.is(EntryQuarantined)}, then: QuarantinedAtEntry, source: SourcePhishing, why: "Exchange Online sets it aside, as the sender's policy asks"},
		{when: []cond{fForward.is(ForwardNone)}, then: DeliveredLocal, source: SourcePools, why: "it is delivered to the mailbox"},
		{when: []cond{fForward.is(ForwardRedirect, ForwardNew), fAutoForward.is(No)}, then: Blocked, code: "5.7.520", source: SourceForwarding, why: "no copy leaves: automatic forwarding is not allowed"},
		{when: []cond{fOverLimits.is(Yes)}, then: Blocked, code: "5.1.8", source: SourcePools, why: "no copy leaves: the mailbox is over its limits"},
		{when: []cond{fReceives.is(No)}, then: Undeliverable, source: SourceNullMX, why: "a copy has nowhere to go"},
		{when: []cond{fPool.is(PoolHighRisk)}, then: DeliveredOrJunk, source: SourcePools, why: "the high-risk pool has a bad name: many receivers take its mail for junk, or refuse it"},
		{
			when: []cond{fPool.is(PoolRelay), fRelayCheck.is(RelayCheckRanges)}, then: RefusedRelay, code: "5.7.367", source: SourceInference,
			why: "at risk: a host that knows Microsoft's senders by published ranges takes the relay pool for a stranger: \"not permitted to relay\"",
		},
		{
			when: []cond{fEnforcesSPF.is(Yes), fDestSPF.is(facts.SPFFail)}, then: RefusedSPF, code: "5.7.23", source: SourceSPFPolicy,
			why: "SPF fails, and the destination refuses mail for that",
		},
		{
			when: []cond{fEnforcesDMARC.is(Yes), fDestDMARC.is(facts.DMARCFail), fPolicy.is(PolicyReject)}, then: RefusedDMARC, code: dmarcCodes, source: SourceDMARC,
			why: "DMARC fails, and the destination refuses it, as the sender's policy asks",
		},
		{
			when: []cond{fEnforcesDMARC.is(Yes), fDestDMARC.is(facts.DMARCFail), fPolicy.is(PolicyQuarantine)}, then: Quarantined, source: SourceDMARC,
			why: "DMARC fails, and the destination sets it aside, as the sender's policy asks",
		},
		{then: Delivered, source: SourceDMARC, why: "nothing at the destination speaks against it"},
	},
}
