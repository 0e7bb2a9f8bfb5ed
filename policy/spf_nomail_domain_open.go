package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfNoMailDomainOpen = Rule{
	ID:         "SPF023",
	Name:       "spf-nomail-domain-open",
	Title:      "A domain without mail does not say so in SPF",
	Severity:   Medium,
	Confidence: Likely,
	Why: `Nothing shows that this domain sends or takes mail. Such names are the ones that others like to send as: with no record that
denies it, SPF holds nobody back. That a domain sends under a DKIM selector (the name of a key) which was not tried cannot be excluded.`,
	Fix:   "If it sends nothing, publish `v=spf1 -all`, the null MX `MX 0 .`, and a DMARC record with `p=reject`.",
	Refs:  []string{"RFC 7208, section 10.1.2", "RFC 7505, section 3"},
	Roles: []facts.Role{facts.Parked},
	Needs: []facts.Part{facts.PartSPFWalk},
	Check: func(f *facts.Facts) []Finding {
		switch {
		case under(string(f.Domain), "arpa"):
			return nil // names of addresses, which nobody has mail at
		case f.SPF.State == facts.Absent && len(f.SPF.LookAlikes) == 0:
			return []Finding{{
				Message:  "the domain shows no sign of mail, and no SPF record denies it",
				Evidence: []Evidence{ownSPF(f)},
			}}
		// A record that is broken is the matter of other rules.
		case f.SPF.Tree == nil || len(f.SPF.Tree.Problems) > 0 || f.SPF.All == record.QualifierFail || redirectFails(f.SPF.Tree):
			return nil
		}
		end := "without all"
		if f.SPF.All != 0 {
			end = "in " + f.SPF.All.String() + "all"
		}
		return []Finding{{
			Message:  fmt.Sprintf("the domain shows no sign of mail, and its SPF record ends %s instead of in -all", end),
			Evidence: []Evidence{ownSPF(f)},
		}}
	},
	Repair: denySPF,
	Examples: []Example{{
		Name:     "a null MX and no SPF",
		Zone:     `example.com. MX 0 .`,
		Outcome:  Fail,
		Contains: "no SPF record denies it",
	}, {
		Name: "a null MX and ~all",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 ~all"`,
		Outcome:  Fail,
		Contains: "its SPF record ends in ~all",
	}, {
		Name: "v=spf1 -all",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 -all"`,
		Outcome: Pass,
	}, {
		Name: "the same behind a redirect",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 redirect=_parked.example.net"
_parked.example.net. TXT "v=spf1 -all"`,
		Outcome: Pass,
	}, {
		Name: "a redirect that leads nowhere is another rule's",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 redirect=_parked.example.net"`,
		Outcome: Pass,
	}, {
		Name:    "a zone of reverse names",
		Domain:  "2.0.192.in-addr.arpa",
		Zone:    `25.2.0.192.in-addr.arpa. PTR mx.example.com.`,
		Outcome: Pass,
	}, {
		Name: "a domain that sends and does not take mail",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 ip4:192.0.2.25 ~all"`,
		Outcome: NotApplicable,
	}, {
		Name: "a DKIM key shows that it sends",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: NotApplicable,
	}},
}

// redirectFails reports whether a record ends in a redirect that leads, at last,
// to no record, or back to itself.
func redirectFails(n *facts.SPFNode) bool {
	for i := range n.Terms {
		t := &n.Terms[i]
		if t.Mechanism != record.ModRedirect || t.Dead {
			continue
		}
		if t.State == facts.Absent || t.Loop || t.Child != nil && redirectFails(t.Child) {
			return true
		}
	}
	return false
}
