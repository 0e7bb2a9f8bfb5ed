package policy

import (
	"fmt"

	"github.com/mailposture/mailposture/facts"
)

// longestAnswer is what resolvers and servers let through in one UDP packet by
// common consent, in octets: https://www.dnsflagday.net/2020/.
const longestAnswer = 1232

var spfAnswerTooLong = Rule{
	ID:         "SPF017",
	Name:       "spf-answer-too-long",
	Title:      "The answer with the SPF record does not fit a UDP packet",
	Severity:   Low,
	Confidence: Proof,
	Why: `All TXT records of a name come in one answer. RFC 7208 asks for at most 512 octets; above 1232 the answer is cut off
and has to be asked for again over TCP. Where a firewall stops that, SPF is a **temperror** (no answer for now) and mail waits
or goes without.`,
	Fix: "Remove TXT records that nobody needs any more, most often old verification tokens, and terms of SPF that are no longer true. Long lists of " +
		"addresses can move to a name of their own, such as `_spf`, that the record includes.",
	Refs:  []string{"RFC 7208, section 3.4", "https://www.dnsflagday.net/2020/"},
	Needs: []facts.Part{facts.PartSPF},
	Check: func(f *facts.Facts) []Finding {
		octets := f.AnswerOctets(string(f.Domain))
		if octets <= longestAnswer || len(f.SPF.Records) == 0 {
			return nil
		}
		return []Finding{{
			Message:  fmt.Sprintf("the answer with the SPF record is %d octets long, of which %d are the record", octets, len(f.SPF.Records[0].Octets)),
			Evidence: observed(f, facts.Question{Name: string(f.Domain), Kind: facts.KindTXT}),
		}}
	},
	Examples: []Example{{
		Name: "a long record and some tokens",
		Zone: `example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
example.com. TXT "` + strings200 + `" "` + strings200 + `" "` + strings200 + `"
example.com. TXT "` + strings200 + `" "` + strings200 + `" "` + strings200 + `."`,
		Outcome:  Fail,
		Contains: "the answer with the SPF record is 1315 octets long, of which 25 are the record",
	}, {
		Name: "a few tokens",
		Zone: `example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
example.com. TXT "` + strings200 + `" "` + strings200 + `"`,
		Outcome: Pass,
	}, {
		Name: "without SPF",
		Zone: `example.com. TXT "` + strings200 + `" "` + strings200 + `" "` + strings200 + `"
example.com. TXT "` + strings200 + `" "` + strings200 + `" "` + strings200 + `."`,
		Outcome: Pass,
	}},
}

// strings200 is 200 octets for the examples.
const strings200 = "token=0123456789abcdefghijklmnopqrstuvwxyz0123456789token=0123456789abcdefghijklmnopqrstuvwxyz0123456789abcd" +
	"token=0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz012345678901234"
