package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var spfIncludeTakeover = Rule{
	ID:         "SPF009",
	Name:       "spf-include-takeover",
	Title:      "SPF trusts a domain that nobody has registered",
	Severity:   Critical,
	Confidence: Likely,
	Why: `The domain of a name in the record does not exist. Whoever registers it publishes what he likes there, and passes SPF, and DMARC with
it, as this domain. That it is absent from DNS is proved; a registry may hold it back, for example because it has just expired.`,
	Fix:     "Remove the term now, or correct the name. If the domain was yours, or a service's that you use, see that it is registered again.",
	Refs:    []string{"RFC 7208, section 5.2", "RFC 7208, section 11.1", "https://publicsuffix.org/"},
	Needs:   []facts.Part{facts.PartSPFTargets},
	Partial: true, // each domain is proved by its own answer
	Check: func(f *facts.Facts) []Finding {
		if f.SPF.Valid && f.SPF.VoidLookups == 0 {
			return nil // every name in it exists
		}
		var findings []Finding
		f.SPF.Each(func(n *facts.SPFNode, via []*facts.SPFTerm) {
			for i := range n.Terms {
				t := &n.Terms[i]
				authorises := t.Qualifier == record.QualifierPass || t.Mechanism == record.ModRedirect
				if t.Registrable == "" || !authorises || !passesOn(via) {
					continue
				}
				findings = append(findings, Finding{
					Key:      termKey(f, n, strings.ToLower(t.Text)),
					Message:  fmt.Sprintf("%s trusts %s, which does not exist, and who registers it may send for the domain%s", short(t.Text), plain(t.Registrable), whose(f, n)),
					Evidence: []Evidence{term(n, t), none(t.Registrable, facts.KindTXT)},
				})
			}
		})
		return findings
	},
	Examples: []Example{{
		Name:     "a slip in a service's name",
		Zone:     `example.com. TXT "v=spf1 include:spf.protection.outlok.com -all"`,
		Outcome:  Fail,
		Contains: `"include:spf.protection.outlok.com" trusts outlok.com, which does not exist, and who registers it may send for the domain`,
	}, {
		Name: "a host of a company that is gone, in a record that is included",
		Zone: `example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 a:mail.gone.co.uk -all"`,
		Outcome:  Fail,
		Contains: `"a:mail.gone.co.uk" trusts gone.co.uk, which does not exist, and who registers it may send for the domain, in the record of _spf.example.net`,
	}, {
		Name: "an alias to a name that is gone",
		Zone: `example.com. TXT "v=spf1 redirect=spf.example.com"
spf.example.com. CNAME customer.spf.gone-service.com.`,
		Outcome:  Fail,
		Contains: `"redirect=spf.example.com" trusts gone-service.com`,
	}, {
		Name: "the service exists, and has no such name",
		Zone: `example.com. TXT "v=spf1 include:gone.example.net -all"
example.net. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "a name of the domain itself",
		Zone: `example.com. TXT "v=spf1 include:gone.example.com a:old.example.com -all"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name:    "names that nobody can register",
		Zone:    `example.com. TXT "v=spf1 include:_spf.example.netip4 a:mail.corp.local include:co.uk include:_spf.com -all"`,
		Outcome: Pass,
	}, {
		Name:    "a term that does not authorise",
		Zone:    `example.com. TXT "v=spf1 ?include:_spf.gone-service.com -a:mail.gone-service.com -all a:mail.gone-service.com"`,
		Outcome: Pass,
	}, {
		Name: "a company's suffix, where not everyone can have a name",
		Zone: `example.com. TXT "v=spf1 a:gone.github.io -all"
github.io. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
