package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// mailZone is what the zones below have around what is broken.
const mailZone = `mx.example.com. A 192.0.2.25
_spf.example.net. TXT "v=spf1 ip4:198.51.100.1 -all"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 -all"
_domainkey.example.com. TXT "x"
`

// rsa2048 is a key whose private half was thrown away.
const rsa2048 = `MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAriE2QOvP3WeJtgCoatB8mExZcNv7EoxoBer+5g+dHojbJEr8/nFrQLn6VljioifwyHebZvAz7Lf3pSlfsgvvr+NaMcST5BbQaDXnz23mPt/V4mFlNAV7F5srJrSZOSXydW14HaTtbDW2qdgUh01TprNnufvk" "5ng2g5fJt1KVQvy4XgitJXp7GWjZj/s20d0Y7pbwJN0NVAx/dsPLLVjjKrM+cmC3xhNUnV3AnN+FZUfNgYYIP53EWgEOQ6i8qMk+MklpJzh4dEGQCWGuYVXnoe4Kz4HqvS3fSLEyHFmEXHrzrL93RUqADN1s36lGjHogtwyMD/Gwa7OBbBvHeVcaKwIDAQAB`

// TestRepairOf looks at what rules propose beyond their examples, and at what
// they rightly do not.
func TestRepairOf(t *testing.T) {
	const mx = "example.com. MX 10 mx.example.com.\n"
	for _, c := range []struct {
		what, rule, zone string
		want             string // the records that come, "-" for none, or "nothing"
	}{
		{"two SPF records are merged, with the stricter end", "SPF002", mx + `example.com. TXT "v=spf1 mx include:_spf.example.net ~all"
example.com. TXT "v=spf1 include:_spf.example.net ip4:192.0.2.9 -all"`, `"v=spf1 include:_spf.example.net ip4:192.0.2.9 mx -all"`},
		{"of two records that redirect, one is meant, and nobody knows which", "SPF002", mx + `example.com. TXT "v=spf1 redirect=_spf.example.net"
example.com. TXT "v=spf1 mx -all"`, "nothing"},
		{"a record that lets the world send is no part of a merger", "SPF002", mx + `example.com. TXT "v=spf1 mx +all"
example.com. TXT "v=spf1 a +all"`, "nothing"},
		{"no space behind the version, and an include", "SPF003", mx + `example.com. TXT "v=spf1include:_spf.example.net -all"`, `"v=spf1 include:_spf.example.net -all"`},
		{"another version", "SPF003", mx + `example.com. TXT "v=spf2 include:_spf.example.net -all"`, "nothing"},
		{"a colon in the version", "SPF003", mx + `example.com. TXT "v:spf1 mx -all"`, `"v=spf1 mx -all"`},
		{"ipv4", "SPF004", mx + `example.com. TXT "v=spf1 ipv4:192.0.2.7 -all"`, `"v=spf1 ip4:192.0.2.7 -all"`},
		{"a bare address, and an IPv6 one in ip4", "SPF004", mx + `example.com. TXT "v=spf1 192.0.2.7 ip4:2001:db8::1 -all"`, `"v=spf1 ip4:192.0.2.7 ip6:2001:db8::1 -all"`},
		{"a space behind the colon", "SPF004", mx + `example.com. TXT "v=spf1 include: _spf.example.net -all"`, `"v=spf1 include:_spf.example.net -all"`},
		{"a comma at the end", "SPF004", mx + `example.com. TXT "v=spf1 ip4:192.0.2.7, -all;"`, `"v=spf1 ip4:192.0.2.7 -all"`},
		{"a word that could be anything", "SPF004", mx + `example.com. TXT "v=spf1 mx outlook -all"`, "nothing"},
		{"an address that is none", "SPF004", mx + `example.com. TXT "v=spf1 ip4:192.0.2.300 -all"`, "nothing"},
		{"an include that is gone", "SPF008", mx + `example.com. TXT "v=spf1 mx include:gone.example.org -all"`, `"v=spf1 mx -all"`},
		{"an include with a slip is no include to drop", "SPF008", mx + `example.com. TXT "v=spf1 mx include:spf.protection.outlok.com -all"`, "nothing"},
		{"what stands behind all is meant", "SPF014", mx + `example.com. TXT "v=spf1 mx -all include:_spf.example.net"`, `"v=spf1 mx include:_spf.example.net -all"`},
		{"a second all is not", "SPF014", mx + `example.com. TXT "v=spf1 mx -all ~all"`, `"v=spf1 mx -all"`},
		{"ptr has no other record that says the same", "SPF015", mx + `example.com. TXT "v=spf1 ptr -all"`, "nothing"},
		{"Exchange Online", "M365009", `example.com. MX 0 example-com.mail.protection.outlook.com.
example-com.mail.protection.outlook.com. A 192.0.2.1
example.com. TXT "v=spf1 ip4:192.0.2.25 -all"`, `"v=spf1 ip4:192.0.2.25 include:spf.protection.outlook.com -all"`},
		{"two MX, one of them dead", "MX005", mx + "example.com. MX 20 gone.example.com.\n" + `example.com. TXT "v=spf1 mx -all"`, "-"},
		{"the only MX", "MX020", "example.com. MX 20 gone.example.com.\n" + `example.com. TXT "v=spf1 mx -all"`, "nothing"},
		{"two MX, one of them private", "MX008", mx + "example.com. MX 20 in.example.com.\nin.example.com. A 10.0.0.1\n" + `example.com. TXT "v=spf1 mx -all"`, "-"},
		{"an alias as MX: the host at its end", "MX006", "example.com. MX 10 mail.example.com.\nmail.example.com. CNAME mx.example.com.\n" + `example.com. TXT "v=spf1 mx -all"`, "10 mx.example.com."},
		{"a gateway, and Microsoft beside it", "M365004", "example.com. MX 10 mxa-00000001.gslb.pphosted.com.\nexample.com. MX 50 example-com.mail.protection.outlook.com.\nmxa-00000001.gslb.pphosted.com. A 192.0.2.1\n" +
			"example-com.mail.protection.outlook.com. A 192.0.2.1\n" + `example.com. TXT "v=spf1 include:spf.protection.outlook.com -all"`, "-"},
		{"two DMARC records that differ in their addresses", "DMARC002", mx + `example.com. TXT "v=spf1 mx -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:b@example.com"`, `"v=DMARC1; p=reject; rua=mailto:a@example.com,mailto:b@example.com"`},
		{"two that differ in their policy", "DMARC002", mx + `example.com. TXT "v=spf1 mx -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"
_dmarc.example.com. TXT "v=DMARC1; p=none"`, "nothing"},
		{"a policy with a slip, of a domain whose mail would be lost", "DMARC004", mx + `example.com. TXT "v=spf1 ip4:192.0.2.256 -all"
_dmarc.example.com. TXT "v=DMARC1; p=rejct"`, "nothing"},
		{"p=none of a domain with mail is its own to raise", "DMARC006", mx + `example.com. TXT "v=spf1 mx -all"
_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:d@example.com"`, "nothing"},
		{"no reports, where nobody takes mail", "DMARC007", `example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`, "nothing"},
		{"a policy of a domain above is not the domain's", "DMARC007", `a.example.com. MX 10 mx.example.com.
a.example.com. TXT "v=spf1 mx -all"
_dmarc.example.com. TXT "v=DMARC1; p=reject"`, "nothing"},
		{"no record behind an alias is touched", "DMARC007", mx + `example.com. TXT "v=spf1 mx -all"
_dmarc.example.com. CNAME example.dmarc.example.net.
example.dmarc.example.net. TXT "v=DMARC1; p=reject"`, "nothing"},
		{"a key with quotation marks in it", "DKIM005", mx + `example.com. TXT "v=spf1 mx -all"
s1._domainkey.example.com. TXT "v=DKIM1\\; k=ed25519\\; p=\"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\""`, `"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`},
		{"a key beside other text", "DKIM006", mx + `example.com. TXT "v=spf1 mx -all"
s1._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=` + rsa2048 + `"
s1._domainkey.example.com. TXT "v=spf1 -all"`, "-"},
	} {
		opt := facts.DefaultOptions()
		opt.Selectors = []string{"s1"}
		domain := facts.Domain("example.com")
		if strings.HasPrefix(c.zone, "a.") {
			domain = "a.example.com"
		}
		f := newWorld(t, c.zone+"\n"+mailZone).facts(t, domain, opt)
		verdicts := policy.Evaluate(f, policy.Rules())
		if v := verdicts[index(verdicts, c.rule)]; v.Outcome != policy.Fail {
			t.Errorf("%s: %s is %s (%s)", c.what, c.rule, v.Outcome, v.Reason)
			continue
		}
		got := "nothing"
		for _, r := range policy.Mend(f, verdicts) {
			if !slices.ContainsFunc(r.Rules, func(rule *policy.Rule) bool { return rule.ID == c.rule }) {
				continue
			}
			if got = strings.Join(r.New, ", "); got == "" {
				got = "-"
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}
