package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var spfSenderNotCovered = Rule{
	ID:         "SPF040",
	Name:       "spf-sender-not-covered",
	Title:      "A declared sender is neither in SPF nor has a DKIM key",
	Severity:   High,
	Confidence: Proof,
	Why: `You declared that this service sends for the domain. SPF does not let it, and no DKIM key was seen that it could sign with: what it sends arrives
unauthenticated, and receivers refuse it or put it aside, most of all where DMARC asks them to.`,
	Fix: "Have the service sign with DKIM for the domain, with a selector (the name of a key, which stands before *._domainkey*) that it publishes or names, which also survives forwarding. Or add its addresses, or the include " +
		"that it publishes, to SPF before `all`. If it no longer sends, remove it from `declared: senders:` in mailposture.yaml.",
	Refs: []string{
		"RFC 7208, section 4.6",
		"RFC 9989, section 4.4",
	},
	Needs: []facts.Part{facts.PartSenders},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		for _, s := range f.Senders {
			if s.State == facts.Absent {
				findings = append(findings, Finding{
					Key:      keyOf(s.Name),
					Message:  fmt.Sprintf("%s is declared to send for the domain, but %s, and no key of it was seen", plain(s.Name), s.Reason),
					Evidence: []Evidence{ownSPF(f)},
				})
			}
		}
		return findings
	},
	Examples: []Example{{
		Name:     "a service that is in neither",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`,
		Options:  sendersOf(facts.Sender{Name: "sendgrid"}),
		Outcome:  Fail,
		Contains: "sendgrid is declared to send for the domain, but SPF does not name it",
	}, {
		Name:     "an address that is not listed",
		Zone:     `example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`,
		Options:  sendersOf(facts.Sender{Name: "192.0.2.2"}),
		Outcome:  Fail,
		Contains: "SPF gives fail for it",
	}, {
		Name:    "an address that is listed",
		Zone:    `example.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Options: sendersOf(facts.Sender{Name: "192.0.2.2"}),
		Outcome: Pass,
	}, {
		Name: "an include",
		Zone: `example.com. TXT "v=spf1 include:sendgrid.net -all"
sendgrid.net. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Options: sendersOf(facts.Sender{Name: "sendgrid"}, facts.Sender{Name: "sendgrid.net"}),
		Outcome: Pass,
	}, {
		Name: "a key that it signs with",
		Zone: `example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
crm1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`,
		Options: sendersOf(facts.Sender{Name: "192.0.2.2", Selectors: []string{"crm1"}}),
		Outcome: Pass,
	}},
}
