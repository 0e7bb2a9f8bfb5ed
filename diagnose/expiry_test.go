package diagnose

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// longAgo and farAway are on both sides of whatever clock the tests run by.
func longAgo() time.Time { return time.Unix(1_000_000_000, 0) }
func farAway() time.Time { return time.Unix(99_000_000_000, 0) }

// expiringMessage is a message with a signature that ends at some time; zero is
// never.
func expiringMessage(t testing.TB, signer crypto.Signer, header, body dkim.Canonicalization, expires time.Time) string {
	t.Helper()
	message := strings.ReplaceAll("X-Twice:  first \nX-Twice: second\n"+rest+"\nhello  there \n\n\n", "\n", "\r\n")
	var signed bytes.Buffer
	err := dkim.Sign(&signed, strings.NewReader(message), &dkim.SignOptions{
		Domain: "sender.example", Selector: "s1", Signer: signer, HeaderKeys: []string{"From", "To", "Subject", "X-Twice", "X-Twice", "X-Absent"},
		HeaderCanonicalization: header, BodyCanonicalization: body, Expiration: expires,
	})
	if err != nil {
		t.Fatal(err)
	}
	return signed.String()
}

func keyRecord(t testing.TB, signer crypto.Signer) string {
	t.Helper()
	if public, ok := signer.Public().(ed25519.PublicKey); ok {
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	}
	der, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	return "v=DKIM1; p=" + base64.StdEncoding.EncodeToString(der)
}

// words is what came of the only signature.
func words(t testing.TB, message, key string) string {
	t.Helper()
	found, _, err := newSignedMail([]byte(message)).verify(func(string) ([]string, error) { return []string{key}, nil })
	if err != nil || len(found) != 1 {
		t.Fatalf("%d signatures, %v", len(found), err)
	}
	if found[0].Err != nil {
		return found[0].Err.Error()
	}
	return "holds"
}

// A signature that expires comes to what the same one without an expiry comes to,
// before that time and after it, whole and damaged. The library, which decides
// those without an expiry, is the control.
func TestExpiryIsNoMatterOfTheClock(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	damages := map[string]func(string) string{
		"whole":              func(m string) string { return m },
		"lines end in LF":    func(m string) string { return strings.ReplaceAll(m, "\r\n", "\n") },
		"the body":           func(m string) string { return strings.Replace(m, "hello", "hallo", 1) },
		"spaces in the body": func(m string) string { return strings.Replace(m, "hello  there", "hello there", 1) },
		"a field":            func(m string) string { return strings.Replace(m, "Subject: x", "Subject: y", 1) },
		"spaces in a field":  func(m string) string { return strings.Replace(m, "Subject: x", "Subject:   x", 1) },
		"a field more":       func(m string) string { return "X-Absent: y\r\n" + m },
		"fields change places": func(m string) string {
			return strings.Replace(strings.Replace(m, "second", "third", 1), "first", "second", 1)
		},
		"a field that is covered": func(m string) string { return strings.Replace(m, "X-Twice:  first", "X-Twice:  worst", 1) },
		"the signature":           func(m string) string { return regexp.MustCompile(`([; ])b=`).ReplaceAllString(m, "${1}b=AAAA") },
		"the canonicalization":    func(m string) string { return strings.Replace(m, "c=relaxed", "c=simple", 1) },
	}
	held, changed := 0, map[string]bool{"whole": true}
	for _, signer := range []crypto.Signer{ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)), small} {
		key := keyRecord(t, signer)
		for _, header := range []dkim.Canonicalization{dkim.CanonicalizationSimple, dkim.CanonicalizationRelaxed} {
			for _, body := range []dkim.Canonicalization{dkim.CanonicalizationSimple, dkim.CanonicalizationRelaxed} {
				for name, damage := range damages {
					plain := expiringMessage(t, signer, header, body, time.Time{})
					want := words(t, damage(plain), key)
					changed[name] = changed[name] || damage(plain) != plain
					if want == "holds" {
						held++
					}
					for _, expires := range []time.Time{longAgo(), farAway()} {
						if got := words(t, damage(expiringMessage(t, signer, header, body, expires)), key); got != want {
							t.Errorf("%T, %s/%s, %s, until %s: %q, want %q", signer, header, body, name, expires.UTC(), got, want)
						}
					}
				}
			}
		}
	}
	for name := range damages {
		if !changed[name] {
			t.Errorf("%s: nothing is damaged", name)
		}
	}
	if held < 16 {
		t.Errorf("only %d signatures held", held)
	}
}

