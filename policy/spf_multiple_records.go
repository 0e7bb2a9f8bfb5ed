package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var spfMultipleRecords = Rule{
	ID:         "SPF002",
	Name:       "spf-multiple-records",
	Title:      "More than one SPF record stands at one name",
	Severity:   High,
	Confidence: Proof,
	Why: `Receivers must not choose between two SPF records: the result is **permerror** (SPF cannot be used, and nothing
passes) for every sender, as if the servers were not listed at all. The same holds for a name that the record includes.`,
	Fix: "Merge them into one record that begins with `v=spf1` once and ends with one `all`. One long record may consist of several " +
		"character-strings (pieces in quotation marks); that is no second record. If the name is a service's, tell the service.",
	Refs:    []string{"RFC 7208, section 3.2", "RFC 7208, section 4.5"},
	Needs:   []facts.Part{facts.PartSPFWalk},
	Partial: true, // a record that is not known takes none away
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		if n := len(f.SPF.Records); n > 1 {
			own := Finding{Message: fmt.Sprintf("there are %d SPF records, so that none counts", n)}
			for _, r := range f.SPF.Records {
				own.Evidence = append(own.Evidence, whole(r))
			}
			findings = append(findings, own)
		}
		f.SPF.EachRecord(func(n *facts.SPFNode) {
			if n.Count > 1 {
				findings = append(findings, Finding{
					Key:      keyOf(n.Name),
					Message:  fmt.Sprintf("SPF leads to %s, which has %d SPF records, so that the result is an error", plain(n.Name), n.Count),
					Evidence: observed(f, n.Question),
				})
			}
		})
		return findings
	},
	Repair: mergeSPF,
	Examples: []Example{{
		Name: "two records",
		Zone: `example.com. TXT "v=spf1 mx -all"
example.com. TXT "v=spf1 include:_spf.example.net -all"`,
		Outcome:  Fail,
		Contains: "there are 2 SPF records",
	}, {
		Name: "two records at an included name",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4:192.0.2.0/24 -all"
_spf.example.net. TXT "v=spf1 ip4:198.51.100.0/24 -all"`,
		Outcome:  Fail,
		Contains: "SPF leads to _spf.example.net, which has 2 SPF records",
	}, {
		Name:    "one record in two character-strings",
		Zone:    `example.com. TXT "v=spf1 ip4:192.0.2.0/24 " "ip4:198.51.100.0/24 -all"`,
		Outcome: Pass,
	}, {
		Name: "text beside the record, some of it like SPF",
		Zone: `example.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"
example.com. TXT "v=spf10 ip4:192.0.2.0/24 -all"
example.com. TXT "spf2.0/pra ip4:192.0.2.0/24 -all"`,
		Outcome: Pass,
	}},
}
