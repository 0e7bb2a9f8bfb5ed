package record

import (
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"strings"
)

// DKIMKey is a parsed DKIM key record. RFC 6376, section 3.6.1.
type DKIMKey struct {
	Octets   string
	Tags     []Tag
	Type     string   // k, lower case; "rsa" when it is not written
	Bits     int      // of the RSA modulus, or 256 for ed25519; 0 when the key cannot be read
	Key      []byte   // p, decoded; nil when it is empty or not base64
	Hashes   []string // h, lower case; empty means all
	Services []string // s, lower case; empty means "*"
	Revoked  bool     // p is there and empty
	Testing  bool     // t has y
	Strict   bool     // t has s: i= must be of the very d= domain
	Problems []Problem
}

// The problems of a DKIM key record.
const (
	DKIMNotATag      Code = "dkim-not-a-tag"
	DKIMDuplicateTag Code = "dkim-duplicate-tag"
	DKIMBadVersion   Code = "dkim-bad-version"  // v is not DKIM1, or not first
	DKIMMissingKey   Code = "dkim-missing-key"  // no p
	DKIMBadBase64    Code = "dkim-bad-base64"   // p cannot be decoded
	DKIMBadKey       Code = "dkim-bad-key"      // p decodes to no key of its type
	DKIMUnknownType  Code = "dkim-unknown-type" // k is neither rsa nor ed25519
)

// ForEmail reports whether the key may verify e-mail. RFC 6376, section 3.6.1, "s".
func (k *DKIMKey) ForEmail() bool { return emptyOrHas(k.Services, "*", "email") }

// SHA256 reports whether a signature with SHA-256 can verify; SHA-1 must not
// be used. RFC 8301, section 3.1.
func (k *DKIMKey) SHA256() bool { return emptyOrHas(k.Hashes, "sha256") }

// Usable reports whether a verifier can use the key at all.
func (k *DKIMKey) Usable() bool {
	for _, p := range k.Problems {
		if p.Fatal {
			return false
		}
	}
	return !k.Revoked
}

func emptyOrHas(list []string, any ...string) bool {
	for _, have := range list {
		for _, want := range any {
			if have == want {
				return true
			}
		}
	}
	return len(list) == 0
}

// IsDKIMKey reports whether a TXT record at a selector is meant as a key: it
// has a p tag, or begins with v=DKIM1. v is optional, RFC 6376, section 3.6.1.
func IsDKIMKey(octets string) bool {
	for _, t := range parseTags(octets, nil) {
		if t.Name == "p" || t.Name == "v" && t.Value == "DKIM1" {
			return true
		}
	}
	return false
}

// ParseDKIMKey reads a key record.
func ParseDKIMKey(octets string) DKIMKey {
	k := DKIMKey{Octets: octets, Type: "rsa"}
	k.Tags = parseTags(octets, func(at Span) { k.problem(at, DKIMNotATag, true) })
	var p *Tag
	seen := make(map[string]bool) // without a size: a small one costs no allocation
	for i, t := range k.Tags {
		if seen[t.Name] {
			k.problem(t.Span, DKIMDuplicateTag, true) // RFC 6376, section 3.2
			continue
		}
		seen[t.Name] = true
		switch t.Name {
		case "v":
			if i > 0 || t.Value != "DKIM1" {
				k.problem(t.Span, DKIMBadVersion, true)
			}
		case "k":
			k.Type = strings.ToLower(t.Value)
		case "p":
			p = &k.Tags[i]
		case "h":
			k.Hashes = splitList(t.Value)
		case "s":
			k.Services = splitList(t.Value)
		case "t":
			flags := splitList(t.Value)
			k.Testing = len(flags) > 0 && emptyOrHas(flags, "y")
			k.Strict = len(flags) > 0 && emptyOrHas(flags, "s")
		}
	}
	k.publicKey(p)
	return k
}

func (k *DKIMKey) problem(at Span, code Code, fatal bool) {
	k.Problems = append(k.Problems, Problem{Span: at, Code: code, Fatal: fatal})
}

// publicKey decodes p and measures it.
func (k *DKIMKey) publicKey(p *Tag) {
	if p == nil {
		k.problem(Span{0, len(k.Octets)}, DKIMMissingKey, true)
		return
	}
	text := strings.Map(dropSpace, p.Value) // folding white space may stand inside
	if text == "" {
		k.Revoked = true
		return
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		// Some signers leave the padding out, and verifiers take it.
		key, err = base64.RawStdEncoding.DecodeString(text)
	}
	if err != nil {
		k.problem(p.ValueSpan, DKIMBadBase64, true)
		return
	}
	k.Key = key
	switch k.Type {
	case "rsa":
		k.Bits = rsaBits(key)
	case "ed25519":
		if len(key) == 32 { // RFC 8463, section 4: the bare key
			k.Bits = 256
		}
	default:
		k.problem(p.Span, DKIMUnknownType, true)
		return
	}
	if k.Bits == 0 {
		k.problem(p.ValueSpan, DKIMBadKey, true)
	}
}

// maxKeyOctets bounds the ASN.1 that is read: an RSA key of 65,536 bits.
const maxKeyOctets = 16 << 10

// rsaBits is the length of the modulus of a SubjectPublicKeyInfo, or of the
// bare RSAPublicKey that RFC 6376, section 3.6.1 literally asks for; 0 for
// anything else.
func rsaBits(der []byte) int {
	if len(der) > maxKeyOctets {
		return 0
	}
	var info struct {
		Algorithm struct {
			OID        asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Key asn1.BitString
	}
	if rest, err := asn1.Unmarshal(der, &info); err == nil {
		rsaEncryption := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1} // RFC 8017, appendix C
		if len(rest) > 0 || !info.Algorithm.OID.Equal(rsaEncryption) {
			return 0
		}
		der = info.Key.RightAlign()
	}
	var key struct{ N, E *big.Int }
	if rest, err := asn1.Unmarshal(der, &key); err != nil || len(rest) > 0 || key.N.Sign() <= 0 || key.E.Sign() <= 0 {
		return 0
	}
	return key.N.BitLen()
}

func dropSpace(r rune) rune {
	if strings.ContainsRune(tagSpace, r) {
		return -1
	}
	return r
}

// splitList splits a colon-separated list and lowers its case.
func splitList(value string) []string {
	var items []string
	for item := range strings.SplitSeq(strings.ToLower(value), ":") {
		if item = strings.Trim(item, tagSpace); item != "" {
			items = append(items, item)
		}
	}
	return items
}
