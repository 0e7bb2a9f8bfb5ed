package diagnose

import (
	"net/netip"
	"regexp"
	"strings"
)

// The bounds on one Authentication-Results field.
const (
	maxResults   = 64
	maxShownWord = 64
)

// resinfo is one statement of an Authentication-Results field: a method, its
// result, the comment behind it and the properties. RFC 8601, section 2.2.
type resinfo struct {
	method, result, comment string
	properties              map[string]string
}

// parseAuthRes reads a field's value. It takes what real systems write:
// Microsoft leaves out the authserv-id, separates properties as it likes, and
// puts what it knows best into comments. (go-msgauth/authres reads neither
// comments nor a field without an authserv-id; the tests hold what it can read
// against this.) The results come in the field's order.
func parseAuthRes(value string) (server string, results []resinfo) {
	for i, piece := range splitOutside(value, ';') {
		if len(results) == maxResults {
			break
		}
		words, comment := authWords(piece)
		if len(words) == 0 {
			continue
		}
		method, result, ok := strings.Cut(words[0], "=")
		if !ok {
			if i == 0 {
				server = strings.ToLower(words[0]) // then perhaps a version
			}
			continue
		}
		method, _, _ = strings.Cut(method, "/") // a method's version
		r := resinfo{shownWord(method), shownWord(result), comment, make(map[string]string)}
		for _, word := range words[1:] {
			if key, val, ok := strings.Cut(word, "="); ok {
				r.properties[strings.ToLower(key)] = strings.Trim(val, `"`)
			}
		}
		results = append(results, r)
	}
	return server, results
}

// shownWord is a method or a result in the form of reports: lower case, ASCII
// and short.
func shownWord(s string) string {
	s = strings.Trim(s, `"`)
	word := []byte(s[:min(len(s), maxShownWord)])
	for i, c := range word {
		switch {
		case c < 0x20 || c > 0x7e:
			word[i] = '?'
		case 'A' <= c && c <= 'Z':
			word[i] = c | 0x20
		}
	}
	return string(word)
}

// splitOutside splits at a separator that is neither in a comment nor in a
// quoted string. RFC 5322, section 3.2.
func splitOutside(value string, separator byte) []string {
	var pieces []string
	depth, quoted, start := 0, false, 0
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\':
			i++
		case c == '"' && depth == 0:
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == separator && depth == 0:
			pieces = append(pieces, value[start:i])
			start = i + 1
		}
	}
	return append(pieces, value[start:])
}

// authWords are the words of a statement without its comments, "a = b" as one
// word, and the first comment.
func authWords(piece string) ([]string, string) {
	var plain strings.Builder
	comment, depth, start := "", 0, 0
	for i := 0; i < len(piece); i++ {
		switch c := piece[i]; {
		case c == '(':
			if depth == 0 {
				start = i + 1
			}
			depth++
		case c == ')' && depth > 0:
			if depth--; depth == 0 {
				if comment == "" {
					comment = strings.TrimSpace(piece[start:i])
				}
				plain.WriteByte(' ')
			}
		case depth == 0:
			plain.WriteByte(c)
		}
	}
	text := aroundEquals.ReplaceAllString(plain.String(), "=")
	return strings.Fields(text), comment
}

var (
	disposition  = regexp.MustCompile(`(?i)\bdis=([a-z]+)`)
	aroundEquals = regexp.MustCompile(`\s*=\s*`)
	senderIP     = regexp.MustCompile(`(?i)(?:sender ip is|client-ip=|designates|domain of \S+ does not designate)\s*([0-9a-f:.]+)`)
)

// add reads one field, and adds it to what earlier fields of the same system
// said: of SPF and DMARC the first word counts.
func (a *Authentication) add(value string) {
	server, results := parseAuthRes(value)
	if a.Server == "" {
		a.Server = server
	}
	for _, r := range results {
		switch r.method {
		case "spf":
			first(&a.SPF, r.result)
			first(&a.MailFrom, domainOf(r.properties["smtp.mailfrom"]))
			if ip := addressIn(r.comment + " client-ip=" + r.properties["smtp.remote-ip"] + r.properties["policy.iprev"]); ip.IsValid() {
				first(&a.ClientIP, ip.String())
			}
		case "dkim":
			a.DKIM = append(a.DKIM, r.result)
			why := r.comment
			if d := r.properties["header.d"]; d != "" && d != "none" {
				why = strings.TrimSpace(why + " d=" + d)
			}
			a.DKIMReason = append(a.DKIMReason, why)
		case "dmarc":
			first(&a.DMARC, r.result)
			first(&a.Action, shownWord(r.properties["action"]))
			if m := disposition.FindStringSubmatch(r.comment); m != nil { // Google's and OpenDMARC's word for it
				first(&a.Action, shownWord(m[1]))
			}
			first(&a.From, domainOf(r.properties["header.from"]))
		case "compauth":
			first(&a.CompAuth, r.result)
			first(&a.Reason, shownWord(r.properties["reason"]))
		case "arc":
			first(&a.ARC, r.result)
		}
	}
}

// first sets what is not set yet.
func first(to *string, value string) {
	if *to == "" {
		*to = value
	}
}

// said reports whether anything was learnt.
func (a *Authentication) said() bool {
	return a.SPF != "" || len(a.DKIM) > 0 || a.DMARC != "" || a.CompAuth != ""
}

// addressIn is the client's address in what SPF says of it.
func addressIn(text string) netip.Addr {
	for _, found := range senderIP.FindAllStringSubmatch(text, 4) {
		if ip, err := netip.ParseAddr(strings.Trim(found[1], ".")); err == nil {
			return ip.Unmap()
		}
	}
	return netip.Addr{}
}

// domainOf is the domain of an address, or the domain that the text is.
func domainOf(text string) string {
	text = strings.Trim(text, `<>"' `)
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		text = text[i+1:]
	}
	return strings.ToLower(strings.TrimSuffix(text, "."))
}

// dkimPassed reports whether a DKIM signature held.
func (a *Authentication) dkimPassed() bool {
	for _, r := range a.DKIM {
		if r == "pass" {
			return true
		}
	}
	return false
}
