package policy_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// unfounded lists the findings about Microsoft 365 on a domain that shows no trace
// of it, and of which nobody declares that it is there.
func unfounded(f *facts.Facts, verdicts []policy.Verdict) []string {
	var list []string
	if len(f.M365.Signals) > 0 || facts.IsMicrosoft365(f.Mailbox.Host) {
		return nil
	}
	for _, v := range verdicts {
		if v.Rule.Family() == "M365" {
			list = append(list, findings(v)...)
		}
	}
	return list
}

// TestMicrosoftNeedsASignal holds the family M365 to domains that show Microsoft:
// every example of every rule, and each with the traces taken out.
func TestMicrosoftNeedsASignal(t *testing.T) {
	trace := regexp.MustCompile(`(?m)^.*(outlook|microsoft|MS=|frontbridge).*$`)
	for _, s := range examples(t) {
		f := s.build(t)
		for _, found := range unfounded(f, policy.Evaluate(f, policy.Rules())) {
			t.Errorf("%s: %s without a trace of Microsoft 365", s.name(), found)
		}
		bare := shown{s.Example, s.rule, newWorld(t, "x.example.com. TXT \"x\"\n"+trace.ReplaceAllString(s.Zone, ""))}.build(t)
		for _, v := range policy.Evaluate(bare, policy.Rules()) {
			if v.Rule.Family() == "M365" && v.Outcome == policy.Fail && len(bare.M365.Signals) == 0 {
				t.Errorf("%s, without its traces: %v", s.name(), findings(v))
			}
		}
	}
}

// The control: a rule that asks for no trace must be convicted.
func TestMicrosoftNeedsASignalControl(t *testing.T) {
	careless := policy.Rule{ID: "M365999", Needs: []facts.Part{facts.PartMX}, Check: func(*facts.Facts) []policy.Finding {
		return []policy.Finding{{Message: "it is so"}}
	}}
	f := newWorld(t, "example.com. MX 10 mx.example.com.\nmx.example.com. A 192.0.2.25\n").facts(t, "example.com", facts.DefaultOptions())
	if len(unfounded(f, policy.Evaluate(f, []policy.Rule{careless}))) == 0 {
		t.Error("a finding without a trace of Microsoft 365 was not convicted")
	}
}

// What only an administrator can see comes with the command that shows it, and
// the command that changes it where there is one.
func TestMicrosoftFixesNameCommands(t *testing.T) {
	for _, r := range policy.Rules() {
		if r.Family() != "M365" {
			continue
		}
		if !regexp.MustCompile("`(Get|Test)-[A-Z][A-Za-z]+").MatchString(r.Fix) {
			t.Errorf("%s: the fix names no command that verifies: %s", r.ID, r.Fix)
		}
		for _, e := range r.Examples {
			if strings.Contains(e.Contains, "missing") {
				t.Errorf("%s: %q: what DNS cannot see is not missing", r.ID, e.Contains)
			}
		}
	}
}

// A gateway that carries no outbound mail is never demanded in SPF: such a domain
// passes every rule about who may send.
func TestGatewayIsNotDemandedInSPF(t *testing.T) {
	for _, gateway := range []string{"mxa-00000001.gslb.pphosted.com", "eu-smtp-inbound-1.mimecast.com", "d1.a.ess.barracudanetworks.com"} {
		zone := "example.com. MX 10 " + gateway + `.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
autodiscover.example.com. CNAME autodiscover.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.80
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"
`
		f := newWorld(t, zone).facts(t, "example.com", facts.DefaultOptions())
		if f.MX.Gateway == "" {
			t.Errorf("%s is no gateway", gateway)
		}
		for _, v := range policy.Evaluate(f, policy.Rules()) {
			aboutSPF := v.Rule.Family() == "SPF" || strings.Contains(v.Rule.Name, "spf") || strings.Contains(v.Rule.Name, "relay-list")
			if aboutSPF && v.Outcome != policy.Pass && v.Outcome != policy.NotApplicable {
				t.Errorf("%s: %s %s: %q", gateway, v.Rule.ID, v.Outcome, messages(v.Findings))
			}
		}
	}
}
