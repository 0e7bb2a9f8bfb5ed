package policy

import "github.com/mailposture/mailposture/facts"

var mxMissing = Rule{
	ID:         "MX001",
	Name:       "mx-missing",
	Title:      "The domain sends but has no MX record",
	Severity:   Medium,
	Confidence: Proof,
	Why: `Without MX records, replies and bounces go to the domain's own address. That is most often a web server which
takes no mail: senders try for days, and then the mail is lost. Some receivers refuse mail from such a domain, as its
bounces have nowhere to go.`,
	Fix: "Publish MX records that name the service which receives for the domain. A domain that only sends can name the service that " +
		"takes its bounces. A null MX (`MX 0 .`) makes replies fail at once, but some receivers refuse mail from a domain that has one.",
	Refs:  []string{"RFC 5321, section 5.1", "RFC 7505, section 4.2"},
	Roles: []facts.Role{facts.Sends},
	Needs: []facts.Part{facts.PartMX, facts.PartHosts},
	Check: func(f *facts.Facts) []Finding {
		if !f.MX.Implicit {
			return nil
		}
		evidence := []Evidence{none(string(f.Domain), facts.KindMX)}
		return []Finding{{
			Message:  "there is no MX record, so that replies and bounces go to the address of the domain itself",
			Evidence: append(evidence, hostAddresses(f, f.MX.Hosts[0])...),
		}}
	},
	Examples: []Example{{
		Name: "a web server's address, and SPF that lets a service send",
		Zone: `example.com. A 192.0.2.80
example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4:198.51.100.0/24 -all"`,
		Outcome:  Fail,
		Contains: "there is no MX record",
	}, {
		Name: "an MX record",
		Zone: `example.com. A 192.0.2.80
example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.25`,
		Outcome: Pass,
	}, {
		Name: "a domain for a web site only",
		Zone: `example.com. A 192.0.2.80
example.com. TXT "v=spf1 -all"`,
		Outcome: NotApplicable,
	}, {
		Name: "SPF that names hosts which are gone lets nobody send",
		Zone: `example.com. A 192.0.2.80
example.com. TXT "v=spf1 a:old.example.com -all"`,
		Outcome: NotApplicable,
	}},
}
