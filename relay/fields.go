package relay

import "github.com/mailposture/mailposture/facts"

// Input names a value that the tables look at. The names are permanent: the
// command takes those of a Path, and results show them.
type Input string

// What the tables look at. The first are fields of Path.
var (
	fSPF              = field[facts.SPFResult]{"spf", func(s *state) *facts.SPFResult { return &s.Path.SPF }}
	fElsewhere        = field[facts.SPFResult]{"spf-elsewhere", func(s *state) *facts.SPFResult { return &s.Elsewhere }}
	fMailFromAligned  = field[Answer]{"mail-from-aligned", func(s *state) *Answer { return &s.MailFromAligned }}
	fDKIM             = field[Signature]{"dkim", func(s *state) *Signature { return &s.Path.DKIM }}
	fPolicy           = field[Policy]{"dmarc-policy", func(s *state) *Policy { return &s.Policy }}
	fNullSender       = field[Answer]{"null-sender", func(s *state) *Answer { return &s.NullSender }}
	fSourceResolves   = field[Answer]{"source-resolves", func(s *state) *Answer { return &s.SourceResolves }}
	fMX               = field[MX]{"mx", func(s *state) *MX { return &s.MX }}
	fGatewayRewrites  = field[Answer]{"gateway-rewrites-sender", func(s *state) *Answer { return &s.GatewayRewrites }}
	fGatewayChanges   = field[Answer]{"gateway-changes-content", func(s *state) *Answer { return &s.GatewayChanges }}
	fGatewayListed    = field[Answer]{"gateway-in-sender-spf", func(s *state) *Answer { return &s.GatewayListed }}
	fFiltering        = field[Filtering]{"enhanced-filtering", func(s *state) *Filtering { return &s.Filtering }}
	fHonorDMARC       = field[Answer]{"honor-dmarc", func(s *state) *Answer { return &s.HonorDMARC }}
	fForward          = field[Forward]{"forward", func(s *state) *Forward { return &s.Forward }}
	fAutoForward      = field[Answer]{"auto-forward-allowed", func(s *state) *Answer { return &s.AutoForward }}
	fAccepted         = field[Answer]{"accepted-domain", func(s *state) *Answer { return &s.Accepted }}
	fSpam             = field[Answer]{"spam", func(s *state) *Answer { return &s.Spam }}
	fOverLimits       = field[Answer]{"over-limits", func(s *state) *Answer { return &s.OverLimits }}
	fCriteria         = field[Criteria]{"criteria", func(s *state) *Criteria { return &s.Criteria }}
	fForwarderSPF     = field[Answer]{"forwarder-spf", func(s *state) *Answer { return &s.ForwarderSPF }}
	fForwarderChanges = field[Answer]{"forwarder-changes-content", func(s *state) *Answer { return &s.ForwarderChanges }}
	fToOnPremises     = field[Answer]{"to-on-premises", func(s *state) *Answer { return &s.ToOnPremises }}
	fReceives         = field[Answer]{"destination-receives", func(s *state) *Answer { return &s.Receives }}
	fRelayCheck       = field[RelayCheck]{"destination-relay-check", func(s *state) *RelayCheck { return &s.RelayCheck }}
	fEnforcesSPF      = field[Answer]{"destination-enforces-spf", func(s *state) *Answer { return &s.EnforcesSPF }}
	fEnforcesDMARC    = field[Answer]{"destination-enforces-dmarc", func(s *state) *Answer { return &s.EnforcesDMARC }}
)

// derived begins the names of what is worked out on the way, and is no input.
const derived = "the "

// The others are worked out on the way: fields of Route.
var (
	fEntrySPF        = field[facts.SPFResult]{"the SPF result on entry", func(s *state) *facts.SPFResult { return &s.EntrySPF }}
	fEntrySPFAligned = field[Answer]{"the alignment of SPF on entry", func(s *state) *Answer { return &s.EntrySPFAligned }}
	fEntryDKIM       = field[Signature]{"the DKIM result on entry", func(s *state) *Signature { return &s.EntryDKIM }}
	fEntryDMARC      = field[facts.DMARCResult]{"the DMARC result on entry", func(s *state) *facts.DMARCResult { return &s.EntryDMARC }}
	fEntry           = field[Entry]{"the decision on entry", func(s *state) *Entry { return &s.Entry }}
	fPool            = field[Pool]{"the pool", func(s *state) *Pool { return &s.Pool }}
	fEnvelope        = field[Envelope]{"the envelope sender", func(s *state) *Envelope { return &s.Envelope }}
	fDestSPF         = field[facts.SPFResult]{"the SPF result at the destination", func(s *state) *facts.SPFResult { return &s.Route.SPF }}
	fDestSPFAligned  = field[Answer]{"the alignment of SPF at the destination", func(s *state) *Answer { return &s.SPFAligned }}
	fDestDKIM        = field[Signature]{"the DKIM result at the destination", func(s *state) *Signature { return &s.Route.DKIM }}
	fDestDMARC       = field[facts.DMARCResult]{"the DMARC result at the destination", func(s *state) *facts.DMARCResult { return &s.DMARC }}
)

