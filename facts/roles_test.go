package facts_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

// roleWords is "sends present high [mx], ...".
func roleWords(f *facts.Facts) string {
	var words []string
	for _, r := range f.Roles {
		words = append(words, strings.TrimSpace(fmt.Sprintf("%s %s %s %v", r.Role, r.State, r.Confidence, r.Evidence)))
	}
	return strings.Join(words, ", ")
}

func TestRoles(t *testing.T) {
	const key = `default._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="` + "\n"
	for _, c := range []struct{ name, zone, want string }{
		{"both", `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
` + key, "sends present high [spf-authorises dkim-key], receives present high [mx], parked absent high []"},
		{"both, without DKIM", `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"`, "sends present medium [spf-authorises], receives present high [mx], parked absent high []"},
		{"an MX alone", `example.com. MX 10 mx.example.com.`, "sends present medium [mx], receives present high [mx], parked absent high []"},
		{"sends only", `example.com. MX 0 .
example.com. TXT "v=spf1 ip4:192.0.2.1 -all"`, "sends present medium [spf-authorises], receives absent high [null-mx], parked absent medium []"},
		{"receives only", `example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 -all"`, "sends absent medium [spf-denies-all], receives present high [mx], parked absent high []"},
		{"parked, and says so", `example.com. MX 0 .
example.com. TXT "v=spf1 -all"`, "sends absent high [spf-denies-all], receives absent high [null-mx], parked present high [spf-denies-all null-mx]"},
		{"a web site", `example.com. A 192.0.2.80`, "sends unseen low [], receives unseen low [address-only], parked present low [address-only]"},
		{"a name without anything", `example.com. TXT "hello"`, "sends unseen low [], receives absent high [no-mx-no-address], parked present medium [no-mx-no-address]"},
		{"no such domain", `example.net. A 192.0.2.1`, "sends absent high [nxdomain], receives absent high [nxdomain], parked present high [nxdomain nxdomain]"},
	} {
		if got := roleWords(buildZone(t, c.zone)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	w := newWorld(t, `example.com. A 192.0.2.80`)
	w.fail[facts.Question{Name: "example.com", Kind: "MX"}] = "timeout"
	for _, r := range w.build("example.com", facts.DefaultOptions()).Roles[1:] {
		if r.State != facts.Unknown || r.Confidence != "" || r.Reason != "MX example.com: timeout" {
			t.Errorf("%+v", r)
		}
	}
}

// What is declared wins over what DNS shows, and survives a saved file.
func TestDeclaredRoles(t *testing.T) {
	var declared facts.Declared
	for _, d := range []struct {
		domains string
		roles   []string
	}{
		{"*", []string{"receives"}}, {"*.example.com", []string{"parked"}},
		{"Example.COM.", []string{"Sends", "receives", "sends"}}, {"mail.example.com", []string{"sends"}},
	} {
		parsed, err := facts.ParseDeclaredRoles(d.domains, d.roles)
		if err != nil {
			t.Fatal(err)
		}
		declared.Roles = append(declared.Roles, parsed)
	}
	text, err := json.Marshal(facts.Options{Declared: declared})
	if err != nil {
		t.Fatal(err)
	}
	var opt facts.Options
	if err := json.Unmarshal(text, &opt); err != nil {
		t.Fatal(err)
	}
	for domain, want := range map[facts.Domain]string{
		"example.com":      "sends present high [declared], receives present high [declared], parked absent high [declared]",
		"www.example.com":  "sends absent high [declared], receives absent high [declared], parked present high [declared]",
		"mail.example.com": "sends present high [declared], receives absent high [declared], parked absent high [declared]",
		"badexample.com":   "sends absent high [declared], receives present high [declared], parked absent high [declared]",
		"example.net":      "sends absent high [declared], receives present high [declared], parked absent high [declared]",
	} {
		f := newWorld(t, string(domain)+". MX 0 .\n").build(domain, opt)
		if got := roleWords(f); got != want {
			t.Errorf("%s:\n got %s\nwant %s", domain, got, want)
		}
	}
	if text, _ := json.Marshal(facts.Options{}); strings.Contains(string(text), "declared") {
		t.Errorf("nothing declared is written: %s", text)
	}
}

func TestParseDeclaredRolesErrors(t *testing.T) {
	for _, c := range []struct {
		domains string
		roles   []string
		want    string
	}{
		{"no domain.example", []string{"sends"}, `"no domain.example" is not a domain: a label holds " "`},
		{"*.com", []string{"sends"}, "it has one label only"},
		{"*example.com", []string{"sends"}, "it is a wildcard"},
		{"*.*.com", []string{"sends"}, "it is a wildcard"},
		{"*.", []string{"sends"}, "it is empty"},
		{"example.com", []string{"send"}, `"send" is no role: choose sends, receives or parked`},
		{"example.com", nil, "no role: choose sends, receives or parked"},
		{"example.com", []string{"parked", "sends"}, "a parked domain neither sends nor receives"},
	} {
		if _, err := facts.ParseDeclaredRoles(c.domains, c.roles); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q %q: %v, want %s", c.domains, c.roles, err, c.want)
		}
	}
}