// The expiry is signed: with another one the signature does not hold.
func TestExpiryIsSigned(t *testing.T) {
	signer := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	message := expiringMessage(t, signer, dkim.CanonicalizationRelaxed, dkim.CanonicalizationRelaxed, longAgo())
	another := regexp.MustCompile(`x=1000000000`).ReplaceAllString(message, "x=1000000001")
	if another == message {
		t.Fatal("the message has no expiry")
	}
	if got := words(t, another, keyRecord(t, signer)); !strings.HasPrefix(got, didNotVerify) {
		t.Errorf("another expiry: %s", got)
	}
	if got := words(t, message, keyRecord(t, signer)); got != "holds" {
		t.Errorf("the control: %s", got)
	}
	if got := words(t, message, keyRecord(t, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize)))); !strings.HasPrefix(got, didNotVerify) {
		t.Errorf("another key: %s", got)
	}
	if got := words(t, strings.Replace(message, "x=1000000000", "x=soon", 1), keyRecord(t, signer)); !strings.Contains(got, "malformed expiration time") {
		t.Errorf("no time: %s", got)
	}
}

// The whole way: an old message with a signature that has run out since passes,
// and the diagnosis names the day.
func TestExpiredSinceItCame(t *testing.T) {
	signer := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	zone := fmt.Sprintf("s1._domainkey.sender.example. TXT \"%s\"\n_dmarc.sender.example. TXT \"v=DMARC1; p=reject\"\nsender.example. MX 10 mx.sender.example.\n", keyRecord(t, signer))
	for name, expires := range map[string]time.Time{"an expiry that is over": longAgo(), "one that is to come": farAway()} {
		message := expiringMessage(t, signer, dkim.CanonicalizationRelaxed, dkim.CanonicalizationRelaxed, expires)
		d := newWorld(t, zone).explain(Read([]byte(message)))
		if d.Cause != NotAFailure || !evidenceWith(d, "the DKIM signature of sender.example holds, for whoever verified it before "+expires.UTC().Format("2006-01-02 15:04")) && !evidenceWith(d, "The DKIM signature of sender.example holds, for whoever verified it before "+expires.UTC().Format("2006-01-02 15:04")) {
			t.Errorf("%s: %s, %q", name, d.Cause, d.Evidence)
		}
	}
}

// What is masked has no expiry any more, and what has none is not touched.
func FuzzExpiry(f *testing.F) {
	f.Add("DKIM-Signature: v=1; d=sender.example; x=1000000000; b=AAAA")
	f.Add("DKIM-Signature: x = 1 0; x=+5;x=;\r\n x\u00a0=7; b=")
	f.Fuzz(func(t *testing.T, field string) {
		if !strings.Contains(field, ":") {
			return
		}
		masked, expires := withoutExpiry(field)
		if again, still := withoutExpiry(masked); !still.IsZero() || again != masked {
			t.Errorf("%q is masked as %q", field, masked)
		}
		if expires.IsZero() && masked != field {
			t.Errorf("%q became %q without an expiry", field, masked)
		}
		mail := newSignedMail([]byte(field + "\r\n\r\n"))
		mail.holds(field, func(string) ([]string, error) { return []string{"v=DKIM1; p=AAAA"}, nil })
		if relaxed(relaxed(field)) != relaxed(field) {
			t.Errorf("%q in relaxed form has another relaxed form", field)
		}
	})
}
