package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

func TestPacks(t *testing.T) {
	rules := ids(policy.Rules())
	sentence := func(text string) bool { return text != "" && !strings.HasSuffix(text, ".") }
	var names []string
	for _, p := range policy.Packs() {
		names = append(names, p.Name)
		if !strings.HasPrefix(p.Name, "@") || !sentence(p.Title) || len(p.Sources) == 0 {
			t.Errorf("pack %s: %q, %d sources", p.Name, p.Title, len(p.Sources))
		}
		for _, s := range p.Sources {
			if !sentence(s.Name) || !strings.HasPrefix(s.URL, "https://") || len(s.Asks) == 0 {
				t.Errorf("%s: source %q, %q, %d requirements", p.Name, s.Name, s.URL, len(s.Asks))
			}
			for _, r := range s.Asks {
				if !sentence(r.Text) || len(r.Rules) == 0 && r.Seen == nil && r.Blind == "" {
					t.Errorf("%s: nothing decides %q", p.Name, r.Text)
				}
			}
		}
		for _, id := range p.Rules() {
			if !slices.Contains(rules, id) {
				t.Errorf("%s rests on %s, which is no rule", p.Name, id)
			}
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %q", names)
	}
}

func TestPacksIn(t *testing.T) {
	for entry, want := range map[string]string{
		"@bulk-sender": "@bulk-sender", "@PARKED,SPF": "@parked", "SPF001": "", "@parked,@bod-18-01": "@bod-18-01 @parked", "@nobody": "",
	} {
		var got []string
		for _, p := range policy.PacksIn([]string{entry}) {
			got = append(got, p.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %s", entry, got, want)
		}
	}
}

// answers are a pack's, "+" for met, "-" for not met and "?" for cannot tell, a
// group for each source.
func answers(p *policy.Pack, f *facts.Facts, verdicts []policy.Verdict) string {
	var b strings.Builder
	source := ""
	for _, c := range p.Check(f, verdicts) {
		if source != "" && source != c.Name {
			b.WriteByte(' ')
		}
		source = c.Name
		b.WriteString(map[policy.Answer]string{policy.Met: "+", policy.NotMet: "-", policy.CannotTell: "?"}[c.Answer])
	}
	return b.String()
}

func pack(t testing.TB, name string) *policy.Pack {
	t.Helper()
	packs := policy.PacksIn([]string{name})
	if len(packs) != 1 {
		t.Fatalf("%d packs are called %s", len(packs), name)
	}
	return &packs[0]
}

func TestChecklists(t *testing.T) {
	const key = `s1._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`
	const sender = `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25
example.com. TXT "v=spf1 mx -all"
_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:d@example.com"
`
	const tenant = `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.26
autodiscover.example.com. CNAME autodiscover.outlook.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:d@example.com"
`
	tests := []struct{ name, pack, zone, want string }{
		{"a sender that has all", "@bulk-sender", sender + key, "++??????+?? +++????? +++?????"},
		{"no key was seen, which proves nothing", "@bulk-sender", sender, "+???????+?? +?+????? +?+?????"},
		{"nothing but a host", "@bulk-sender", `example.com. A 192.0.2.80`, "-???????-?? -?-????? -?-?-???"},
		{"a key that nobody can use", "@bulk-sender", sender + `s1._domainkey.example.com. TXT "v=DKIM1; p=(paste)"`, "+-??????+?? +-+????? +-+?????"},
		{"a name that does not exist", "@bulk-sender", `example.net. A 192.0.2.80`, "??????????? ???????? ????????"},
		{"p=none is the beginning", "@bod-18-01", sender, "?+++??--"},
		{"all that DNS shows", "@bod-18-01", `example.com. MX 0 .
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:reports@dmarc.cyber.dhs.gov"
example.com._report._dmarc.dmarc.cyber.dhs.gov. TXT "v=DMARC1"`, "?+++??++"},
		{"all records for a parked domain", "@parked", `example.com. MX 0 .
example.com. TXT "v=spf1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"
*._domainkey.example.com. TXT "v=DKIM1; p="`, "+++++"},
		{"a parked domain without any", "@parked", `example.com. A 192.0.2.80`, "-----"},
		{"a domain that sends is not parked", "@parked", sender, "-----"},
		{"p=reject; sp=none", "@parked", `example.com. MX 10 .
example.com. TXT "v=spf1 ~all"
_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=none"`, "-+---"},
		{"a tenant without keys", "@microsoft-365", tenant, "+++ ? +++ ++"},
		{"a tenant with both selectors", "@microsoft-365", tenant + `selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector2._domainkey.example.com. CNAME selector2-example-com._domainkey.example.onmicrosoft.com.
selector1-example-com._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`, "+++ + +++ ++"},
		{"a gateway in front", "@microsoft-365", `example.com. MX 10 eu-smtp-inbound-1.mimecast.com.
eu-smtp-inbound-1.mimecast.com. A 192.0.2.26
example.com. TXT "v=spf1 ip4:192.0.2.25 -all"`, "?+- ? --- ??"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opt := facts.Options{Selectors: []string{"s1", "selector1", "selector2"}}
			f := shown{policy.Example{Options: opt}, policy.Rule{}, newWorld(t, tt.zone)}.build(t)
			p := pack(t, tt.pack)
			if got := answers(p, f, policy.Evaluate(f, policy.Rules())); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
				for _, c := range p.Check(f, policy.Evaluate(f, policy.Rules())) {
					t.Logf("%s: %s %q %q", c.Text, c.Answer, c.Why, c.Failed)
				}
			}
		})
	}
}

// TestChecklistWithoutRules checks that what rests on a rule that did not run
// is not told.
func TestChecklistWithoutRules(t *testing.T) {
	f := shown{policy.Example{}, policy.Rule{}, newWorld(t, `example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.25
example.com. TXT "v=spf1 mx -all"`)}.build(t)
	p := pack(t, "@bulk-sender")
	if got := answers(p, f, nil); strings.Contains(got, "+") {
		t.Errorf("%s without any rule", got)
	}
}

// TestChecklistNeedsProof fails each question of every example in turn. An
// answer may then become one that cannot be told, and change in no other way.
func TestChecklistNeedsProof(t *testing.T) {
	told := 0
	for _, s := range examples(t) {
		f := s.build(t)
		verdicts := policy.Evaluate(f, policy.Rules())
		for _, o := range f.Used {
			worse := s.but(o.Question).build(t)
			worseVerdicts := policy.Evaluate(worse, policy.Rules())
			for _, p := range policy.Packs() {
				before, after := p.Check(f, verdicts), p.Check(worse, worseVerdicts)
				for i, c := range before {
					if got := after[i].Answer; got != c.Answer && got != policy.CannotTell {
						t.Errorf("%s: %s fails, and %s %q goes from %s to %s", s.name(), o.Question, p.Name, c.Text, c.Answer, got)
					}
					if c.Answer == policy.CannotTell && c.Why == "" {
						t.Errorf("%s: %s %q: no reason", s.name(), p.Name, c.Text)
					}
					if c.Answer == policy.Met {
						told++
					}
				}
			}
		}
	}
	if told == 0 {
		t.Error("nothing is ever met, so that nothing was tested")
	}
}
