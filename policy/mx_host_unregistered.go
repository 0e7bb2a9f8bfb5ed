package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var mxHostUnregistered = Rule{
	ID:         "MX016",
	Name:       "mx-host-unregistered",
	Title:      "Mail is sent to a domain that nobody has registered",
	Severity:   Critical,
	Confidence: Likely,
	Why: `The domain of an MX host (a server that takes the domain's mail) does not exist. Whoever registers it receives the mail that senders
bring there, password resets among it. That it is absent from DNS is proved; a registry may hold it back, for example because it has just
expired.`,
	Fix:     "Remove the MX record now, or correct the name. If the domain was yours, or a service's that you use, see that it is registered again.",
	Refs:    []string{"RFC 5321, section 5.1", "https://publicsuffix.org/"},
	Needs:   []facts.Part{facts.PartMX, facts.PartMXTargets},
	Partial: true, // each host is proved by its own answers
	Check: func(f *facts.Facts) []Finding {
		return hostFindings(f, func(h facts.Host) (string, []Evidence) {
			if h.Registrable == "" {
				return "", nil
			}
			return fmt.Sprintf("the MX host %s is in %s, which does not exist, and who registers it receives mail", plain(h.Name), plain(h.Registrable)),
				append(observed(f, mxQuestion(f)), none(h.Registrable, facts.KindTXT))
		})
	},
	Examples: []Example{{
		Name: "a slip in a service's name",
		Zone: `example.com. MX 10 example-com.mail.protection.outlok.com.
example.com. MX 20 mx.example.com.
mx.example.com. A 192.0.2.25`,
		Outcome:  Fail,
		Contains: "the MX host example-com.mail.protection.outlok.com is in outlok.com, which does not exist",
	}, {
		Name: "an alias to a name that is gone",
		Zone: `example.com. MX 10 mx.example.com.
mx.example.com. CNAME customer.gone-service.co.uk.`,
		Outcome:  Fail,
		Contains: "is in gone-service.co.uk",
	}, {
		Name: "the service exists, and has no such host",
		Zone: `example.com. MX 10 gone.example.net.
example.net. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name:    "a host of the domain itself",
		Zone:    `example.com. MX 10 gone.example.com.`,
		Outcome: Pass,
	}, {
		Name: "names that nobody can register",
		Zone: `example.com. MX 10 mail.corp.local.
example.com. MX 20 ms12345678.msv1.invalid.`,
		Outcome: Pass,
	}, {
		Name: "a host that works",
		Zone: `example.com. MX 10 mx.example.net.
mx.example.net. A 192.0.2.25`,
		Outcome: Pass,
	}},
}
