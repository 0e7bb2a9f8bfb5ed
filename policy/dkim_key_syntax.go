package policy

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

var dkimKeySyntax = Rule{
	ID:         "DKIM005",
	Name:       "dkim-key-syntax",
	Title:      "A DKIM key cannot be read",
	Severity:   High,
	Confidence: Proof,
	Why: `Receivers cannot use the key, so that every signature with this selector (the name of a key, which stands before
*._domainkey*) fails. If the domain enforces DMARC, mail that relies on it is refused.`,
	Fix: "Publish the key again, whole, as the signing system shows it. What is lost most often is the end of a long key, or a semicolon that was " +
		"escaped twice. A long key goes into one record of several character-strings (pieces in quotation marks), with nothing between them.",
	Refs:    []string{"RFC 6376, section 3.6.1", "RFC 8463, section 4.2"},
	Needs:   []facts.Part{facts.PartDKIMKeys},
	Partial: true, // each key is proved by its own record
	Check: func(f *facts.Facts) []Finding {
		return keyFindings(f, func(k facts.Key) string {
			if k.State != facts.KeyMalformed {
				return ""
			}
			return keyFault(k.Parsed)
		})
	},
	Repair: spellKey,
	Examples: []Example{{
		Name: "a key that was cut off",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCqu5oWENuGsQlt"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "selector s1 has a key that is no rsa key, or not all of one",
	}, {
		Name: "no Base64",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p=(paste the key here)"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "that is not Base64",
	}, {
		Name: "no key",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; k=rsa"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "has a record without p",
	}, {
		Name: "the version behind other tags",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "k=rsa; v=DKIM1; p=` + exampleRSA1024 + `"`,
		Options:  facts.Options{Selectors: []string{"s1"}},
		Outcome:  Fail,
		Contains: "has a version that is not DKIM1 or does not come first",
	}, {
		Name: "no version, white space in the key, tags in another order",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "p=11qYAYKxCrfVS/7T yWQHOg7hcvPapiMlrwIaaPcHURo= ; k=ed25519; n=a note;"`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}, {
		Name: "a key that was revoked",
		Zone: `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "v=DKIM1; p="`,
		Options: facts.Options{Selectors: []string{"s1"}},
		Outcome: Pass,
	}},
}

// keyFault says what is wrong with a key record that no verifier can use.
func keyFault(k *record.DKIMKey) string {
	for _, p := range k.Problems {
		if !p.Fatal {
			continue
		}
		switch p.Code {
		case record.DKIMNotATag:
			return "has a record with a part that is no tag: " + short(cut(k.Octets, p.Span))
		case record.DKIMDuplicateTag:
			return "has a record with a tag that stands there twice: " + short(cut(k.Octets, p.Span))
		case record.DKIMBadVersion:
			return "has a version that is not DKIM1 or does not come first"
		case record.DKIMMissingKey:
			return "has a record without p, where the key should be"
		case record.DKIMBadBase64:
			return "has a key that is not Base64"
		case record.DKIMUnknownType:
			return "has a key of the type " + short(k.Type) + ", which verifiers do not know"
		case record.DKIMBadKey:
			return "has a key that is no " + plain(k.Type) + " key, or not all of one"
		}
	}
	return "has a record that verifiers cannot use"
}
