package policy

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcPSDMisuse = Rule{
	ID:         "DMARC023",
	Name:       "dmarc-psd-misuse",
	Title:      "An ordinary domain calls itself a public suffix",
	Severity:   High,
	Confidence: Likely,
	Why: `*psd=y* says that the names below this one belong to other organizations, as those below *co.uk* do. Receivers then
no longer take a subdomain's SPF or DKIM for the domain's, and mail that services send with a subdomain in the envelope (the
address that bounces go to) fails DMARC. The public suffix list (the endings under which anyone can register, such as *co.uk*)
does not have the domain; a registry's new suffix may be missing there.`,
	Fix:   "Remove `psd=y`. Few need the tag at all; `psd=n` is for a domain that wants to be an organization of its own below another one's record.",
	Refs:  []string{"RFC 9989, section 4.7", "RFC 9989, section 4.10.2", "https://publicsuffix.org/"},
	Needs: []facts.Part{facts.PartDMARC},
	Check: func(f *facts.Facts) []Finding {
		own := f.DMARC.Parsed != nil && f.DMARC.FoundAt == ownDMARC(f).Name
		if !own || f.DMARC.Parsed.PSD != record.PSDYes || facts.IsPublicSuffix(f.Domain) {
			return nil
		}
		tag, _ := f.DMARC.Parsed.Tag("psd")
		return []Finding{{
			Message:  "psd=y tells receivers that the names below the domain belong to others",
			Evidence: []Evidence{at(f.DMARC.Record, tag.Span)},
		}}
	},
	Examples: []Example{{
		Name: "a company's domain",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; psd=y"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "psd=y tells receivers that the names below the domain belong to others",
	}, {
		Name:   "a registry's",
		Domain: "co.uk",
		Zone: `_dmarc.co.uk. TXT "v=DMARC1; p=reject; psd=y"
co.uk. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name:   "a company's suffix that is on the list",
		Domain: "github.io",
		Zone: `_dmarc.github.io. TXT "v=DMARC1; p=reject; psd=y"
github.io. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "the registry's record that applies here",
		Zone: `_dmarc.com. TXT "v=DMARC1; p=reject; psd=y"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "psd=n",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; psd=n"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}
