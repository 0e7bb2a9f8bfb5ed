package policy

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dkimNoneFound = Rule{
	ID:         "DKIM001",
	Name:       "dkim-none-found",
	Title:      "No DKIM key was seen",
	Severity:   Info,
	Confidence: Hint,
	Why: `DKIM is a signature that a sending server puts on each message, and that receivers check with a key in DNS. Mail
without one fails DMARC as soon as it is forwarded, and Gmail, Yahoo and Outlook.com want it of those who send in bulk. Keys
stand under names that cannot be listed, so that one may be there which was not tried.`,
	Fix: "Is mail signed with DKIM for this domain? If so, name the selector (the word before `._domainkey`) with `--selector`. If " +
		"not, turn signing on at the service that sends the most, and publish the record that it shows.",
	Refs:  []string{"RFC 6376, section 3.6.1", "RFC 9989, section 5.1.2", "https://support.google.com/a/answer/81126"},
	Roles: []facts.Role{facts.Sends},
	Needs: []facts.Part{facts.PartDKIM, facts.PartDMARC, facts.PartSPFPass},
	Check: func(f *facts.Facts) []Finding {
		// Under p=reject, and where DMARC is enforced without SPF, it weighs
		// more: other rules'.
		policy := f.DMARC.Effective.This
		if !withoutKey(f) || policy == record.PolicyReject || policy.Enforces() && noSPF(f) != "" {
			return nil
		}
		return []Finding{{
			Message:  keysSeen(f) + ": is mail signed with DKIM?",
			Evidence: []Evidence{none("_domainkey."+string(f.Domain), facts.KindTXT)},
		}}
	},
	Examples: []Example{{
		Name: "a domain that sends, and nothing below _domainkey",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.25`,
		Outcome:  Fail,
		Contains: "is mail signed with DKIM?",
	}, {
		Name: "a key under a selector that is not listed anywhere",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.25
our-own._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"`,
		Options: facts.Options{Selectors: []string{"our-own"}},
		Outcome: Pass,
	}, {
		Name: "a broken key is another rule's",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.25
s1._domainkey.example.com. TXT "v=DKIM1; p=(paste the key here)"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}, {
		Name: "under p=reject it is another rule's",
		Zone: `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.25
_dmarc.example.com. TXT "v=DMARC1; p=reject"`,
		Outcome: Pass,
	}, {
		Name:    "a domain that sends nothing",
		Zone:    `example.com. TXT "v=spf1 -all"`,
		Outcome: NotApplicable,
	}},
}

// withoutKey reports whether no selector shows a key, not even a broken one,
// which other rules speak of. Keys that were withdrawn are none.
func withoutKey(f *facts.Facts) bool {
	shows := func(k facts.Key) bool { return k.State != facts.KeyRevoked }
	return f.DKIM.State == facts.Unseen && !slices.ContainsFunc(f.DKIM.Keys, shows) &&
		(f.DKIM.Wildcard == nil || !shows(*f.DKIM.Wildcard))
}
