package policy

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// keysHidden is why a missing key is no proof.
const keysHidden = "no usable key was seen, and selectors cannot be listed; name yours with --selector"

// looked is the answer for a part that is unknown or was left out, or "".
func looked(f *facts.Facts, parts ...facts.Part) (Answer, string) {
	for _, p := range parts {
		switch s := f.Part(p); s.State {
		case "":
			return CannotTell, "part " + string(p) + " was not looked at"
		case facts.Unknown:
			return CannotTell, s.Reason
		}
	}
	return "", ""
}

// seenSPF answers where there is no record. One that is there is the rules'.
func seenSPF(f *facts.Facts) (Answer, string) {
	if f.SPF.State == facts.Absent {
		return NotMet, "there is no SPF record"
	}
	return looked(f, facts.PartSPF)
}

// seenDenied answers where the domain has or has not a record that is -all and
// lets nobody send.
func seenDenied(f *facts.Facts) (Answer, string) {
	if answer, why := looked(f, facts.PartSPF, facts.PartSPFWalk, facts.PartSPFPass); answer != "" {
		return answer, why
	}
	switch {
	case f.SPF.State == facts.Absent:
		return NotMet, "there is no SPF record"
	case f.SPF.Passes().State == facts.Present:
		return NotMet, "SPF lets somebody send"
	case f.SPF.All != record.QualifierFail:
		return NotMet, "the SPF record does not end in -all"
	}
	return "", ""
}

func seenDMARC(f *facts.Facts) (Answer, string) {
	if f.DMARC.State == facts.Absent {
		return NotMet, "there is no DMARC record, neither at the domain nor above it"
	}
	return looked(f, facts.PartDMARC)
}

// seenReject answers where the policy that applies is not reject.
func seenReject(f *facts.Facts) (Answer, string) {
	if answer, why := seenDMARC(f); answer != "" {
		return answer, why
	}
	if policy := f.DMARC.Effective.This; policy != record.PolicyReject {
		return NotMet, "receivers apply " + first(string(policy), "no policy")
	}
	return "", ""
}

func seenRejectBelow(f *facts.Facts) (Answer, string) {
	if answer, why := seenDMARC(f); answer != "" {
		return answer, why
	}
	if answer, why := looked(f, facts.PartDMARCOrg); answer != "" {
		return answer, why
	}
	if policy := f.DMARC.Effective.Existing; policy != record.PolicyReject {
		return NotMet, "receivers apply " + first(string(policy), "no policy") + " to names below the domain"
	}
	return "", ""
}

// seenReports answers whether an address gets reports: one that the record
// names, and whose domain, where it is another's, has agreed.
func seenReports(tags ...string) func(*facts.Facts) (Answer, string) {
	return func(f *facts.Facts) (Answer, string) {
		if answer, why := seenDMARC(f); answer != "" {
			return answer, why
		}
		none, doubt := "the DMARC record names no address for reports", ""
		for _, d := range f.DMARC.Reports {
			switch {
			case d.URI.Bad || !slices.Contains(tags, d.Tag):
			case d.State == facts.Unknown:
				doubt = first(doubt, d.Reason)
			case d.State == facts.Absent:
				none = "the domain of the report address has not agreed to reports about this one"
			default:
				return Met, ""
			}
		}
		if doubt != "" {
			return CannotTell, doubt
		}
		return NotMet, none
	}
}

// seenReportsTo answers whether aggregate reports go to an address.
func seenReportsTo(address string) func(*facts.Facts) (Answer, string) {
	return func(f *facts.Facts) (Answer, string) {
		if answer, why := seenDMARC(f); answer != "" {
			return answer, why
		}
		is := func(u record.ReportURI) bool { return !u.Bad && strings.EqualFold(u.Address, address) }
		if f.DMARC.Parsed != nil && slices.ContainsFunc(f.DMARC.Parsed.RUA, is) {
			return Met, ""
		}
		return NotMet, "rua does not name " + address
	}
}

// seenPasses answers where DMARC was not looked at, and leaves it to the rule.
func seenPasses(f *facts.Facts) (Answer, string) { return looked(f, facts.PartDMARC, facts.PartSPF) }

