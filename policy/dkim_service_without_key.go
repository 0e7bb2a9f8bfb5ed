package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var dkimServiceWithoutKey = Rule{
	ID:         "DKIM015",
	Name:       "dkim-service-without-key",
	Title:      "A sending service is in SPF, and its DKIM selectors are not published",
	Severity:   Info,
	Confidence: Hint,
	Why: `SPF lists a service that has its customers publish DKIM keys under fixed names, and none of them is there. The
service then signs with its own domain: that counts for it and not for yours, and its mail passes DMARC by SPF alone, if at all.`,
	Fix: "Does the service still send for you? If so, turn on its setting for your own domain (often called domain authentication) and " +
		"publish the records that it shows. If not, remove it from SPF.",
	Refs:  []string{"RFC 9989, section 4.4.1"},
	Needs: []facts.Part{facts.PartSPFWalk, facts.PartDKIMKeys},
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		for _, id := range sendersInSPF(f) {
			p, _ := f.Options.Providers.ByID(id)
			published := len(p.Selectors) == 0
			for _, s := range p.Selectors {
				published = published || !notPublished(f, s.Name)
			}
			if published {
				continue
			}
			findings = append(findings, Finding{
				Key:      id,
				Message:  fmt.Sprintf("SPF lists %s, and none of its DKIM selectors is published: does it sign for this domain?", p.Name),
				Evidence: []Evidence{ownSPF(f), none(p.Selectors[0].Name+"._domainkey."+string(f.Domain), facts.KindTXT)},
			})
		}
		return findings
	},
	Examples: []Example{{
		Name: "Mailchimp in SPF alone",
		Zone: `example.com. TXT "v=spf1 include:servers.mcsv.net -all"
servers.mcsv.net. TXT "v=spf1 ip4:198.51.100.0/24 -all"
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"`,
		Outcome:  Fail,
		Contains: "SPF lists Mailchimp, and none of its DKIM selectors is published",
	}, {
		Name: "one of its selectors",
		Zone: `example.com. TXT "v=spf1 include:servers.mcsv.net -all"
servers.mcsv.net. TXT "v=spf1 ip4:198.51.100.0/24 -all"
k2._domainkey.example.com. CNAME dkim2.mcsv.net.
dkim2.mcsv.net. TXT "v=DKIM1; k=rsa; p=` + exampleRSA2048 + `"`,
		Outcome: Pass,
	}, {
		Name: "a service whose selectors differ for each customer",
		Zone: `example.com. TXT "v=spf1 include:amazonses.com -all"
amazonses.com. TXT "v=spf1 ip4:198.51.100.0/24 -all"
s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=` + exampleEd25519 + `"`,
		Outcome: Pass,
	}},
}
