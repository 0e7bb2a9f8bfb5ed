package diagnose

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/mailposture/mailposture/record"
)

// A signature with an expiry (x=) counts for whoever verifies before it. A saved
// message is diagnosed long after, and go-msgauth goes by today's clock, which
// would say of every such message that it has expired, and of the same message
// today something else than next week. What is of interest is whether the
// signature held when the message came.
//
// So the library is given the message with the tag renamed: tags that it does not
// know are ignored (RFC 6376, section 3.2), and all but the last of its checks
// come out as they would. Only the signature over the header cannot hold then,
// because the tag is signed, too; that one check is made here.

// expiryTag is what x is called for the library.
const expiryTag = "mailposture-expiry"

// didNotVerify is how the library says that all but the last check passed.
const didNotVerify = "dkim: signature did not verify"

// signedMail is a message as signatures see it.
type signedMail struct {
	fields []string // each with its folding, lines end in CRLF
	body   []byte
}

func newSignedMail(message []byte) signedMail {
	var m signedMail
	for len(message) > 0 {
		var line []byte
		if line, message = cutLine(message); len(line) == 0 {
			break
		}
		if last := len(m.fields) - 1; last >= 0 && (line[0] == ' ' || line[0] == '\t') {
			m.fields[last] += string(line) + "\r\n"
		} else {
			m.fields = append(m.fields, string(line)+"\r\n")
		}
	}
	m.body = message
	return m
}

// verify is dkim.VerifyWithOptions without the clock. The second result has, for
// each signature, when it expires; zero for never.
func (m signedMail) verify(lookup func(string) ([]string, error)) ([]*dkim.Verification, []time.Time, error) {
	var header strings.Builder
	var signatures []string
	var expiries []time.Time
	for _, f := range m.fields {
		if name, _, _ := strings.Cut(f, ":"); strings.EqualFold(strings.TrimSpace(name), "dkim-signature") {
			signatures = append(signatures, f)
			masked, expires := withoutExpiry(f)
			expiries = append(expiries, expires)
			f = masked
		}
		header.WriteString(f)
	}
	header.WriteString("\r\n")
	all := io.MultiReader(strings.NewReader(header.String()), bytes.NewReader(m.body))
	found, err := dkim.VerifyWithOptions(all, &dkim.VerifyOptions{LookupTXT: lookup, MaxVerifications: maxSignatures})
	for i, v := range found {
		if v.Err != nil && strings.HasPrefix(v.Err.Error(), didNotVerify) && m.holds(signatures[i], lookup) {
			v.Err = nil
		}
	}
	return found, expiries, err
}

// withoutExpiry is a DKIM-Signature field in which x= has another name, and when
// the signature expires. What is no time stays, for the library to find.
func withoutExpiry(signature string) (string, time.Time) {
	name, value, _ := strings.Cut(signature, ":")
	tags := strings.Split(value, ";")
	var expires time.Time
	for i, tag := range tags {
		key, value, _ := strings.Cut(tag, "=")
		if strings.TrimSpace(key) != "x" {
			continue
		}
		if seconds, err := strconv.ParseInt(withoutSpace(value), 10, 64); err == nil {
			expires = time.Unix(seconds, 0).UTC()
			tags[i] = strings.Replace(key, "x", expiryTag, 1) + "=" + value
		}
	}
	return name + ":" + strings.Join(tags, ";"), expires
}

// holds reports whether a signature over the header verifies: the last step of
// RFC 6376, section 6.1.3. The library has done all others.
func (m signedMail) holds(signature string, lookup func(string) ([]string, error)) bool {
	tags := make(map[string]string)
	_, value, _ := strings.Cut(signature, ":")
	for tag := range strings.SplitSeq(value, ";") {
		key, value, _ := strings.Cut(tag, "=")
		tags[strings.TrimSpace(key)] = withoutSpace(value)
	}
	records, err := lookup(tags["s"] + "._domainkey." + tags["d"])
	given, bad := base64.StdEncoding.DecodeString(tags["b"])
	if err != nil || bad != nil || len(records) != 1 {
		return false
	}
	canonical := func(field string) string { return field } // simple: section 3.4.1
	if how, _, _ := strings.Cut(tags["c"], "/"); how == "relaxed" {
		canonical = relaxed
	}
	digest := sha256.New() // the library refuses SHA-1, as RFC 8301 wants
	for _, f := range m.covered(strings.Split(tags["h"], ":")) {
		io.WriteString(digest, canonical(f)) // a digest's Write never fails
	}
	io.WriteString(digest, strings.TrimRight(canonical(unsigned(signature)), "\r\n"))
	return verifies(record.ParseDKIMKey(records[0]), digest.Sum(nil), given)
}

// covered are the fields that a list of names covers: of several of one name, the
// last first. RFC 6376, section 5.4.2.
func (m signedMail) covered(names []string) []string {
	var fields []string
	used := make(map[int]bool)
	for _, name := range names {
		for i := len(m.fields) - 1; i >= 0; i-- {
			key, _, _ := strings.Cut(m.fields[i], ":")
			if !used[i] && strings.EqualFold(strings.TrimSpace(key), name) {
				used[i] = true
				fields = append(fields, m.fields[i])
				break
			}
		}
	}
	return fields
}

// relaxed is a field in relaxed form. RFC 6376, section 3.4.2.
func relaxed(field string) string {
	name, value, _ := strings.Cut(field, ":")
	words := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) })
	return strings.ToLower(strings.TrimSpace(name)) + ":" + strings.Join(words, " ") + "\r\n"
}

// unsigned is a DKIM-Signature field with an empty b=. RFC 6376, section 3.7.
func unsigned(signature string) string {
	name, value, _ := strings.Cut(signature, ":")
	tags := strings.Split(value, ";")
	for i, tag := range tags {
		if key, _, ok := strings.Cut(tag, "="); ok && strings.TrimSpace(key) == "b" {
			tags[i] = key + "="
		}
	}
	return name + ":" + strings.Join(tags, ";")
}

// verifies checks a signature of a digest. RFC 8301 and RFC 8463.
func verifies(key record.DKIMKey, digest, signature []byte) bool {
	if key.Type == "ed25519" {
		return len(key.Key) == ed25519.PublicKeySize && ed25519.Verify(key.Key, digest, signature)
	}
	parsed, err := x509.ParsePKIXPublicKey(key.Key)
	if err != nil {
		parsed, err = x509.ParsePKCS1PublicKey(key.Key) // RFC 6376, erratum 3017
	}
	public, ok := parsed.(*rsa.PublicKey)
	return err == nil && ok && rsa.VerifyPKCS1v15(public, crypto.SHA256, digest, signature) == nil
}

func withoutSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