// seenDKIM answers where a key is there that receivers accept.
func seenDKIM(f *facts.Facts) (Answer, string) {
	return keyAnswer(f, func(facts.Key) bool { return true })
}

// seenMicrosoftKey answers where one of Microsoft's selectors holds such a key
// and the other is published, too.
func seenMicrosoftKey(f *facts.Facts) (Answer, string) {
	return keyAnswer(f, func(k facts.Key) bool {
		other, seen := seenKey(f, otherMicrosoftSelector(k))
		return seen && other.State != facts.KeyUnknown
	})
}

// keyAnswer answers where a key counts that receivers accept.
func keyAnswer(f *facts.Facts, counts func(facts.Key) bool) (Answer, string) {
	good := func(k facts.Key) bool {
		return k.State == facts.KeyPresent && (k.Parsed.Type != "rsa" || k.Parsed.Bits >= rsaLeast) && k.Parsed.SHA256()
	}
	if slices.ContainsFunc(f.DKIM.Keys, func(k facts.Key) bool { return good(k) && counts(k) }) {
		return Met, ""
	}
	return looked(f, facts.PartDKIM, facts.PartDKIMKeys)
}

// seenRevoked answers whether every selector holds an empty key.
func seenRevoked(f *facts.Facts) (Answer, string) {
	switch answer, why := looked(f, facts.PartDKIM); {
	case f.DKIM.Wildcard != nil && f.DKIM.Wildcard.State == facts.KeyRevoked:
		return Met, ""
	case answer != "":
		return answer, why
	}
	return NotMet, "a selector that nobody uses has no empty key"
}

// seenMX answers where the domain takes no mail.
func seenMX(f *facts.Facts) (Answer, string) {
	if answer, why := looked(f, facts.PartMX); answer != "" {
		return answer, why
	}
	switch {
	case f.MX.Null:
		return NotMet, "the null MX says that the domain takes no mail"
	case f.MX.State == facts.Absent:
		return NotMet, "there is no MX record"
	}
	return "", ""
}

func seenNullMX(f *facts.Facts) (Answer, string) {
	if answer, why := looked(f, facts.PartMX); answer != "" {
		return answer, why
	}
	if !f.MX.Null {
		return NotMet, "there is no null MX"
	}
	return "", ""
}

// seenMicrosoftMX answers where the MX records name neither Microsoft 365 nor a
// gateway that may stand in front of it.
func seenMicrosoftMX(f *facts.Facts) (Answer, string) {
	if answer, why := seenMX(f); answer != "" {
		return answer, why
	}
	if f.MX.Gateway != "" || slices.ContainsFunc(f.MX.Hosts, func(h facts.Host) bool { return facts.IsMicrosoft365(h.Provider) }) {
		return "", ""
	}
	return CannotTell, "what stands behind " + plain(f.MX.Hosts[0].Name) + " shows in mail, not in DNS"
}

// seenMicrosoftSPF answers where nothing in SPF can authorise Microsoft 365.
func seenMicrosoftSPF(f *facts.Facts) (Answer, string) {
	if answer, why := seenSPF(f); answer != "" {
		return answer, why
	}
	if answer, why := looked(f, facts.PartSPFWalk); answer != "" {
		return answer, why
	}
	if f.SPF.Tree != nil && !mayAuthoriseMicrosoft(f) {
		return NotMet, "nothing in SPF authorises the servers of Microsoft 365"
	}
	return "", ""
}

// seenAutodiscover answers where the record was seen.
func seenAutodiscover(f *facts.Facts) (Answer, string) {
	if slices.ContainsFunc(f.M365.Signals, func(s facts.Signal) bool { return s.Name == "autodiscover" }) {
		return Met, ""
	}
	return looked(f, facts.PartM365)
}

// seenNoGateway answers where no gateway is in front.
func seenNoGateway(f *facts.Facts) (Answer, string) {
	if answer, why := looked(f, facts.PartMX); answer != "" {
		return answer, why
	}
	if f.MX.Gateway == "" {
		return Met, ""
	}
	return "", ""
}
