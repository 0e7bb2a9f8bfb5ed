package policy

// Proposal is something that a rule could find, and does not.
type Proposal struct {
	ID    string // in the list of proposals; no rule has it
	Title string // what it was to find
	Why   string // why it is no rule
}

// Reasons that several proposals share.
const (
	needsPolicyFile = "needs the MTA-STS record and policy file, which nothing here asks for yet"
	needsTLSReports = "needs the TLS reporting record, which nothing here asks for yet"
	needsDNSSEC     = "needs DNSSEC and TLSA answers, which nothing here asks for yet"
	needsBIMI       = "needs the BIMI record or its files, which nothing here asks for yet"
	needsReverse    = "needs the names of addresses (PTR), which a scan does not ask for"
	needsBlocklists = "needs blocklists, whose terms do not let everyone ask"
	aPack           = "@bulk-sender answers it line by line, and says what DNS cannot show"
)

// LeftOut lists the proposals of November 2026 that did not become rules, in
// the order of their list: 150 conditions on MX, SPF, DMARC, DKIM, Microsoft
// 365, bulk senders, MTA-STS, TLS reports, DANE, BIMI, reputation and DNS. The
// caller owns the slice.
func LeftOut() []Proposal {
	return []Proposal{
		{"MX009", "one MX host with one address", "no fault: senders try for days (RFC 5321, section 4.5.4.1), and DNS does not show what stands behind one address"},
		{"MX012", "an MX host of one's own whose address has no name that leads back", needsReverse},
		{"MX015", "a wildcard that gives every name below the domain an MX", "some want it; to find it would cost a question of every domain for a finding of low weight"},
		{"SPF013", "a note that ~all is used", "no fault, with DMARC or without (RFC 7208, section 8.5), and nothing to do about it"},
		{"SPF018", "a missing space where two character-strings meet", "SPF004 finds the broken term, and its message says that this is why"},
		{"SPF019", "SPF under its own DNS type 99", "needs a question of another type, whose answer nobody reads any more (RFC 7208, section 3.1)"},
		{"SPF024", "no SPF record at the name that a server greets with", "DNS does not show that name; no record there is no fault (RFC 7208, section 2.3)"},
		{"SPF028", "a gateway in SPF that outgoing mail does not use", "DNS does not show which way mail leaves; what is listed once too often costs lookups, which SPF005 and SPF006 count"},
		{"DMARC014", "no policy for names that do not exist", "np takes the value of sp or p, so that nothing is open unless sp is weaker, which DMARC013 and DMARC030 find"},
		{"DMARC019", "a note that failure reports are asked for", "the owner's decision and no fault; DMARC008 finds it where they go to somebody who has not agreed"},
		{"DKIM004", "a key that was withdrawn", "what should be done with an old key (RFC 6376, section 3.6.1); there is nothing to do"},
		{"MTASTS001", "no MTA-STS policy", needsPolicyFile},
		{"MTASTS002", "an MTA-STS record that is wrong, or several", needsPolicyFile},
		{"MTASTS003", "an MTA-STS policy file that cannot be fetched", needsPolicyFile},
		{"MTASTS004", "an MX host that the MTA-STS policy does not name", needsPolicyFile},
		{"MTASTS005", "an MTA-STS policy in test mode", needsPolicyFile},
		{"MTASTS006", "an MTA-STS policy that is off", needsPolicyFile},
		{"MTASTS007", "an MTA-STS policy that is kept too short or too long", needsPolicyFile},
		{"MTASTS008", "a host for the MTA-STS policy, and no record that points to it", needsPolicyFile},
		{"MTASTS009", "an MTA-STS policy file that cannot be read", needsPolicyFile},
		{"MTASTS010", "an MTA-STS policy that names a provider from before a move", needsPolicyFile},
		{"TLSRPT001", "no record that asks for TLS reports", needsTLSReports},
		{"TLSRPT002", "a record for TLS reports that is wrong, or several", needsTLSReports},
		{"TLSRPT003", "TLS reports that go to the domain itself only", needsTLSReports},
		{"DANE001", "a zone that is not signed", needsDNSSEC},
		{"DANE002", "signatures of a zone that do not verify", "a resolver that validates answers SERVFAIL, which the report names as the reason of what is unknown"},
		{"DANE003", "TLSA records in a zone that is not signed", needsDNSSEC},
		{"DANE004", "TLSA records that SMTP cannot use", needsDNSSEC},
		{"DANE005", "TLSA records for some of the MX hosts only", needsDNSSEC},
		{"DANE006", "TLSA records that do not match the server's certificate", "needs a connection to the mail server"},
		{"DANE007", "a Microsoft MX name under which DANE is not to be had", needsDNSSEC + "; M365017 finds the oldest form of the name"},
		{"BIMI001", "a logo without an enforced DMARC policy", needsBIMI},
		{"BIMI002", "a BIMI record that is wrong", needsBIMI},
		{"BIMI003", "a logo without a certificate", needsBIMI},
		{"BIMI004", "a logo file that receivers do not show", needsBIMI},
		{"BIMI005", "several BIMI records", needsBIMI},
		{"M365006", "forwarded mail of the domain that will leave through the relay pool", "it is what M365001 says, and the relay command shows hop by hop"},
		{"M365008", "a forwarder whose SPF lacks Microsoft 365", "SPF services write the addresses of gateways out, so that DNS does not show which way mail leaves: all findings on real domains were of that kind. M365009 finds it where Microsoft receives"},
		{"M365018", "no autodiscover record", "not about mail; @microsoft-365 asks for it"},
		{"M365020", "an MTA-STS policy that names Microsoft where a gateway receives", needsPolicyFile},
		{"M365021", "a smart host with a name that does not relay", "shows in a bounce, not in DNS: diagnose names it"},
		{"M365022", "mail that is sent as onmicrosoft.com", "shows in a message, not in DNS: diagnose names it"},
		{"M365025", "a warning that Enhanced Filtering lets DMARC policies count", "no finding of its own: the text of M365001 says it"},
		{"BULK001", "not ready for Gmail's rules for bulk senders", aPack},
		{"BULK002", "not ready for Yahoo's rules for senders", aPack},
		{"BULK003", "not ready for Outlook.com's rules for high volumes", aPack},
		{"REP001", "a sending address without a name", needsReverse},
		{"REP002", "a sending address whose name does not lead back", needsReverse},
		{"REP003", "a sending address whose name looks like a home connection", needsReverse},
		{"REP004", "an address on a blocklist", needsBlocklists},
		{"REP005", "a domain on a blocklist", needsBlocklists},
		{"REP006", "a server whose names differ", needsReverse},
		{"DNS001", "too few name servers, or one that does not answer", "needs the domain's name servers to be asked one by one"},
		{"DNS002", "lookups that failed", "no fault of the domain's records: the report lists what is unknown, with the reason, and the program ends with code 3"},
		{"DNS004", "many TXT records at the domain", "SPF017 finds the case that matters, an answer that does not fit a packet"},
	}
}
