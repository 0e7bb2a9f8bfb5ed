package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

var dnsMailDomainIsAlias = Rule{
	ID:         "DNS003",
	Name:       "dns-mail-domain-is-alias",
	Title:      "A domain that is set up for mail is an alias of another",
	Severity:   Medium,
	Confidence: Likely,
	Why: `The domain is an alias (a CNAME record, which leads to another name): whoever asks for its MX or SPF record gets
those of that name. Records of its own beside the alias are not seen, and DNS does not allow them. A DMARC record or a DKIM key
below it shows that mail was set up for this name.`,
	Fix: "Replace the CNAME by A and AAAA records (many DNS providers have a type ALIAS or ANAME that does it for them), and publish " +
		"the MX and SPF records that are meant. If the other name's mail settings are meant to apply here, there is nothing to do.",
	Refs:  []string{"RFC 1034, section 3.6.2", "RFC 2181, section 10.1", "RFC 5321, section 5.1"},
	Needs: []facts.Part{facts.PartMX, facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		target := ""
		for _, o := range f.Used {
			if o.Question == mxQuestion(f) && len(o.Chain) > 0 {
				target = o.Chain[0]
			}
		}
		if target == "" || len(f.DMARC.Records) == 0 && !ownKey(f) {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf("the domain is an alias of %s, whose MX and SPF records stand in the place of its own", plain(target)),
			Evidence: observed(f, mxQuestion(f)),
		}}
	},
	Examples: []Example{{
		Name: "an alias of the web host, and a DMARC record of its own",
		Zone: `example.com. CNAME sites.example.net.
_dmarc.example.com. TXT "v=DMARC1; p=none"
sites.example.net. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "the domain is an alias of sites.example.net",
	}, {
		Name:   "a name for a web site, which has no mail",
		Domain: "www.example.com",
		Zone: `www.example.com. CNAME sites.example.net.
_dmarc.example.com. TXT "v=DMARC1; p=none"
sites.example.net. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "no alias",
		Zone: `example.com. A 192.0.2.80
example.com. MX 10 mx.example.net.
_dmarc.example.com. TXT "v=DMARC1; p=none"`,
		Outcome: Pass,
	}},
}

// ownKey reports whether a DKIM key was seen that is not a wildcard's.
func ownKey(f *facts.Facts) bool {
	return f.DKIM.State == facts.Present && f.DKIM.Wildcard == nil
}
