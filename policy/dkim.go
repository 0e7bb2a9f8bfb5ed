package policy

import (
	"fmt"
	"slices"

	"github.com/mailposture/mailposture/facts"
)

// keyFindings asks about every selector that shows something, and makes a
// finding of each answer that is not "". The answer ends a sentence that
// begins with the selector.
func keyFindings(f *facts.Facts, ask func(facts.Key) string) []Finding {
	var findings []Finding
	for _, k := range f.DKIM.Keys {
		if answer := ask(k); answer != "" {
			findings = append(findings, Finding{
				Key:      k.Selector,
				Message:  selectorText(k) + " " + answer,
				Evidence: keyEvidence(f, k),
			})
		}
	}
	return findings
}

// selectorText names a selector, and where its alias leads: whoever runs that
// name has to mend the key.
func selectorText(k facts.Key) string {
	text := "selector " + plain(k.Selector)
	if len(k.Chain) > 0 {
		text += fmt.Sprintf(" (an alias of %s)", plain(k.Chain[len(k.Chain)-1]))
	}
	return text
}

func keyEvidence(f *facts.Facts, k facts.Key) []Evidence {
	if k.Parsed != nil {
		return []Evidence{whole(k.Record)}
	}
	return observed(f, facts.Question{Name: k.Selector + "._domainkey." + string(f.Domain), Kind: facts.KindTXT})
}

// seenKey is what was seen under a selector.
func seenKey(f *facts.Facts, selector string) (facts.Key, bool) {
	for _, k := range f.DKIM.Keys {
		if k.Selector == selector {
			return k, true
		}
	}
	return facts.Key{}, false
}

// notPublished reports whether a selector was looked up and shows neither key nor
// alias: it is not published. A wildcard hides that.
func notPublished(f *facts.Facts, selector string) bool {
	_, seen := seenKey(f, selector)
	return !seen && f.DKIM.Wildcard == nil && slices.Contains(f.DKIM.Tried, selector)
}

// Keys for the examples: RSA moduli of 512, 1024, 2048 and 4352 bits, and an
// ed25519 key. Their private halves were thrown away; the longest never had one.
const (
	exampleRSA512  = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAM7nW015bNppqHc9o6Yu2m7bPVS1a57ZqYxufUg9XgSCtFzWQ6GrGrv5mnFDqgptd2t9MDqsCRApVSoLq0yQmO0CAwEAAQ=="
	exampleRSA1024 = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCqu5oWENuGsQlt+lTOSnO0wQv4xT/kFGQ+pi9193+BGoM2bA0kEA/RoFGVk/iqRSHLjad6tYqU5lEwD6auAEhwNuDsn5jreTidYp+vYJQ5Hw+0pzanI1UMJZjMsEIvuGrZsW6iRgCLabJQlKo0e7HCNnz0qXTbhNpIAr1Yb9tu9QIDAQAB"
	exampleRSA2048 = `MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAriE2QOvP3WeJtgCoatB8mExZcNv7EoxoBer+5g+dHojbJEr8/nFrQLn6VljioifwyHebZvAz7Lf3pSlfsgvvr+NaMcST5BbQaDXnz23mPt/V4mFlNAV7F5srJrSZOSXydW14HaTtbDW2qdgUh01TprNnufvk" "5ng2g5fJt1KVQvy4XgitJXp7GWjZj/s20d0Y7pbwJN0NVAx/dsPLLVjjKrM+cmC3xhNUnV3AnN+FZUfNgYYIP53EWgEOQ6i8qMk+MklpJzh4dEGQCWGuYVXnoe4Kz4HqvS3fSLEyHFmEXHrzrL93RUqADN1s36lGjHogtwyMD/Gwa7OBbBvHeVcaKwIDAQAB`
	exampleRSA4352 = `MIICQjANBgkqhkiG9w0BAQEFAAOCAi8AMIICKgKCAiEAoLgdf46ee7i0o3srkmJx8p4YC/XDfuHiafpUHCKKMSmKnh3353GHbq14NxXub3qPed7Z8gfTs2xQW92PTtPZnruzoyrPADd8emdNCl/RGjJk51LMk6m4tgH3KwpDwg9WMQqFPuyacvJOqYd683a8JS5GCpYYlJoj2YVRYv0LAOpPhZkz" "/fCkX1fkhbZ2GXjdHi7Wy2Rw/x8TS420sY+9scRKZvTPJeNGXL5PUL282piWcr4af+0LuakvonHbxSkzHc0yf3YeB8t7fokTZVwdFXj22CSG6gIUtcNOfnfKRJngfLV5Pn+5e/zBwMiwzfIKmQ082Dgd8i8FDIa9hOAWS0Py8ZNuhd8IdZJ7D+M50wmpMNVdlUXw8+6In+RvLHqMYnvzIl+snLbj" "SssRXuNH3Z7Ynt3WhGMltgDmEp7ATs5DUMwXIeUvISzVUqCd2+8S3hsUcTIKiOo3p4jRBnYoMm5wQkWk/5Hj55SbgNywuC7AKQEDhV2/VVnshxLo41dPAKFU2F7Yq8w1xxnCrdnKiDsEFkEXiFTyJg3yVFP+LoUULINkeAaFdxPng+frBLObaLSu9z6qvhcdik6s5pOuLZoeQLRYFRqZWeLRU2TH" "pQBdMv5hmF+05yoJXugrspl2WbobDVyQYVgpCUBsLkFniPXsUu0BCIR1EuG8dlZnCxQVCbsKm/EzMcoRh4NZOUKkR+qgmSy2kW2G3Cg88EgP+QIDAQAB`
	exampleEd25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
)
