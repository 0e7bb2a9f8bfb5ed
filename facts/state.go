package facts

// State is what is known of a part. Unseen is not Unknown: there everything
// asked was answered, and DNS can show no more (no DKIM key under any selector
// tried).
type State string

// The states of a part. The zero value means that the part was not looked at.
const (
	Present State = "present" // seen
	Absent  State = "absent"  // proved not to exist
	Unseen  State = "unseen"  // all was answered, and DNS can show no more
	Unknown State = "unknown" // a question failed or was never asked
)

// Standing is a state and, where it is Unknown, the reason: the question that
// was not answered and why ("TXT _dmarc.example.com: SERVFAIL").
type Standing struct {
	State  State
	Reason string
}

func unknown(reason string) Standing { return Standing{State: Unknown, Reason: reason} }

// Part is a piece of the facts that --parts can name and a rule can need.
type Part string

// The parts. The first six can be asked for (Options.Parts); the others are
// finer than what a user selects, and stand with the part before the dash.
const (
	PartMX    Part = "mx"
	PartHosts Part = "hosts" // the addresses of the MX hosts
	PartSPF   Part = "spf"   // the domain's own record
	PartDMARC Part = "dmarc"
	PartDKIM  Part = "dkim"
	PartM365  Part = "m365"

	PartMXTargets  Part = "mx-targets"    // hosts, and whether the domains of those that do not exist do
	PartSPFWalk    Part = "spf-walk"      // every record that SPF reaches by include and redirect
	PartSPFVoids   Part = "spf-voids"     // those, and the answers that a, mx and exists terms get
	PartSPFTargets Part = "spf-targets"   // those, and whether the domains of targets that do not exist do
	PartSPFPass    Part = "spf-pass"      // whether SPF can pass for any address at all
	PartSPFRelay   Part = "spf-relay"     // SPF's result for each relay address
	PartDMARCOrg   Part = "dmarc-org"     // the organizational domain
	PartDMARCOld   Part = "dmarc-rfc7489" // what an RFC 7489 receiver sees
	PartReports    Part = "dmarc-reports" // whether the report destinations accept reports
	PartEOP        Part = "m365-eop"      // whether the host that Exchange Online gives an accepted domain exists
	PartSenders    Part = "senders"       // whether each declared sender is in SPF, or signs
	PartDKIMKeys   Part = "dkim-keys"     // what stands under each selector tried
)

// Parts lists what Options.Parts may hold, in the order of the report.
func Parts() []Part {
	return []Part{PartMX, PartHosts, PartSPF, PartDMARC, PartDKIM, PartM365}
}

// Role is what a domain does with mail.
type Role string

// The roles. A domain can send and receive; a parked one does neither.
const (
	Sends    Role = "sends"
	Receives Role = "receives"
	Parked   Role = "parked"
)

// Confidence says how sure an inference is.
type Confidence string

// The confidences of an inference. The zero value means that nothing was inferred.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// RoleFact is what is known of one role. Present: the domain has the role.
// Absent: its records say that it has not. Unseen: nothing speaks for it.
type RoleFact struct {
	Role Role
	Standing
	Confidence Confidence // of Present, Absent or Unseen; "" where it is Unknown or was not looked at
	Evidence   []string   // "mx", "null-mx", "spf-authorises", "spf-denies-all", "dkim-key", "declared", ...
}
