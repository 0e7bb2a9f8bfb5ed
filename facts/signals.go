package facts

// Signal is one trace of a service that holds mailboxes, or one that speaks
// against it.
type Signal struct {
	Name     string // "mx", "dkim-cname", "autodiscover", "eop-host", "spf-include", "ms-txt", ...
	Strength string // "proof", "strong", "medium", "weak" or "none"; "against" where it speaks against the service
	Weight   int
	Value    string // what was seen: the target of an alias or an include, a text; outside text
	Refuted  string // how the trace can be there without the mailboxes, for people
	Evidence Question
}

// SignalKind is a kind of trace: what it weighs, and what would refute it.
type SignalKind struct {
	Service  string // provider ID
	Name     string
	Strength string
	Weight   int
	Refuted  string
}

// The weights of signals, and the sums from which mailboxes are possible,
// likely, and very likely at a service. Measured on 40,052 public-sector domains
// for Microsoft 365: a strong signal is some 200 to 600 times commoner with
// Microsoft's MX than with another's, the direct include 120 times, the MS= text
// 10 times. For Google Workspace the include was counted on 20,040 towns: 81% of
// those with its MX have it, and 1.5% of those with another.
const (
	weightProof  = 10
	weightStrong = 3
	weightMedium = 2
	weightWeak   = 1

	scoreVeryLikely = 5
	scoreLikely     = 3
	scorePossible   = 1
)

// googleWorkspace is the ID of the provider.
const googleWorkspace = "google-workspace"

// signalKinds are the kinds in the order of their weight, by service.
var signalKinds = []SignalKind{
	{microsoft365, "mx", "proof", weightProof, "Microsoft receives the mail, but the tenant may pass it on to servers of its own (hybrid)"},
	{microsoft365, "dkim-cname", "strong", weightStrong, "a tenant that only sends, or is gone and left its records"},
	{microsoft365, "autodiscover", "strong", weightStrong, "a migration under way, or a tenant that manages devices only"},
	{microsoft365, "eop-host", "strong", weightStrong, "an accepted domain of a tenant that passes its mail on, or that nobody uses any more"},
	{microsoft365, "spf-include", "medium", weightMedium, "another service of Microsoft that sends, such as Dynamics, or a leftover"},
	{microsoft365, "ms-txt", "weak", weightWeak, "a tenant for Teams, Intune or licences alone"},
	{microsoft365, "mx-retired", "weak", weightWeak, "a name of a service that ended: the record is a leftover"},
	{microsoft365, "spf-include-acs", "none", 0, "Azure Communication Services sends by the same include, and the domain is verified for it"},
	{microsoft365, "autodiscover-elsewhere", "against", -weightWeak, "in a hybrid organization Outlook asks the own servers first"},
	{googleWorkspace, "mx", "proof", weightProof, "Google receives the mail, but may pass it on to another host"},
	{googleWorkspace, "dkim-key", "strong", weightStrong, "an account that only sends, or is gone and left its records"},
	{googleWorkspace, "spf-include", "medium", weightMedium, "an account that only sends, or a leftover"},
}

// SignalKinds lists every kind of trace. The caller owns the slice.
func SignalKinds() []SignalKind { return append([]SignalKind(nil), signalKinds...) }

// newSignal is a signal of a kind that the table has.
func newSignal(service, name string, evidence Question, value string) Signal {
	for _, k := range signalKinds {
		if k.Service == service && k.Name == name {
			return Signal{Name: name, Strength: k.Strength, Weight: k.Weight, Value: value, Refuted: k.Refuted, Evidence: evidence}
		}
	}
	return Signal{Name: name, Evidence: evidence, Value: value}
}

// sumWeights is the score of signals.
func sumWeights(signals []Signal) int {
	sum := 0
	for _, s := range signals {
		sum += s.Weight
	}
	return sum
}

// has reports whether one of the signals has the name.
func has(signals []Signal, name string) bool {
	for _, s := range signals {
		if s.Name == name {
			return true
		}
	}
	return false
}
