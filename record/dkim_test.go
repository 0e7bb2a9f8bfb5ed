package record

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"testing"
)

// rsaText is a fresh key of a size in base64, as SubjectPublicKeyInfo and bare.
func rsaText(t *testing.T, bits int) (string, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	info, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	bare := x509.MarshalPKCS1PublicKey(&key.PublicKey)
	return base64.StdEncoding.EncodeToString(info), base64.StdEncoding.EncodeToString(bare)
}

const ed25519Text = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" // RFC 8463, appendix A.2

func TestParseDKIMKey(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	info, bare := rsaText(t, 1024)
	for _, c := range []struct {
		name, record string
		bits         int
		usable       bool
	}{
		{"a key", "v=DKIM1; k=rsa; p=" + info, 1024, true},
		{"v and k are optional", "p=" + info, 1024, true},
		{"white space inside p", "k=rsa; p=" + info[:40] + " \r\n\t" + info[40:], 1024, true},
		{"the bare form that RFC 6376 asks for", "v=DKIM1; p=" + bare, 1024, true},
		{"ed25519", "v=DKIM1; k=ed25519; p=" + ed25519Text, 256, true},
		{"cut short", "v=DKIM1; p=" + info[:80], 0, false},
		{"ed25519 of the wrong length", "v=DKIM1; k=ed25519; p=" + info, 0, false},
		{"not base64", "v=DKIM1; p=****", 0, false},
		{"an unknown type", "v=DKIM1; k=dsa; p=" + info, 0, false},
		{"no p", "v=DKIM1; k=rsa", 0, false},
		{"v not first", "k=rsa; v=DKIM1; p=" + info, 1024, false},
		{"another version", "v=DKIM2; p=" + info, 1024, false},
		{"p twice", "v=DKIM1; p=" + info + "; p=" + info, 1024, false},
	} {
		k := ParseDKIMKey(c.record)
		if k.Bits != c.bits || k.Usable() != c.usable {
			t.Errorf("%s: %d bits, usable %v, problems %+v", c.name, k.Bits, k.Usable(), k.Problems)
		}
	}
}

func TestParseDKIMKeyTags(t *testing.T) {
	k := ParseDKIMKey("v=DKIM1; h=sha1; s=tlsrpt; t=y:s; p=")
	if !k.Revoked || !k.Testing || !k.Strict || k.ForEmail() || k.SHA256() || len(k.Problems) > 0 {
		t.Errorf("%+v", k)
	}
	k = ParseDKIMKey("v=DKIM1; h=sha1:sha256; s=*; p=" + ed25519Text + "; k=ed25519")
	if k.Testing || !k.ForEmail() || !k.SHA256() || !k.Usable() {
		t.Errorf("%+v", k)
	}
}

func FuzzParseDKIMKey(f *testing.F) {
	f.Add("v=DKIM1; k=ed25519; p=" + ed25519Text)
	f.Add("p=MIGf; h=:::; t=; k=; ; =")
	f.Fuzz(func(t *testing.T, octets string) {
		k := ParseDKIMKey(octets)
		for _, p := range k.Problems {
			if p.Offset < 0 || p.Length < 0 || p.End() > len(octets) {
				t.Fatalf("problem %+v is outside of %q", p, octets)
			}
		}
		if k.Usable() && k.Bits == 0 {
			t.Fatalf("%q is usable without a key", octets)
		}
	})
}
