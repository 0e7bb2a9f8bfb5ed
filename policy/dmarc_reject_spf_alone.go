package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcRejectSPFAlone = Rule{
	ID:         "DMARC020",
	Name:       "dmarc-reject-spf-alone",
	Title:      "p=reject, and no DKIM key was seen",
	Severity:   Info,
	Confidence: Hint,
	Why: `With *p=reject* receivers refuse mail that passes neither SPF nor DKIM for the domain. SPF fails whenever a message
is forwarded or goes through a mailing list, and only a DKIM signature (a seal that travels with the message) still passes then.
A domain with *p=reject* must sign its mail. Keys stand under names that cannot be listed, so that one may be there which was
not tried.`,
	Fix: "Is mail signed with DKIM for this domain? If so, name the selector (the word before `._domainkey`) with `--selector`. If " +
		"not, turn signing on at the service that sends, and go back to `p=quarantine` until it is on.",
	Refs:  []string{"RFC 9989, section 7.4", "RFC 7960, section 3.2"},
	Roles: []facts.Role{facts.Sends},
	Needs: []facts.Part{facts.PartMX, facts.PartSPFPass, facts.PartDMARC, facts.PartDKIM, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		if f.DMARC.Effective.This != record.PolicyReject || !withoutKey(f) || noSPF(f) != "" {
			return nil // without SPF either, all mail fails: another rule's
		}
		if f.MX.Gateway != "" && atMicrosoft(f) {
			return nil // a rule of its own
		}
		return []Finding{{
			Message:  fmt.Sprintf("p=reject applies, and %s: is all mail signed, so that forwarded copies are not refused?", keysSeen(f)),
			Evidence: []Evidence{whole(f.DMARC.Record)},
		}}
	},
	Examples: []Example{{
		Name: "SPF, and no key",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.25
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome:  Fail,
		Contains: "p=reject applies, and no key seen under",
	}, {
		Name: "a key",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.25
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}, {
		Name: "quarantine lets a copy through",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.25
_dmarc.example.com. TXT "v=DMARC1; p=quarantine"`,
		Outcome: Pass,
	}, {
		Name: "a key that is broken is another rule's",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.25
s1._domainkey.example.com. TXT "v=DKIM1; p=(paste the key here)"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}, {
		Name: "a domain that sends nothing",
		Zone: `example.com. MX 0 .
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: NotApplicable,
	}},
}
