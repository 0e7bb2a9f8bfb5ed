package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dmarcReceiversDiffer = Rule{
	ID:         "DMARC022",
	Name:       "dmarc-receivers-differ",
	Title:      "Older receivers apply another DMARC policy",
	Severity:   Low,
	Confidence: Proof,
	Why: `RFC 9989 finds the policy by a walk up the tree of names. Receivers that still follow RFC 7489 ask the name itself
and one other, the domain below the public suffix (an ending under which anyone can register, such as *co.uk*), and know neither
*np* nor *psd*. For this name they come to another policy, so that the same forged message is refused here and delivered there.`,
	Fix: "Publish a record of its own at the name, or state the policy at the domain below the public suffix, in `p` and `sp`: both " +
		"kinds of receivers find it there.",
	Refs:  []string{"RFC 9989, section 4.10", "RFC 7489, section 6.6.3", "RFC 7489, section 3.2"},
	Needs: []facts.Part{facts.PartDMARC, facts.PartDMARCOrg, facts.PartDMARCOld},
	Check: func(f *facts.Facts) []Finding {
		old, now := f.OldDMARC(), appliedBeforeTest(f)
		// t and pct weaken a policy on purpose, and have rules of their own.
		if old.Policy == now {
			return nil
		}
		return []Finding{{
			Message: fmt.Sprintf("receivers that follow RFC 7489 apply %s, those that follow RFC 9989 apply %s",
				policyWords(old.Policy, old.FoundAt), policyWords(now, f.DMARC.FoundAt)),
			Evidence: append(observed(f, facts.Question{Name: dmarcPrefix + old.OrgDomain, Kind: facts.KindTXT}), recordOrOwn(f)),
		}}
	},
	Examples: []Example{{
		Name:   "the policy of a name between",
		Domain: "www.sales.example.com",
		Zone: `_dmarc.sales.example.com. TXT "v=DMARC1; p=reject"
www.sales.example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "receivers that follow RFC 7489 apply no policy, those that follow RFC 9989 apply reject (at sales.example.com)",
	}, {
		Name:   "psd=n at the name between",
		Domain: "www.sales.example.com",
		Zone: `_dmarc.sales.example.com. TXT "v=DMARC1; p=none; psd=n"
_dmarc.example.com. TXT "v=DMARC1; p=reject"
www.sales.example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "RFC 7489 apply reject (at example.com), those that follow RFC 9989 apply none (at sales.example.com)",
	}, {
		Name: "a registry's policy",
		Zone: `_dmarc.com. TXT "v=DMARC1; p=reject; psd=y"
example.com. A 192.0.2.80`,
		Outcome:  Fail,
		Contains: "apply no policy, those that follow RFC 9989 apply reject (at com)",
	}, {
		Name:   "the organization's, which both find",
		Domain: "www.sales.example.com",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=none; sp=reject; np=none"
www.sales.example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name:   "a record of its own",
		Domain: "www.sales.example.com",
		Zone: `_dmarc.www.sales.example.com. TXT "v=DMARC1; p=reject"
_dmarc.sales.example.com. TXT "v=DMARC1; p=none; psd=n"
www.sales.example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name: "t and pct have their own rules",
		Zone: `_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=0; t=y"
example.com. A 192.0.2.80`,
		Outcome: Pass,
	}, {
		Name:    "no policy for either",
		Zone:    `example.com. A 192.0.2.80`,
		Outcome: Pass,
	}},
}

// appliedBeforeTest is the policy that RFC 9989 receivers apply to the domain,
// before t=y; "" when there is none.
func appliedBeforeTest(f *facts.Facts) record.DMARCPolicy {
	switch {
	case f.DMARC.Parsed == nil || !f.DMARC.Valid:
		return ""
	case f.DMARC.Policy != f.DMARC.Parsed.Policy:
		return f.DMARC.Policy // corrected as a whole
	}
	return statedPolicy(f)
}

// policyWords is "reject (at example.com)".
func policyWords(policy record.DMARCPolicy, foundAt string) string {
	if policy == "" {
		return "no policy"
	}
	return fmt.Sprintf("%s (at %s)", policy, plain(strings.TrimPrefix(foundAt, dmarcPrefix)))
}

// recordOrOwn is the record that applies as evidence, or that there is none.
func recordOrOwn(f *facts.Facts) Evidence {
	if f.DMARC.Parsed == nil {
		return none(ownDMARC(f).Name, facts.KindTXT)
	}
	return whole(f.DMARC.Record)
}
