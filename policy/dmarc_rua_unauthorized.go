package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var dmarcRUAUnauthorized = Rule{
	ID:         "DMARC008",
	Name:       "dmarc-rua-unauthorized",
	Title:      "A report address is in a domain that has not agreed to reports",
	Severity:   Medium,
	Confidence: Proof,
	Why: `Receivers send no reports to another organization's domain unless that domain says in DNS that it takes reports about this one.
This address gets none, or next to none.`,
	Fix: "Ask whoever runs the address to publish the TXT record `v=DMARC1` at the name that is shown; services have a wildcard (a " +
		"record that answers for all their customers) there. Or use an address in the domain itself.",
	Refs:    []string{"RFC 9989, section 11.6", "RFC 9990", "RFC 7489, section 7.1"},
	Needs:   []facts.Part{facts.PartReports},
	Partial: true, // each destination is proved by its own answer
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		for _, r := range f.DMARC.Reports {
			if r.State != facts.Absent {
				continue
			}
			leave := strings.TrimPrefix(f.DMARC.FoundAt, dmarcPrefix) + "._report._dmarc." + r.Domain
			findings = append(findings, Finding{
				Key:      keyOf(r.Domain),
				Message:  fmt.Sprintf("%s in %s has not agreed to reports about this domain: no DMARC record at %s%s", plain(r.Domain), r.Tag, plain(leave), inherited(f)),
				Evidence: []Evidence{at(f.DMARC.Record, r.URI.Span), none(leave, facts.KindTXT)},
			})
		}
		return findings
	},
	Examples: []Example{{
		Name: "a domain that says nothing",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:x@reports.example.net"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "reports.example.net in rua has not agreed to reports about this domain: no DMARC record at example.com._report._dmarc.reports.example.net",
	}, {
		Name: "leave for this domain",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:x@reports.example.net"
example.com._report._dmarc.reports.example.net. TXT "v=DMARC1"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "leave for every domain",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:x@reports.example.net"
*._report._dmarc.reports.example.net. TXT "v=DMARC1;"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name:   "another name of the same organization",
		Domain: "news.example.com",
		Zone: `_dmarc.news.example.com. TXT "v=DMARC1; p=none; rua=mailto:x@reports.example.com"
_dmarc.example.com. TXT "v=DMARC1; p=none"
news.example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
