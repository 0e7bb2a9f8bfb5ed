package policy

import (
	"net/netip"
	"slices"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/record"
)

var spfMissingMailboxProvider = Rule{
	ID:         "SPF025",
	Name:       "spf-missing-mailbox-provider",
	Title:      "Mailboxes are at Google, and SPF does not authorise it",
	Severity:   High,
	Confidence: Likely,
	Why: `The MX record leads to Google, and nothing in the SPF record covers the servers from which its users' mail leaves:
it fails SPF. If all mail leaves through another system that the record lists, this does not matter.`,
	Fix:   "Add `include:_spf.google.com` to the SPF record, before `all`.",
	Refs:  []string{"RFC 7208, section 10.1.2", "https://support.google.com/a/answer/33786"},
	Roles: []facts.Role{facts.Receives},
	Needs: []facts.Part{facts.PartMX, facts.PartSPFWalk, facts.PartSPFPass},
	Check: func(f *facts.Facts) []Finding {
		elsewhere := func(h facts.Host) bool { return h.Provider != googleWorkspace }
		if len(f.MX.Hosts) == 0 || slices.ContainsFunc(f.MX.Hosts, elsewhere) {
			return nil
		}
		// A record that is broken is the matter of other rules, and one that
		// lets nobody send is meant so.
		if f.SPF.Tree == nil || len(f.SPF.Tree.Problems) > 0 || f.SPF.Passes().State != facts.Present || mayAuthoriseGoogle(f) {
			return nil
		}
		return []Finding{{
			Message:  "mail is received by Google, and SPF does not authorise its servers to send",
			Evidence: append([]Evidence{ownSPF(f)}, observed(f, mxQuestion(f))...),
		}}
	},
	Examples: []Example{{
		Name: "the MX hosts, which do not send",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. TXT "v=spf1 mx ip4:192.0.2.25 -all"
smtp.google.com. A 192.0.2.26`,
		Outcome:  Fail,
		Contains: "mail is received by Google, and SPF does not authorise its servers to send",
	}, {
		Name: "the include",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. TXT "v=spf1 include:_spf.google.com -all"
_spf.google.com. TXT "v=spf1 ip4:74.125.0.0/16 ~all"`,
		Outcome: Pass,
	}, {
		Name: "the ranges, copied into a record of its own",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. TXT "v=spf1 include:flat.example.net -all"
flat.example.net. TXT "v=spf1 ip4:209.85.128.0/17 -all"`,
		Outcome: Pass,
	}, {
		Name: "mail leaves through a gateway",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. TXT "v=spf1 include:eu._netblocks.mimecast.com -all"
eu._netblocks.mimecast.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"`,
		Outcome: Pass,
	}, {
		Name: "the networks around Google's hosts",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. TXT "v=spf1 mx/24 -all"
smtp.google.com. A 192.0.2.26`,
		Outcome: Pass,
	}, {
		Name: "another host among them, where the mailboxes may be",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. MX 10 mail.example.com.
example.com. TXT "v=spf1 ip4:192.0.2.25 -all"
mail.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name: "a managed record, whose content depends on the message",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. TXT "v=spf1 include:%{i}._ip.%{d}.spf.example.net ip4:192.0.2.25 -all"`,
		Outcome: Pass,
	}, {
		Name: "a domain that only receives",
		Zone: `example.com. MX 1 smtp.google.com.
example.com. TXT "v=spf1 -all"`,
		Outcome: Pass,
	}, {
		Name:    "a domain that takes no mail",
		Zone:    `example.com. MX 0 .`,
		Outcome: NotApplicable,
	}},
}

// googleWorkspace is the provider's ID in the catalogue.
const googleWorkspace = "google-workspace"

// googleSends are the addresses that Google sends from, as _spf.google.com
// published them in spring 2026, and, of IPv6, as it did before that.
var googleSends = prefixes(
	"74.125.0.0/16", "209.85.128.0/17", "64.233.160.0/19", "66.102.0.0/20", "66.249.80.0/20", "72.14.192.0/18", "108.177.8.0/21",
	"172.217.0.0/16", "173.194.0.0/16", "216.58.192.0/19", "216.239.32.0/19",
	"2001:4860:4000::/36", "2404:6800:4000::/36", "2607:f8b0:4000::/36", "2800:3f0:4000::/36", "2a00:1450:4000::/36", "2c0f:fb50:4000::/36",
)

// mayAuthoriseGoogle reports whether anything in SPF authorises the servers of
// Google, or may do so for all that DNS shows.
func mayAuthoriseGoogle(f *facts.Facts) bool {
	may := f.SPF.All == record.QualifierPass
	eachTerm(f, func(_ *facts.SPFNode, t *facts.SPFTerm) {
		if t.Dead || t.Bad {
			return
		}
		service, _ := f.Options.Providers.ByID(t.Provider)
		switch {
		case t.HasMacro(), t.Mechanism == record.MechPTR, t.Provider == googleWorkspace, service.Kind == provider.Gateway:
			may = true
		case t.Mechanism == record.MechMX && t.CIDR4 < 32:
			may = true // the networks of Google's own hosts, where it may send from, too
		case t.Mechanism == record.MechIP4 || t.Mechanism == record.MechIP6:
			may = may || slices.ContainsFunc(googleSends, func(p netip.Prefix) bool { return p.Overlaps(t.Prefix.Masked()) })
		}
	})
	return may
}
