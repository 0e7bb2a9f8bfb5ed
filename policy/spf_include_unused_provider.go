package policy

import (
	"fmt"
	"slices"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
)

var spfIncludeUnusedProvider = Rule{
	ID:         "SPF026",
	Name:       "spf-include-unused-provider",
	Title:      "SPF lists a mailbox service of which nothing else is seen",
	Severity:   Info,
	Confidence: Hint,
	Why: `The domain's mail is received by one service, and SPF lets another send that also holds mailboxes for people. If it
is left from before a move, every customer there is one slip away from sending as this domain, and it costs lookups, of which
SPF allows ten.`,
	Fix:   "Does the service still send for you? Look for it in your DMARC reports. If not, remove its include from SPF.",
	Refs:  []string{"RFC 7208, section 11.4"},
	Roles: []facts.Role{facts.Receives},
	Needs: []facts.Part{facts.PartMX, facts.PartSPFWalk, facts.PartDKIMKeys, facts.PartM365},
	Check: func(f *facts.Facts) []Finding {
		if len(f.MX.Hosts) == 0 {
			return nil // that it receives was said, not seen
		}
		receiver, ok := f.Options.Providers.ByID(f.MX.Hosts[0].Provider)
		if !ok || receiver.Kind != provider.MailboxHost || f.MX.Gateway != "" {
			return nil // the mailboxes may be anywhere
		}
		var findings []Finding
		eachOwnTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			p, ok := f.Options.Providers.ByID(t.Provider)
			if !ok || p.Kind != provider.MailboxHost || t.Dead || company(p.ID) == company(receiver.ID) || tracesOf(f, p) {
				return
			}
			findings = append(findings, Finding{
				Key:      keyOf(p.ID),
				Message:  fmt.Sprintf("%s receives, and SPF lists %s: does it still send for the domain%s?", receiver.Name, p.Name, whose(f, n)),
				Evidence: append([]Evidence{term(n, t)}, observed(f, mxQuestion(f))...),
			})
		})
		return findings
	},
	Examples: []Example{{
		Name: "Google, from before the move to Microsoft 365",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 include:_spf.google.com include:spf.protection.outlook.com -all"
_spf.google.com. TXT "v=spf1 ip4:74.125.0.0/16 ~all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome:  Fail,
		Contains: "SPF lists Google Workspace and Gmail: does it still send for the domain?",
	}, {
		Name: "Google, with a key of its own",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 include:_spf.google.com include:spf.protection.outlook.com -all"
_spf.google.com. TXT "v=spf1 ip4:74.125.0.0/16 ~all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"
google._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"`,
		Outcome: Pass,
	}, {
		Name: "the service that receives",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. TXT "v=spf1 include:_spf.google.com -all"
_spf.google.com. TXT "v=spf1 ip4:74.125.0.0/16 ~all"`,
		Outcome: Pass,
	}, {
		Name: "a gateway hides where the mailboxes are",
		Zone: `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
example.com. TXT "v=spf1 include:_spf.google.com -all"
_spf.google.com. TXT "v=spf1 ip4:74.125.0.0/16 ~all"`,
		Outcome: Pass,
	}, {
		Name:    "a domain without MX records",
		Zone:    `example.com. TXT "v=spf1 include:_spf.google.com -all"`,
		Outcome: NotApplicable,
	}},
}

// tracesOf reports whether something besides SPF shows a service: an MX host, a
// DKIM key, or, for Microsoft 365, any other sign.
func tracesOf(f *facts.Facts, p provider.Provider) bool {
	theirs := func(id string) bool { return id != "" && company(id) == company(p.ID) }
	signal := func(s facts.Signal) bool { return s.Name != "spf-include" }
	return slices.ContainsFunc(f.MX.Hosts, func(h facts.Host) bool { return theirs(h.Provider) }) ||
		slices.ContainsFunc(f.DKIM.Keys, func(k facts.Key) bool { return theirs(k.Provider) }) ||
		f.DKIM.Wildcard != nil || company(p.ID) == company("microsoft-365") && slices.ContainsFunc(f.M365.Signals, signal)
}