// Choice is an input with the values that it can have.
type Choice struct {
	Input  Input
	Values []string
	// Meaning is what is asked, for people.
	Meaning string

	get func(*Path) string
	set func(*Path, string)
}

// Get is the value in a path, "" when it is not known.
func (c Choice) Get(p *Path) string { return c.get(p) }

// Set changes the value in a path. It must be one of Values, or "".
func (c Choice) Set(p *Path, value string) { c.set(p, value) }

// choice makes a Choice of a field of Path.
func choice[T ~string](f field[T], meaning string, values ...T) Choice {
	c := Choice{Input: f.name, Meaning: meaning}
	for _, v := range values {
		c.Values = append(c.Values, string(v))
	}
	c.get = func(p *Path) string {
		s := state{Path: *p}
		return string(*f.at(&s))
	}
	c.set = func(p *Path, value string) {
		s := state{Path: *p}
		*f.at(&s) = T(value)
		*p = s.Path
	}
	return c
}

// Choices lists every input of a Path, in the order of the path.
func Choices() []Choice {
	spf := []facts.SPFResult{
		facts.SPFPass, facts.SPFFail, facts.SPFSoftFail, facts.SPFNeutral, facts.SPFNone, facts.SPFTempError, facts.SPFPermError,
	}
	yesNo := []Answer{Yes, No}
	return []Choice{
		choice(fSPF, "SPF of the sender for the host that hands the message over", spf...),
		choice(fElsewhere, "SPF of the sender for a host that its record does not list", spf...),
		choice(fMailFromAligned, "MAIL FROM is of the From header's organization", yesNo...),
		choice(fDKIM, "how the message's DKIM signatures stand at the first hop", DKIMNone, DKIMAligned, DKIMUnaligned, DKIMFail),
		choice(fPolicy, "what the sender's DMARC policy asks for", PolicyAbsent, PolicyNone, PolicyQuarantine, PolicyReject),
		choice(fNullSender, "MAIL FROM is empty: a bounce or an automatic reply", yesNo...),
		choice(fSourceResolves, "the sender's domain has an MX or an address", yesNo...),
		choice(fMX, "who receives first for the recipient's domain", MXMicrosoft, MXGateway, MXOther, MXNone),
		choice(fGatewayRewrites, "the gateway puts its own domain into MAIL FROM", yesNo...),
		choice(fGatewayChanges, "the gateway changes signed content: links, banners, subject", yesNo...),
		choice(fGatewayListed, "SPF of the sender passes for the gateway", yesNo...),
		choice(fFiltering, "Enhanced Filtering works at the connector, for every hop and recipient", FilteringOff, FilteringOn),
		choice(fHonorDMARC, "the anti-phishing policy honours senders' DMARC policies", yesNo...),
		choice(fForward, "how the message is sent on", ForwardNone, ForwardRedirect, ForwardNew, ForwardOnPrem),
		choice(fAutoForward, "the outbound spam policy allows forwarding to the outside", yesNo...),
		choice(fAccepted, "the sender's domain is an accepted domain of the tenant", yesNo...),
		choice(fSpam, "the message was judged spam", yesNo...),
		choice(fOverLimits, "the forwarding mailbox is over the sending limits", yesNo...),
		choice(fCriteria, "which text of Microsoft decides about the relay pool", AllCriteria()...),
		choice(fForwarderSPF, "SPF of the forwarding domain lists the host that delivers the copy", yesNo...),
		choice(fForwarderChanges, "forwarding changes signed content: a footer, a disclaimer", yesNo...),
		choice(fToOnPremises, "the copy goes to the tenant's own servers", yesNo...),
		choice(fReceives, "the destination has a host that takes mail", yesNo...),
		choice(fRelayCheck, "how the destination decides whom it relays for", RelayCheckNone, RelayCheckRanges),
		choice(fEnforcesSPF, "the destination refuses mail for an SPF fail alone", yesNo...),
		choice(fEnforcesDMARC, "the destination does what the sender's DMARC policy asks", yesNo...),
	}
}
