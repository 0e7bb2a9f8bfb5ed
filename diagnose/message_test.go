package diagnose

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/mailposture/mailposture/facts"
)

// signedMessage is a message with a signature that holds, and its key's record.
func signedMessage(t testing.TB, body string) (string, string) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	message := strings.ReplaceAll(rest+"\n"+body, "\n", "\r\n")
	var signed bytes.Buffer
	err := dkim.Sign(&signed, strings.NewReader(message), &dkim.SignOptions{
		Domain: "sender.example", Selector: "s1", Signer: key, HeaderKeys: []string{"From", "To", "Subject"},
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		t.Fatal(err)
	}
	public := base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
	return signed.String(), fmt.Sprintf("s1._domainkey.sender.example. TXT \"v=DKIM1; k=ed25519; p=%s\"\n", public)
}

func TestMessage(t *testing.T) {
	signed, key := signedMessage(t, "hello\n")
	const policy = "_dmarc.sender.example. TXT \"v=DMARC1; p=reject\"\nsender.example. MX 10 mx.sender.example.\n"
	cases := []struct {
		name, message, zone string
		cause               Cause
		evidence            string
	}{
		{"it holds", signed, key + policy, NotAFailure, "the DKIM signature of sender.example holds"},
		{"lines end in LF, as editors save", strings.ReplaceAll(signed, "\r\n", "\n"), key + policy, NotAFailure, "DMARC of sender.example passes"},
		{"with the first line of an mbox", "From a@sender.example Mon Nov  2\r\n" + signed, key + policy, NotAFailure, "holds"},
		{"the body was changed", strings.Replace(signed, "hello", "hello, you", 1), key + policy, DKIMFailed, "body hash did not verify"},
		{"the key is gone", signed, policy, DKIMFailed, "no key for signature"},
		{"another domain signs", strings.Replace(signed, "From: a@sender.example", "From: a@other.example", 1), key + "_dmarc.other.example. TXT \"v=DMARC1; p=reject\"\nother.example. MX 10 mx.other.example.\n", DMARCReject, "DMARC of other.example fails"},
		{"no signature", strings.ReplaceAll(rest, "\n", "\r\n") + "\r\nhello\r\n", policy, DMARCReject, "no DKIM signature"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := Read([]byte(c.message))
			if e.Kind != Message {
				t.Fatalf("kind %s", e.Kind)
			}
			d := newWorld(t, c.zone).explain(e)
			if !evidenceWith(d, c.evidence) && !evidenceWith(d, sentence(c.evidence)) {
				t.Errorf("evidence %q does not say %q", d.Evidence, c.evidence)
			}
			if d.Cause != c.cause {
				t.Errorf("%s (%s), want %s: %q", d.Cause, d.Confidence, c.cause, d.Evidence)
			}
			plainText(t, d)
		})
	}
}

// A key that cannot be asked for is no key that is not there.
func TestKeyNotKnown(t *testing.T) {
	signed, key := signedMessage(t, "hello\n")
	w := newWorld(t, key)
	w.fail[facts.Question{Name: "s1._domainkey.sender.example", Kind: facts.KindTXT}] = "SERVFAIL"
	d := w.explain(Read([]byte(signed)))
	if d.Cause == DKIMFailed || len(d.Unknown) != 1 || !strings.Contains(d.Unknown[0], "SERVFAIL") {
		t.Errorf("%s, unknown %q, %q", d.Cause, d.Unknown, d.Evidence)
	}
	if d := newWorld(t, "sender.example. MX 10 mx.sender.example.\n").explain(Read([]byte(signed))); d.Cause != DKIMFailed {
		t.Errorf("the control, a key that is not there: %s", d.Cause)
	}
}

// A signature that names nonsense asks nothing of DNS.
func TestHostileSignature(t *testing.T) {
	long := strings.Repeat("a", 300)
	for _, tags := range []string{"d=; s=", "d=" + long + "; s=" + long, "d=x y; s=\x1b[31m", "d=.; s=.", "d=sender.example; s=a b", "v=1"} {
		e := Read([]byte("DKIM-Signature: v=1; a=rsa-sha256; h=from; bh=x; b=x; " + tags + "\r\n" + strings.ReplaceAll(rest, "\n", "\r\n") + "\r\nhello\r\n"))
		for _, q := range append(e.Questions, newWorld(t, "x.example. A 192.0.2.1\n").explain(e).Missing...) {
			if _, err := facts.ParseDomain(q.Name); err != nil {
				t.Errorf("%q: it asks for %q", tags, q.Name)
			}
		}
	}
}
