package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

var spfMXTooMany = Rule{
	ID:         "SPF022",
	Name:       "spf-mx-too-many",
	Title:      "An SPF mx term names more than 10 hosts",
	Severity:   Medium,
	Confidence: Proof,
	Why: `Receivers look up the addresses of at most ten MX hosts (servers that take a domain's mail) for one *mx* term; with
more the result is **permerror** (SPF cannot be used). Senders that match before the term still pass.`,
	Fix:     "List the addresses with `ip4` and `ip6` instead of `mx`, or remove the term if the MX hosts do not send.",
	Refs:    []string{"RFC 7208, section 4.6.4", "RFC 7208, section 5.4"},
	Needs:   []facts.Part{facts.PartSPFVoids},
	Partial: true, // each term is proved by its own answer
	Check: func(f *facts.Facts) []Finding {
		var findings []Finding
		eachTerm(f, func(n *facts.SPFNode, t *facts.SPFTerm) {
			if t.MXHosts <= facts.SPFHostLimit {
				return
			}
			findings = append(findings, Finding{
				Key:      termKey(f, n, strings.ToLower(t.Text)),
				Message:  fmt.Sprintf("%s names %d MX hosts, and receivers stop at %d%s", short(t.Text), t.MXHosts, facts.SPFHostLimit, whose(f, n)),
				Evidence: []Evidence{term(n, t)},
			})
		})
		return findings
	},
	Examples: []Example{{
		Name: "eleven hosts",
		Zone: `example.com. TXT "v=spf1 mx -all"
example.com. MX 10 a.example.net.
example.com. MX 10 b.example.net.
example.com. MX 10 c.example.net.
example.com. MX 10 d.example.net.
example.com. MX 10 e.example.net.
example.com. MX 10 f.example.net.
example.com. MX 10 g.example.net.
example.com. MX 10 h.example.net.
example.com. MX 10 i.example.net.
example.com. MX 10 j.example.net.
example.com. MX 10 k.example.net.
*.example.net. A 192.0.2.25`,
		Outcome:  Fail,
		Contains: `"mx" names 11 MX hosts, and receivers stop at 10`,
	}, {
		Name: "two hosts",
		Zone: `example.com. TXT "v=spf1 mx -all"
example.com. MX 10 a.example.net.
example.com. MX 10 b.example.net.
*.example.net. A 192.0.2.25`,
		Outcome: Pass,
	}},
}
