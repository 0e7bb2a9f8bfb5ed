package policy_test

import (
	"slices"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

func TestEvaluate(t *testing.T) {
	const mail = `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25
example.com. TXT "v=spf1 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 mx -all"`
	ask := func(name, kind string) facts.Question { return facts.Question{Name: name, Kind: kind} }
	finds := func(*facts.Facts) []policy.Finding { return []policy.Finding{{Message: "it is so"}} }
	nothing := func(*facts.Facts) []policy.Finding { return nil }
	tests := []struct {
		name   string
		rule   policy.Rule
		zone   string
		domain facts.Domain
		parts  []facts.Part
		broken []facts.Question
		want   policy.Outcome
		reason string
	}{
		{name: "a finding", rule: policy.Rule{Check: finds}, zone: mail, want: policy.Fail},
		{name: "none", rule: policy.Rule{Check: nothing}, zone: mail, want: policy.Pass},
		{
			name: "a part that is not known", rule: policy.Rule{Needs: []facts.Part{facts.PartMX, facts.PartDMARC}, Check: finds},
			zone: mail, broken: []facts.Question{ask("_dmarc.example.com", "TXT")},
			want: policy.Unsure, reason: "TXT _dmarc.example.com: SERVFAIL",
		},
		{
			name: "the same for a rule that finds nothing", rule: policy.Rule{Needs: []facts.Part{facts.PartSPFWalk}, Check: nothing},
			zone: mail, broken: []facts.Question{ask("_spf.example.net", "TXT")},
			want: policy.Unsure, reason: "TXT _spf.example.net: SERVFAIL",
		},
		{
			name: "a part that is not known, for a rule that takes what there is",
			rule: policy.Rule{Needs: []facts.Part{facts.PartSPFWalk}, Partial: true, Check: finds},
			zone: mail, broken: []facts.Question{ask("_spf.example.net", "TXT")},
			want: policy.Fail,
		},
		{
			name: "the same when there is nothing",
			rule: policy.Rule{Needs: []facts.Part{facts.PartSPFWalk}, Partial: true, Check: nothing},
			zone: mail, broken: []facts.Question{ask("_spf.example.net", "TXT")},
			want: policy.Unsure, reason: "TXT _spf.example.net: SERVFAIL",
		},
		{name: "unseen is known", rule: policy.Rule{Needs: []facts.Part{facts.PartDKIM}, Check: finds}, zone: mail, want: policy.Fail},
		{
			name: "a part that was left out", rule: policy.Rule{Needs: []facts.Part{facts.PartMX, facts.PartSPF}, Check: finds},
			zone: mail, parts: []facts.Part{facts.PartMX}, want: policy.NotApplicable,
		},
		{
			name: "a role that the domain has", rule: policy.Rule{Roles: []facts.Role{facts.Parked, facts.Receives}, Check: finds},
			zone: mail, want: policy.Fail,
		},
		{
			name: "a role that it has not", rule: policy.Rule{Roles: []facts.Role{facts.Parked}, Check: finds},
			zone: mail, want: policy.NotApplicable,
		},
		{
			name: "a role that is not known", rule: policy.Rule{Roles: []facts.Role{facts.Receives}, Check: finds},
			zone: mail, broken: []facts.Question{ask("example.com", "MX")},
			want: policy.Unsure, reason: "MX example.com: SERVFAIL",
		},
		{
			name: "a role that is not known beside one that is", rule: policy.Rule{Roles: []facts.Role{facts.Receives, facts.Sends}, Check: finds},
			zone:   `example.com. TXT "v=spf1 ip4:192.0.2.25 -all"`,
			broken: []facts.Question{ask("example.com", "MX")}, want: policy.Fail,
		},
		{
			name: "a domain that does not exist", rule: policy.Rule{Check: finds},
			zone: mail, domain: "example.org", want: policy.NotApplicable,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := shown{policy.Example{Domain: tt.domain, Options: facts.Options{Parts: tt.parts}}, tt.rule, newWorld(t, tt.zone)}
			v := policy.Evaluate(s.but(tt.broken...).build(t), []policy.Rule{tt.rule})[0]
			if v.Outcome != tt.want || v.Reason != tt.reason {
				t.Errorf("%s %q, want %s %q", v.Outcome, v.Reason, tt.want, tt.reason)
			}
			if (v.Outcome == policy.Fail) != (len(v.Findings) > 0) {
				t.Errorf("%s with %d findings", v.Outcome, len(v.Findings))
			}
		})
	}
}

// TestEvaluateBounds checks that findings of one key are one finding.
func TestEvaluateBounds(t *testing.T) {
	rule := policy.Rule{Check: func(*facts.Facts) []policy.Finding {
		return []policy.Finding{{Key: "a", Message: "first"}, {Key: "a", Message: "second"}, {Key: "b", Evidence: make([]policy.Evidence, 100)}}
	}}
	s := shown{policy.Example{}, rule, newWorld(t, `example.com. A 192.0.2.80`)}
	v := policy.Evaluate(s.build(t), []policy.Rule{rule})[0]
	if got := messages(v.Findings); !slices.Equal(got, []string{"first", ""}) {
		t.Errorf("findings %q", got)
	}
	if n := len(v.Findings[1].Evidence); n > 8 {
		t.Errorf("%d pieces of evidence", n)
	}
}
