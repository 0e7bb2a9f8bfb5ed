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

// Keys for the examples: RSA moduli of 512, 1024 and 2048 bits, and an
// ed25519 key. Their private halves were thrown away.
const (
	exampleRSA512  = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAM7nW015bNppqHc9o6Yu2m7bPVS1a57ZqYxufUg9XgSCtFzWQ6GrGrv5mnFDqgptd2t9MDqsCRApVSoLq0yQmO0CAwEAAQ=="
	exampleRSA1024 = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCqu5oWENuGsQlt+lTOSnO0wQv4xT/kFGQ+pi9193+BGoM2bA0kEA/RoFGVk/iqRSHLjad6tYqU5lEwD6auAEhwNuDsn5jreTidYp+vYJQ5Hw+0pzanI1UMJZjMsEIvuGrZsW6iRgCLabJQlKo0e7HCNnz0qXTbhNpIAr1Yb9tu9QIDAQAB"
	exampleRSA2048 = `MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAriE2QOvP3WeJtgCoatB8mExZcNv7EoxoBer+5g+dHojbJEr8/nFrQLn6VljioifwyHebZvAz7Lf3pSlfsgvvr+NaMcST5BbQaDXnz23mPt/V4mFlNAV7F5srJrSZOSXydW14HaTtbDW2qdgUh01TprNnufvk" "5ng2g5fJt1KVQvy4XgitJXp7GWjZj/s20d0Y7pbwJN0NVAx/dsPLLVjjKrM+cmC3xhNUnV3AnN+FZUfNgYYIP53EWgEOQ6i8qMk+MklpJzh4dEGQCWGuYVXnoe4Kz4HqvS3fSLEyHFmEXHrzrL93RUqADN1s36lGjHogtwyMD/Gwa7OBbBvHeVcaKwIDAQAB`
	exampleEd25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
)
