package relay

import "github.com/mailposture/mailposture/facts"

// entryTables are what Exchange Online sees on entry and does about it.
type entryTables struct {
	spf     table[facts.SPFResult]
	aligned table[Answer]
	dkim    table[Signature]
	dmarc   table[facts.DMARCResult]
	action  table[Entry]
}

var entryTruth = entryTables{
	spf: table[facts.SPFResult]{
		{
			when: []cond{fMX.is(MXMicrosoft)}, like: &fSPF, source: SourceSPF,
			why: "nothing is in front: Exchange Online sees the sender's own host",
		},
		{
			when: []cond{fMX.is(MXGateway), fFiltering.is(FilteringOn), fGatewayRewrites.is(No)}, like: &fSPF, source: SourceFiltering,
			why: "Enhanced Filtering looks past the gateway, at the sender's own host",
		},
		{
			when: []cond{fMX.is(MXGateway), fFiltering.is(FilteringOn), fGatewayRewrites.is(Yes)}, then: facts.SPFFail, source: SourceInference,
			why: "the gateway put its own domain into MAIL FROM, and Enhanced Filtering judges the sender's host by it",
		},
		{
			when: []cond{fMX.is(MXGateway), fFiltering.is(FilteringOff), fGatewayRewrites.is(Yes)}, then: facts.SPFPass, source: SourceInference,
			why: "the gateway put its own domain into MAIL FROM, and delivers from its own host",
		},
		{
			when: []cond{fMX.is(MXGateway), fFiltering.is(FilteringOff), fGatewayRewrites.is(No), fGatewayListed.is(Yes)}, then: facts.SPFPass, source: SourceSPF,
			why: "Exchange Online sees the gateway's address, and the sender's SPF passes for it",
		},
		{
			when: []cond{fMX.is(MXGateway), fFiltering.is(FilteringOff), fGatewayRewrites.is(No), fGatewayListed.is(No)}, like: &fElsewhere, source: SourceSupport,
			why: "without Enhanced Filtering Exchange Online sees the gateway's address, which the sender's SPF does not list",
		},
	},
	aligned: table[Answer]{
		{when: []cond{fEntrySPF.not(facts.SPFPass)}, then: No, source: SourceDMARC, why: "SPF does not pass"},
		{
			when: []cond{fMX.is(MXGateway), fGatewayRewrites.is(Yes)}, then: No, source: SourceDMARC,
			why: "SPF passes for the gateway's domain, not the author's",
		},
		{like: &fMailFromAligned, source: SourceDMARC, why: "SPF passes for the domain of MAIL FROM"},
	},
	dkim: table[Signature]{
		{
			// What Enhanced Filtering recovers serves anti-spoofing; that it
			// serves the choice of the pool is documented nowhere.
			when: []cond{fMX.is(MXGateway), fGatewayChanges.is(Yes), fDKIM.is(DKIMAligned, DKIMUnaligned)}, then: DKIMFail, source: SourceSupport,
			why: "the gateway changed signed content: the body hash does not verify",
		},
		{like: &fDKIM, source: SourceDKIM, why: "as at the first hop"},
	},
	// A sender without a policy has no result by RFC 9989; Exchange Online
	// notes a pass all the same, as bestguesspass. Nothing hangs on it.
	dmarc: table[facts.DMARCResult]{
		{when: []cond{fEntrySPFAligned.is(Yes)}, then: facts.DMARCPass, source: SourceDMARC, why: "SPF passes and is aligned"},
		{when: []cond{fEntryDKIM.is(DKIMAligned)}, then: facts.DMARCPass, source: SourceDMARC, why: "an aligned DKIM signature verifies"},
		{when: []cond{fPolicy.is(PolicyAbsent)}, then: facts.DMARCNone, source: SourceDMARC, why: "the sender has no DMARC policy"},
		{then: facts.DMARCFail, source: SourceDMARC, why: "neither SPF nor DKIM passes with alignment"},
	},
	action: table[Entry]{
		{when: []cond{fEntryDMARC.not(facts.DMARCFail)}, then: EntryGoesOn, source: SourcePhishing, why: "DMARC does not fail"},
		{when: []cond{fPolicy.is(PolicyAbsent, PolicyNone)}, then: EntryGoesOn, source: SourcePhishing, why: "DMARC fails, and the sender's policy asks for nothing"},
		{when: []cond{fHonorDMARC.is(No)}, then: EntryGoesOn, source: SourcePhishing, why: "DMARC fails, and the tenant does not honour senders' policies"},
		{
			when: []cond{fMX.is(MXGateway), fFiltering.is(FilteringOff)}, then: EntryGoesOn, source: SourcePhishing,
			why: "DMARC fails; behind a gateway without Enhanced Filtering the sender's policy is not honoured",
		},
		{when: []cond{fPolicy.is(PolicyReject)}, then: EntryRefused, source: SourcePhishing, why: "DMARC fails, and the sender's policy is p=reject"},
		{when: []cond{fPolicy.is(PolicyQuarantine)}, then: EntryQuarantined, source: SourcePhishing, why: "DMARC fails, and the sender's policy is p=quarantine"},
	},
}
