package exo_test

import (
	"encoding/binary"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/exo"
)

// Exports as the commands print them, cut to a few of their properties.
const (
	accepted  = `{"Id":"example.com","DomainName":"Example.com","DomainType":"Authoritative","MatchSubDomains":false,"Default":true}`
	connector = `{"Name":"Inbound from gateway","Enabled":true,"ConnectorType":"Partner","ConnectorSource":"Default","SenderIPAddresses":["192.0.2.0/24"],` +
		`"SenderDomains":["smtp:*;1"],"RequireTls":true,"RestrictDomainsToIPAddresses":true,"RestrictDomainsToCertificate":false,"TlsSenderCertificateName":null,` +
		`"EFSkipLastIP":false,"EFSkipIPs":["192.0.2.7","192.0.2.8"],"EFUsers":[],"EFTestMode":false,"WhenCreated":"\/Date(1700000000000)\/"}`
	organization = `{"Name":"example.onmicrosoft.com","Guid":"0a1b2c3d","IsDehydrated":false,"OAuth2ClientProfileEnabled":true,"RejectDirectSend":true}`
	arc          = `{"Identity":"Default","ArcTrustedSealers":["gateway.example,other.example"]}`
	dkim         = `[{"Domain":"example.com","Enabled":true,"Status":"Valid","Selector1CNAME":"selector1-example-com._domainkey.example.onmicrosoft.com","Selector2CNAME":"Selector2-example-com._domainkey.example.onmicrosoft.com."}]`
)

func folder(files ...string) fstest.MapFS {
	fs := fstest.MapFS{"notes.txt": {Data: []byte("not an export")}}
	for i := 0; i < len(files); i += 2 {
		fs[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return fs
}

func utf16le(text string) string {
	out := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}

func TestRead(t *testing.T) {
	want := &facts.Tenant{
		Accepted: []facts.AcceptedDomain{{Domain: "example.com", Type: "Authoritative"}},
		Connectors: &[]facts.InboundConnector{{
			Name: "Inbound from gateway", Enabled: true, Type: "Partner", Senders: []string{"smtp:*;1"}, IPs: []string{"192.0.2.0/24"},
			RestrictToIPs: true, SkipIPs: []string{"192.0.2.7", "192.0.2.8"},
		}},
		RejectDirectSend: facts.On, Sealers: &[]string{"gateway.example", "other.example"},
		Signing: &[]facts.DKIMSigning{{Domain: "example.com", Enabled: true, Selectors: [2]string{
			"selector1-example-com._domainkey.example.onmicrosoft.com", "selector2-example-com._domainkey.example.onmicrosoft.com",
		}}},
	}
	for name, write := range map[string]func(string) string{
		"UTF-8": func(s string) string { return s }, "UTF-8 with a mark": func(s string) string { return "\uFEFF" + s },
		"UTF-16LE": utf16le, "UTF-16BE": func(s string) string { return swapped(utf16le(s)) },
		"an array of one": func(s string) string {
			if s[0] == '[' {
				return s
			}
			return "[\r\n" + s + "\r\n]\r\n"
		},
	} {
		got, err := exo.Read(folder("a.json", write(accepted), "b.JSON", write(connector), "c.json", write(organization), "d.json", write(arc), "e.json", write(dkim)))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, asJSON(got), asJSON(want))
		}
	}
}

func swapped(text string) string {
	data := []byte(text)
	for i := 0; i+1 < len(data); i += 2 {
		data[i], data[i+1] = data[i+1], data[i]
	}
	return string(data)
}

func asJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// Other forms that versions of PowerShell print.
func TestReadForms(t *testing.T) {
	for name, c := range map[string]struct{ accepted, connector string }{
		"numbers":   {strings.Replace(accepted, `"Authoritative"`, "0", 1), strings.Replace(connector, `"Partner"`, "2", 1)},
		"objects":   {strings.Replace(accepted, `"Authoritative"`, `{"value__":0,"Value":"Authoritative"}`, 1), strings.Replace(connector, `"Partner"`, `{"Value":"Partner"}`, 1)},
		"Count":     {accepted, strings.Replace(connector, `["192.0.2.7","192.0.2.8"]`, `{"value":["192.0.2.7","192.0.2.8"],"Count":2}`, 1)},
		"one alone": {accepted, strings.Replace(connector, `["smtp:*;1"]`, `"smtp:*;1"`, 1)},
		"words":     {accepted, strings.Replace(connector, `"Enabled":true`, `"Enabled":"True"`, 1)},
	} {
		got, err := exo.Read(folder("a.json", c.accepted, "b.json", c.connector))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		one := (*got.Connectors)[0]
		if got.Accepted[0].Type != "Authoritative" || one.Type != "Partner" || !one.Enabled || len(one.SkipIPs) != 2 || !slices.Equal(one.Senders, []string{"smtp:*;1"}) {
			t.Errorf("%s: %s", name, asJSON(got))
		}
	}
	// No connector at all prints nothing, and says a lot.
	got, err := exo.Read(folder("a.json", accepted, "inbound-connectors.json", ""))
	if err != nil || got.Connectors == nil || len(*got.Connectors) != 0 {
		t.Errorf("%v, %s", err, asJSON(got))
	}
	// From before RejectDirectSend there is nothing to know of it.
	old := strings.Replace(organization, `,"RejectDirectSend":true`, "", 1)
	if got, err := exo.Read(folder("a.json", accepted, "o.json", old)); err != nil || got.RejectDirectSend != "" {
		t.Errorf("%v, %s", err, asJSON(got))
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
		want  string
	}{
		{"no file", nil, "no file that ends in .json"},
		{"no accepted domains", []string{"b.json", connector}, "no export of Get-AcceptedDomain"},
		{"cut off", []string{"a.json", accepted[:40]}, "a.json: not JSON: it ends too soon"},
		{"a table instead of JSON", []string{"a.json", "Name   DomainName\n----   ----\n"}, "a.json: not JSON at octet 1: use ConvertTo-Json"},
		{"two texts", []string{"a.json", accepted + accepted}, "something behind the end"},
		{"half a character", []string{"a.json", utf16le(accepted) + "x"}, "half a character"},
		{"UTF-16 without its mark", []string{"a.json", utf16le("é" + accepted)[2:]}, "neither UTF-8 nor UTF-16"},
		{"a number", []string{"a.json", "17"}, "something else than objects"},
		{"a null", []string{"a.json", "[null]"}, "a null"},
		{"an empty list", []string{"a.json", "[]"}, "a.json: empty"},
		{"of something else", []string{"a.json", `{"Name":"x","Mailbox":"y"}`}, "a.json: not what Get-AcceptedDomain"},
		{"a list of two kinds", []string{"a.json", "[" + accepted + "," + connector + "]"}, "not what"},
		{"twice", []string{"a.json", accepted, "b.json", accepted}, "both a.json and b.json hold Get-AcceptedDomain"},
		{"no domain", []string{"a.json", strings.Replace(accepted, "Example.com", "exa mple", 1)}, "DomainName"},
		{"a type that is not known", []string{"a.json", strings.Replace(accepted, "Authoritative", "Other", 1)}, "DomainType of example.com"},
		{"a few properties", []string{"a.json", accepted, "b.json", strings.Replace(connector, `"Enabled":true,`, "", 1)}, "Get-InboundConnector without Enabled"},
		{"a connector of no type", []string{"a.json", accepted, "b.json", strings.Replace(connector, "Partner", "Friend", 1)}, "ConnectorType"},
		{"a flag that is none", []string{"a.json", accepted, "b.json", strings.Replace(connector, `"Enabled":true`, `"Enabled":"perhaps"`, 1)}, "Enabled is neither true nor false"},
		{"a list of numbers in objects", []string{"a.json", accepted, "b.json", strings.Replace(connector, `["smtp:*;1"]`, `[{"a":1}]`, 1)}, "SenderDomains is not a text"},
		{"two organizations", []string{"a.json", accepted, "c.json", "[" + organization + "," + organization + "]"}, "2 organizations"},
	} {
		got, err := exo.Read(folder(c.files...))
		if err == nil || got != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %s, want %q", c.name, err, asJSON(got), c.want)
		}
	}
}

// FuzzRead holds that no file ends the program, that an error comes alone, and that what
// was read survives a saved file.
func FuzzRead(f *testing.F) {
	for _, text := range []string{accepted, connector, organization, arc, dkim, utf16le(connector), "[]", "{", "[" + connector + "]"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := exo.Read(fstest.MapFS{"a.json": {Data: []byte(accepted)}, "connector.json": {Data: data}})
		if (err == nil) == (got == nil) {
			t.Fatalf("%v, %+v", err, got)
		}
		if err != nil {
			return
		}
		var back facts.Tenant
		if err := json.Unmarshal([]byte(asJSON(got)), &back); err != nil || asJSON(&back) != asJSON(got) {
			t.Fatalf("%v\n%s\n%s", err, asJSON(got), asJSON(back))
		}
	})
}
