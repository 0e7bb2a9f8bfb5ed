package report

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	httpsURL   = regexp.MustCompile(`https://[^\s<>"]+`)
	rfcSection = regexp.MustCompile(`^RFC ([0-9]{1,5})(?:, (?:section|sections|appendix) ([0-9A-Z]+(?:\.[0-9]+)*))?`)
)

// refURL is the page that a rule's reference names: the https URL in it, or
// the RFC Editor's page, at the first section named. It is "" when the
// reference names no page.
func refURL(ref string) string {
	if u := httpsURL.FindString(ref); u != "" {
		return strings.TrimRight(u, ".,;)")
	}
	m := rfcSection.FindStringSubmatch(ref)
	if m == nil {
		return ""
	}
	page := fmt.Sprintf("https://www.rfc-editor.org/rfc/rfc%s.html", m[1])
	switch {
	case m[2] == "":
		return page
	case m[2][0] >= 'A': // an appendix; the page's anchors are "appendix-A.1"
		return page + "#appendix-" + m[2]
	}
	return page + "#section-" + m[2]
}

// firstURL is the first page that a rule refers to, "" when there is none. A
// vendor's page goes before an RFC's: it says
// what to click.
func firstURL(refs []string) string {
	for _, ref := range refs {
		if httpsURL.MatchString(ref) {
			return refURL(ref)
		}
	}
	for _, ref := range refs {
		if u := refURL(ref); u != "" {
			return u
		}
	}
	return ""
}
