package facts

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"github.com/mailposture/mailposture/record"
)

// Domain is a mail domain: lower-case A-labels without a trailing dot, at
// least two of them, at most 253 octets. ParseDomain makes one; the zero value
// is no domain.
type Domain string

// The reasons why a text is not a domain.
var (
	errEmpty       = errors.New("it is empty")
	errAddress     = errors.New("it is an IP address")
	errSingleLabel = errors.New("it has one label only; a mail domain has two or more, such as example.com")
	errWildcard    = errors.New("it is a wildcard; name one domain")
	errTooLong     = errors.New("it is longer than 253 octets")
)

// maxInput bounds what ParseDomain reads: a longer line is no domain, and is
// not worth the work of finding out why.
const maxInput = 1024

// ParseDomain normalises what people put into lists: URLs, e-mail addresses,
// upper case, trailing dots and international names (UTS 46, as browsers do).
// The error says why the text is not a domain, and shows it safely.
func ParseDomain(text string) (Domain, error) {
	if len(text) > maxInput {
		return "", fmt.Errorf("not a domain: %w", errTooLong)
	}
	name, err := normalise(text)
	if err != nil {
		return "", fmt.Errorf("\"%s\" is not a domain: %w", record.Text(strings.TrimSpace(text)), err)
	}
	return Domain(name), nil
}

func normalise(text string) (string, error) {
	name := hostPart(strings.TrimSpace(text))
	name = strings.TrimSuffix(name, ".")
	switch {
	case name == "":
		return "", errEmpty
	case isAddress(name):
		return "", errAddress
	case strings.Contains(name, "*"):
		return "", errWildcard
	}
	ascii, err := toASCII(name)
	if err != nil {
		return "", err
	}
	if len(ascii) > 253 {
		return "", errTooLong
	}
	if !strings.Contains(ascii, ".") {
		return "", errSingleLabel
	}
	return ascii, checkLabels(ascii)
}

// hostPart takes the domain out of a URL or an e-mail address.
func hostPart(text string) string {
	if strings.Contains(text, "://") {
		if u, err := url.Parse(text); err == nil {
			return u.Hostname()
		}
	}
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		return strings.TrimSuffix(text[i+1:], ">")
	}
	return text
}

func isAddress(name string) bool {
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil
}

// toASCII converts to A-labels. ASCII names need no conversion: UTS 46 would
// refuse the underscores that DNS allows.
func toASCII(name string) (string, error) {
	for i := range len(name) {
		if name[i] >= 0x80 {
			ascii, err := idna.Lookup.ToASCII(name)
			if err != nil {
				return "", errors.New("its international form is not valid")
			}
			return strings.ToLower(ascii), nil
		}
	}
	return strings.ToLower(name), nil
}

// checkLabels allows letters, digits, inner hyphens and, because DNS and some
// mail systems do, underscores.
func checkLabels(name string) error {
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "":
			return errors.New("it has an empty label")
		case len(label) > 63:
			return errors.New("a label is longer than 63 octets")
		case label[0] == '-' || label[len(label)-1] == '-':
			return errors.New("a label begins or ends with a hyphen")
		}
		for i := range len(label) {
			c := label[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return fmt.Errorf("a label holds \"%s\"", record.Text(string(c)))
			}
		}
	}
	return nil
}

// canonical is a name from outside in Question's form: lower case, without the
// trailing dot.
func canonical(name string) string {
	name = strings.TrimSuffix(name, ".")
	for i := range len(name) {
		if c := name[i]; 'A' <= c && c <= 'Z' || c >= 0x80 {
			return strings.ToLower(name)
		}
	}
	return name
}

// under reports whether name is parent or below it.
func under(name, parent string) bool {
	dot := len(name) - len(parent) - 1
	return name == parent || dot >= 0 && name[dot] == '.' && strings.HasSuffix(name, parent)
}

// askable reports whether DNS can hold the name at all, so that asking for it
// can be answered. RFC 1035, section 2.3.4.
func askable(name string) bool {
	if len(name) > 253 {
		return false
	}
	if len(name) <= 63 && name != "" {
		return name[0] != '.' && name[len(name)-1] != '.' && !strings.Contains(name, "..") // no label can be too long
	}
	label := 0 // octets of the label at hand
	for i := range len(name) {
		if name[i] != '.' {
			label++
			continue
		}
		if label == 0 || label > 63 {
			return false
		}
		label = 0
	}
	return 0 < label && label <= 63
}
