package diagnose

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/record"
)

// Whose word on authentication is taken.
//
// Servers prepend. Whatever stands above the Received field by which a message
// came to the organization that handled it last was written by that
// organization; whatever stands below was in the message when it arrived, and
// the sender may have written it, with any server's name. So a field counts only
// above that line, and of several the newest: it is the reading nearest to the
// failure. RFC 8601, section 5, has receivers remove fields that claim to be
// theirs, but not all do.
//
// There is one exception. Google writes its field right below its own Received
// field, and removes others in its name, so the first one there is its own.
//
// Where there is no Received field, no server has handled what we see: it was
// cut out by whoever gave it to us, and is taken as it is.

// authFields are the fields that hold a reading, the plainest first. Microsoft
// renames the field when a message passes its servers again, and ARC seals a
// copy of it.
func authFields() []string {
	return []string{"authentication-results", "authentication-results-original", "x-ms-exchange-authentication-results", "arc-authentication-results"}
}

// believe finds the reading that counts in a header, and how the message came.
func (e *Evidence) believe(h header) {
	hops := h.hops()
	at, org, known := entry(hops)
	limit := len(h.fields)
	if known {
		limit = at.at
		e.ClientIP, e.ClientName = at.ip, at.verified
		if e.ClientName == "" {
			e.ClientName = at.from
		}
	} else if len(hops) > 0 {
		limit = hops[0].at // nobody knows who wrote that line; what is above it came later still
	}
	own := header{fields: h.fields[:limit]}
	e.markers(own)
	e.Authentication = own.newest(hops)
	if e.Authentication == nil && known && org == "google.com" {
		e.Authentication = h.below(at)
	}
	e.Believed = believedWords(e.Authentication, org, known, len(hops) > 0, len(own.readings()) < len(h.readings()))
	if e.Authentication == nil && known && h.claims(limit, org) {
		e.Believed += "; if a filter of your own writes its field there, as those of Postfix do, and removes others in its name, give that field alone"
	}
	if e.Authentication == nil {
		return
	}
	if e.ClientIP.IsValid() {
		first(&e.Authentication.ClientIP, e.ClientIP.String())
	}
	if e.Authentication.ARC == "pass" {
		e.sealed(h)
	}
}

// readings are the indices of the fields that hold a reading.
func (h header) readings() []int {
	var at []int
	for i, f := range h.fields {
		for _, name := range authFields() {
			if f.name == name {
				at = append(at, i)
			}
		}
	}
	return at
}

// claims reports whether a field from some index on holds a reading that says it
// is an organization's.
func (h header) claims(from int, org string) bool {
	for _, i := range h.readings() {
		if server, _ := parseAuthRes(arcValue(h.fields[i])); i >= from && organization(hostName(server)) == org {
			return true
		}
	}
	return false
}

// newest is the newest reading in a header. Fields of one name that no Received
// field separates are one system's, and count together.
func (h header) newest(hops []hop) *Authentication {
	for _, name := range authFields() {
		reading, segment, most := &Authentication{}, -1, 32
		for i, f := range h.fields {
			if f.name != name {
				continue
			}
			if here := above(hops, i); (segment < 0 || here == segment) && most > 0 {
				segment = here
				most--
				reading.add(arcValue(f))
			}
		}
		if reading.said() {
			return reading
		}
	}
	return nil
}

// above counts the hops that stand above a field.
func above(hops []hop, at int) int {
	n := 0
	for n < len(hops) && hops[n].at < at {
		n++
	}
	return n
}

// below is the reading right below a Received field, before the next one.
func (h header) below(at hop) *Authentication {
	for _, f := range h.fields[at.at+1:] {
		switch f.name {
		case "received-spf", "return-path":
		case "authentication-results":
			reading := &Authentication{}
			reading.add(f.value)
			if reading.Server == "mx.google.com" && reading.said() {
				return reading
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}

// arcValue is a field's value without the instance that ARC puts before it:
// "i=1; mx.example.net; spf=pass". RFC 8617, section 4.1.1.
func arcValue(f field) string {
	if f.name != "arc-authentication-results" {
		return f.value
	}
	instance, rest, ok := strings.Cut(f.value, ";")
	if ok && strings.HasPrefix(strings.TrimSpace(instance), "i=") {
		return rest
	}
	return f.value
}

// sealed reads what earlier systems sealed, oldest first. The believed reading
// says that the seals hold.
func (e *Evidence) sealed(h header) {
	const most = 10
	for i := len(h.fields) - 1; i >= 0 && len(e.SealedBefore) < most; i-- {
		if f := h.fields[i]; f.name == "arc-authentication-results" {
			reading := Authentication{}
			reading.add(arcValue(f))
			if reading.said() && reading.Server != e.Authentication.Server {
				e.SealedBefore = append(e.SealedBefore, reading)
			}
		}
	}
}

// markers reads what Microsoft's servers note of a message, from the part of the
// header that they wrote.
func (e *Evidence) markers(own header) {
	e.SkipListed = own.has("x-ms-exchange-externaloriginalinternetsender") || own.has("x-ms-exchange-skiplistedinternetsender")
	for piece := range strings.SplitSeq(own.get("x-forefront-antispam-report"), ";") {
		if verdict, ok := strings.CutPrefix(strings.TrimSpace(piece), "SFV:"); ok {
			e.Spam = strings.ToUpper(shownWord(verdict))
		}
	}
}

// believedWords says whose reading counts and why.
func believedWords(a *Authentication, org string, known, received, others bool) string {
	left := ""
	if others {
		left = "; fields further down are not believed, because the sender may have written them"
	}
	switch {
	case a == nil && others:
		return "no Authentication-Results is believed: those there are stand below the line by which the message arrived, where the sender may have written them"
	case a == nil:
		return ""
	case !received:
		return "Authentication-Results is taken as given: there is no Received line to hold it against"
	case known:
		if org == microsoft {
			org = "Microsoft"
		}
		return fmt.Sprintf("Authentication-Results is that of %s, which handled the message last%s", record.Text(org), left)
	}
	return "Authentication-Results is that of the system that wrote the newest Received line" + left
}
