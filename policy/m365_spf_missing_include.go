package policy

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/record"
)

var m365SPFMissingInclude = Rule{
	ID:         "M365009",
	Name:       "m365-spf-missing-include",
	Title:      "Mailboxes are at Microsoft 365, and SPF does not authorise it",
	Severity:   High,
	Confidence: Likely,
	Why: `The MX record leads to Microsoft 365, and nothing in the SPF record covers the servers from which its users' mail
leaves: it fails SPF. So does what a user or a rule forwards, since Microsoft puts the domain's own name into the envelope (the
address that bounces go to). If all mail leaves through another system that the record lists, this does not matter.`,
	Fix: "Add `include:spf.protection.outlook.com` before `all` (in the national clouds, the name that the admin center shows). " +
		"Verify with `Get-OutboundConnector | Format-List Name,Enabled,RecipientDomains,SmartHosts` whether mail leaves another way.",
	Refs: []string{
		"RFC 7208, section 10.1.2",
		"https://learn.microsoft.com/defender-office-365/email-authentication-spf-configure",
	},
	Roles: []facts.Role{facts.Receives},
	Needs: []facts.Part{facts.PartMX, facts.PartSPFWalk, facts.PartSPFPass},
	Check: func(f *facts.Facts) []Finding {
		if !receivesDirectly(f) {
			return nil
		}
		// A record that is broken is the matter of other rules, and one that
		// lets nobody send is meant so.
		if f.SPF.Tree == nil || len(f.SPF.Tree.Problems) > 0 || f.SPF.Passes().State != facts.Present || mayAuthoriseMicrosoft(f) {
			return nil
		}
		return []Finding{{
			Message:  "mail is received by Microsoft 365, and SPF does not authorise its servers to send",
			Evidence: append([]Evidence{ownSPF(f)}, observed(f, mxQuestion(f))...),
		}}
	},
	Repair: authoriseMicrosoft,
	Examples: []Example{{
		Name: "the MX hosts, which do not send",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 mx ip4:192.0.2.25 -all"
example-com.mail.protection.outlook.com. A 52.101.1.1`,
		Outcome:  Fail,
		Contains: "SPF does not authorise its servers to send",
	}, {
		Name: "the include behind all",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 ip4:192.0.2.25 -all include:spf.protection.outlook.com"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome:  Fail,
		Contains: "SPF does not authorise",
	}, {
		Name: "the include",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome: Pass,
	}, {
		Name: "the include in a record that is included",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 redirect=_spf.example.com"
_spf.example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"`,
		Outcome: Pass,
	}, {
		Name: "Microsoft's addresses, copied",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 include:flat.example.net -all"
flat.example.net. TXT "v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:104.47.0.0/17 -all"`,
		Outcome: Pass,
	}, {
		Name: "a managed record, whose content depends on the message",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 include:%{ir}.%{v}.%{d}.spf.example.net -all"`,
		Outcome: Pass,
	}, {
		Name: "mail that leaves through a gateway",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 include:eu._netblocks.mimecast.com -all"
eu._netblocks.mimecast.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Outcome: Pass,
	}, {
		Name: "a domain that only receives",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 -all"`,
		Outcome: Pass,
	}, {
		Name: "a slip in the include is another rule's",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. TXT "v=spf1 ip4:192.0.2.25 include: spf.protection.outlook.com -all"`,
		Outcome: Pass,
	}, {
		Name: "another server at the same preference, where the mailboxes may be",
		Zone: `example.com. MX 0 example-com.mail.protection.outlook.com.
example.com. MX 0 mail.example.com.
example.com. TXT "v=spf1 ip4:192.0.2.25 -all"`,
		Outcome: Pass,
	}, {
		Name:    "no SPF record is another rule's",
		Zone:    `example.com. MX 0 example-com.mail.protection.outlook.com.`,
		Outcome: Pass,
	}, {
		Name:    "a domain that takes no mail",
		Zone:    `example.com. MX 0 .`,
		Outcome: NotApplicable,
	}},
}

// mayAuthoriseMicrosoft reports whether anything in SPF authorises the servers
// of Microsoft 365, or may do so for all that DNS shows: a managed record,
// whose content depends on the message, or a gateway that the mail leaves through.
func mayAuthoriseMicrosoft(f *facts.Facts) bool {
	may := f.SPF.All == record.QualifierPass
	eachTerm(f, func(_ *facts.SPFNode, t *facts.SPFTerm) {
		if t.Dead || t.Bad {
			return
		}
		service, _ := f.Options.Providers.ByID(t.Provider)
		switch {
		case t.HasMacro(), t.Mechanism == record.MechPTR, facts.IsMicrosoft365(t.Provider), service.Kind == provider.Gateway:
			may = true
		case t.Mechanism == record.MechIP4 || t.Mechanism == record.MechIP6:
			may = may || slices.ContainsFunc(microsoftSends, t.Prefix.Masked().Overlaps)
		}
	})
	return may
}
