package policy

import (
	"fmt"
	"slices"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
	"github.com/mailposture/mailposture/record"
)

var dmarcStrictAlignmentRisk = Rule{
	ID:         "DMARC016",
	Name:       "dmarc-strict-alignment-risk",
	Title:      "DMARC wants the very same domain in SPF, and a sending service may use another",
	Severity:   Low,
	Confidence: Hint,
	Why: `With *aspf=s* SPF counts for DMARC only if the bounce address (where reports of undelivered mail go) is in exactly the domain of the
From line. Services that send newsletters put their bounces under a name of their own, or one below yours: SPF then does not count, and
their mail rests on its DKIM signature alone.`,
	Fix: "Does the service sign with DKIM for this domain? If its mail passes DMARC in your reports, there is nothing to do. If not, " +
		"remove `aspf=s`, and `adkim=s` if it stands there too: names below the domain then count as well.",
	Refs:  []string{"RFC 9989, section 4.4.2"},
	Needs: []facts.Part{facts.PartDMARC, facts.PartSPFWalk},
	Check: func(f *facts.Facts) []Finding {
		if f.DMARC.Parsed == nil || f.DMARC.Parsed.SPFAlignment != record.AlignStrict {
			return nil
		}
		var findings []Finding
		tag, _ := f.DMARC.Parsed.Tag("aspf")
		for _, id := range sendersInSPF(f) {
			findings = append(findings, Finding{
				Key:      id,
				Message:  fmt.Sprintf("with aspf=s SPF counts for exactly this domain: does %s use it for its bounce addresses, or sign with DKIM%s?", providerName(f, id), inherited(f)),
				Evidence: []Evidence{at(f.DMARC.Record, tag.Span), ownSPF(f)},
			})
		}
		return findings
	},
	Examples: []Example{{
		Name: "a newsletter service under strict alignment",
		Zone: `example.com. TXT "v=spf1 include:sendgrid.net -all"
sendgrid.net. TXT "v=spf1 ip4:198.51.100.0/24 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject; aspf=s"`,
		Outcome:  Fail,
		Contains: "does Twilio SendGrid use it for its bounce addresses",
	}, {
		Name: "relaxed alignment",
		Zone: `example.com. TXT "v=spf1 include:sendgrid.net -all"
sendgrid.net. TXT "v=spf1 ip4:198.51.100.0/24 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject; aspf=r"`,
		Outcome: Pass,
	}, {
		Name: "the domain's own servers only",
		Zone: `example.com. TXT "v=spf1 ip4:192.0.2.25 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject; aspf=s"`,
		Outcome: Pass,
	}},
}

// sendersInSPF are the services that send for their customers and that SPF
// includes, each once.
func sendersInSPF(f *facts.Facts) []string {
	var ids []string
	eachTerm(f, func(_ *facts.SPFNode, t *facts.SPFTerm) {
		p, ok := f.Options.Providers.ByID(t.Provider)
		if ok && p.Kind == provider.Sender && !t.Dead && !slices.Contains(ids, p.ID) {
			ids = append(ids, p.ID)
		}
	})
	return ids
}
