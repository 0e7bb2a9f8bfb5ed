package relay

import "github.com/mailposture/mailposture/facts"

// exitTables are how a copy leaves Exchange Online.
type exitTables struct {
	pool     table[Pool]
	envelope table[Envelope]
}

// The order of the lines for the pool is ours where no page gives one. That a
// message which is not forwarded comes first is plain; the limits and policies
// on forwarding then bind only what is forwarded.
var exitTruth = exitTables{
	pool: table[Pool]{
		{when: []cond{fEntry.is(EntryRefused, EntryQuarantined)}, then: PoolNone, source: SourcePhishing, why: "the message was stopped at the entry"},
		{when: []cond{fForward.is(ForwardNone)}, then: PoolNone, source: SourcePools, why: "the message stays in the mailbox"},
		{
			when: []cond{fForward.is(ForwardRedirect, ForwardNew), fAutoForward.is(No)}, then: PoolBlocked, code: "5.7.520", source: SourceForwarding,
			why: "the outbound spam policy forbids forwarding to the outside, as it does by default",
		},
		{
			when: []cond{fOverLimits.is(Yes)}, then: PoolBlocked, code: "5.1.8", source: SourcePools,
			why: "the mailbox is over its sending limits: its mail is blocked, not sent by another pool",
		},
		{when: []cond{fForward.is(ForwardNew)}, then: PoolRegular, source: SourceInference, why: "an inbox rule \"forward\" makes a new message, and the mailbox is its sender"},
		{when: []cond{fNullSender.is(Yes)}, then: PoolHighRisk, source: SourcePools, why: "every message with an empty MAIL FROM leaves by the high-risk pool"},
		{when: []cond{fSpam.is(Yes)}, then: PoolHighRisk, source: SourcePools, why: "it was judged spam"},
		{when: []cond{fSourceResolves.is(No)}, then: PoolHighRisk, source: SourcePools, why: "the sender's domain has neither MX nor address"},
		{when: []cond{fAccepted.is(Yes)}, then: PoolRegular, source: SourcePools, why: "the sender is in an accepted domain of the tenant"},
		{when: []cond{fEntrySPF.is(facts.SPFPass)}, then: PoolRegular, source: SourcePools, why: "SPF passed on entry"},
		{
			// The one cell in which the published versions differ.
			when: []cond{fCriteria.is(CriteriaSupport), fEntryDKIM.is(DKIMAligned)}, then: PoolRegular, source: SourceSupport,
			why: "DKIM passed on entry for the sender's domain, which is enough by the older text alone",
		},
		{
			when: []cond{fEntryDKIM.is(DKIMAligned)}, then: PoolRelay, source: SourcePools,
			why: "at risk: the sender is in no accepted domain and SPF did not pass on entry; by the newer text DKIM alone does not help",
		},
		{
			then: PoolRelay, source: SourceSupport,
			why: "at risk: the sender is in no accepted domain, and neither SPF nor DKIM passed on entry for its domain",
		},
	},
	envelope: table[Envelope]{
		{when: []cond{fPool.is(PoolNone, PoolBlocked)}, then: EnvelopeNone, source: SourcePools, why: "no copy leaves"},
		{when: []cond{fForward.is(ForwardNew)}, then: EnvelopeOwn, source: SourceInference, why: "the copy is a new message of the mailbox"},
		{when: []cond{fAccepted.is(Yes)}, then: EnvelopeOriginal, source: SourceSRS, why: "a sender in an accepted domain is not rewritten"},
		{when: []cond{fPool.is(PoolRelay)}, then: EnvelopeOriginal, source: SourceSRS, why: "mail of the relay pool is not rewritten"},
		{when: []cond{fNullSender.is(Yes)}, then: EnvelopeOriginal, source: SourceInference, why: "an empty MAIL FROM has nothing to rewrite"},
		{when: []cond{fToOnPremises.is(Yes)}, then: EnvelopeOriginal, source: SourceSRS, why: "mail to the tenant's own servers is not rewritten"},
		{then: EnvelopeSRS, source: SourceSRS, why: "MAIL FROM is rewritten to the forwarding domain; the From header stays"},
	},
}
