package diagnose

import (
	"regexp"
	"strings"
)

// rewritten finds the forms of a sender that a forwarder rewrote: Microsoft's,
// and that of the SRS libraries.
var rewritten = regexp.MustCompile(`(?i)\+SRS=[A-Za-z0-9+/]{5}=|\bSRS[01][=+-]`)

// bounce reads a message with a delivery status part. RFC 3464. What the notice
// says in words is read only where that part says nothing: it is the same, in
// some language. The returned message counts by its header alone.
func (e *Evidence) bounce(h header, parts []part) {
	e.Kind = NDR
	var outer Evidence // the bounce is mail, too
	outer.believe(h)
	if a := outer.Authentication; a != nil && a.DMARC == "fail" {
		e.note("the bounce itself failed DMARC: it may be forged")
	}
	var notice *part
	var returned []part
	reported := false
	for i, p := range parts {
		if len(returned) > 0 {
			break // what comes behind the returned message may be made by its sender
		}
		switch p.kind {
		case "message/delivery-status", "message/global-delivery-status":
			if reported {
				continue
			}
			reported = true
			e.deliveryStatus(transferred(p.body, p.header.get("content-transfer-encoding")))
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
			returned = append(returned, p)
		case "text/plain", "text/html":
			if notice == nil || notice.kind == "text/html" && p.kind == "text/plain" {
				notice = &parts[i]
			}
		}
	}
	if failed := h.get("x-failed-recipients"); failed != "" { // Exim writes no delivery status part
		e.Recipients = appendNew(e.Recipients, anEmail.FindAllString(failed, maxReplies)...)
	}
	if notice != nil && !e.refused() {
		e.notice(notice.text())
	}
	if len(returned) > 0 {
		inner, _ := readHeader(transferred(returned[0].body, returned[0].header.get("content-transfer-encoding")))
		e.original(inner)
	}
}

// refused reports whether some reply has words or a code to go by.
func (e *Evidence) refused() bool {
	for _, r := range e.Replies {
		if len(r.Codes) > 0 || r.Text != "" {
			return true
		}
	}
	return false
}

// deliveryStatus reads the fields of a delivery status part: a group about the
// message, then one for each recipient. RFC 3464, section 2.1.
func (e *Evidence) deliveryStatus(body []byte) {
	var replies []Reply
	for len(body) > 0 && len(replies) < maxReplies {
		var group header
		before := len(body)
		group, body = readHeader(body)
		if len(body) == before { // a line that is no field
			_, body = cutLine(body)
			continue
		}
		if mta := typed(group.get("reporting-mta")); mta != "" {
			first(&e.Reporter, hostName(mta))
		}
		if r, ok := recipientGroup(group); ok {
			replies = append(replies, r)
		}
	}
	if len(replies) == maxReplies {
		e.note("more recipients than are looked at")
	}
	e.addReplies(replies)
}

// recipientGroup reads the group of one recipient. RFC 3464, section 2.3.
func recipientGroup(group header) (Reply, bool) {
	final, original := typed(group.get("final-recipient")), typed(group.get("original-recipient"))
	status, action := group.get("status"), strings.ToLower(group.get("action"))
	if final == "" && original == "" && status == "" && action == "" {
		return Reply{}, false
	}
	r := newReply(typed(group.get("diagnostic-code")), status)
	r.Recipient = ""
	first(&r.Recipient, findEmail(final))
	first(&r.Recipient, findEmail(original))
	name, _, _ := strings.Cut(typed(group.get("remote-mta")), " ") // Gmail puts the address and an explanation behind it
	if remote := hostName(name); remote != "" {
		r.Host = remote
	}
	switch {
	case strings.HasPrefix(action, "fail"):
		r.Action = Failed
	case strings.HasPrefix(action, "delay"):
		r.Action = Delayed
	case action != "":
		r.Action = Delivered // delivered, relayed, expanded
	}
	return r, true
}

// typed is a value behind its type: "smtp; 550 ..." or "rfc822;b@example".
// RFC 3464, section 2.1.2.
func typed(value string) string {
	kind, rest, ok := strings.Cut(value, ";")
	if !ok || strings.ContainsAny(strings.TrimSpace(kind), " @.") {
		return strings.TrimSpace(value)
	}
	return strings.TrimSpace(rest)
}

// original reads the header of the message that failed.
func (e *Evidence) original(h header) {
	e.believe(h)
	e.addressed(h)
	if h.cut {
		e.note("the header has more or longer fields than are looked at")
	}
}

// addressed reads who sent a message, and to whom.
func (e *Evidence) addressed(h header) {
	if from := findEmail(lastAngle(h.get("from"))); from != "" && e.From == "" {
		e.From = domainOf(from)
	}
	path := h.get("return-path")
	e.Rewritten = e.Rewritten || rewritten.MatchString(path)
	first(&e.Sender, domainOf(findEmail(path)))
	if e.Authentication != nil {
		first(&e.Sender, e.Authentication.MailFrom)
	}
	to := findEmail(lastAngle(h.get("to")))
	if to == "" {
		return
	}
	if len(e.Recipients) == 0 {
		e.Recipients = []string{to}
		return
	}
	// A message that failed for somebody whom it was not addressed to was
	// forwarded, or was a blind copy.
	if domainOf(to) != domainOf(e.Recipients[0]) {
		e.Forwarder = domainOf(to)
	}
}

// lastAngle is the address in angle brackets, where there is one: a display name
// may look like an address. RFC 5322, section 3.4.
func lastAngle(value string) string {
	if i := strings.LastIndexByte(value, '<'); i >= 0 {
		return value[i:]
	}
	return value
}
