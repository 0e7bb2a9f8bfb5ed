package diagnose

import (
	"regexp"
	"slices"
	"strings"
)

// The bounds on replies.
const (
	maxReplies   = 40
	maxReplyText = 2000
)

// arrow is what Exchange Online puts between its own words and those of the next
// server.
const arrow = " -> "

var (
	anEmail   = regexp.MustCompile(`[A-Za-z0-9._%+=/~$&'*#!?^{}|-]+@[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]`)
	saidHost  = regexp.MustCompile(`(?i)(?:message rejected by|remote server|rejected by|rejecting server|remote-mta|fqdn=\{?|host|server at)[:;]?\s+(?:dns;\s*)?\{?([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)`)
	errorHost = regexp.MustCompile(`(?i)\b([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)(?:\s?[\[(][0-9a-f.:]+[\])])? (?:gave this error|said:|rejected your message|returned)`)
	multiline = regexp.MustCompile(`\s[45]\d\d-(?:[45]\.\d\.\d{1,3} )?`)
)

// findEmail is the first address in a text, or "". RFC 5321, section 4.5.3.1: a
// longer one than this is none.
func findEmail(text string) string {
	const longest = 64 + 1 + 255
	if m := anEmail.FindString(text); len(m) <= longest {
		return m
	}
	return ""
}

// newReply makes a reply of what a server said.
func newReply(text, status string) Reply {
	text = strings.Join(strings.Fields(text[:min(len(text), 4*maxReplyText)]), " ")
	text = text[:min(len(text), maxReplyText)]
	said, _, _ := strings.Cut(text, " Message rejected by:") // of Exchange Online's notice: who said it
	said = strings.TrimSuffix(said, unpaired(said))
	r := Reply{Text: multiline.ReplaceAllString(said, " ")}
	if _, remote, ok := strings.Cut(r.Text, arrow); ok {
		r.Remote = remote
	}
	codes := statusCodes(text)
	// The Status field and the words often differ: the field is then the
	// reporter's class, "5.0.0" where it had none. RFC 3464, section 2.3.4.
	if status = strings.TrimSpace(status); statusCode(status) != "" && !(len(codes) > 0 && strings.HasSuffix(statusCode(status), ".0.0")) {
		codes = appendNew(codes, statusCode(status))
	}
	r.Codes = codes
	r.Action = actionOf(codes, basicCode(text))
	if m := errorHost.FindStringSubmatch(text); m != nil {
		r.Host = hostName(m[1])
	} else if m := saidHost.FindStringSubmatch(text); m != nil {
		r.Host = hostName(m[1])
	}
	r.Recipient = findEmail(text)
	return r
}

// unpaired is a quotation mark that ends a text and stands before its beginning:
// "returned '550 ...'".
func unpaired(text string) string {
	for _, mark := range []string{"'", `"`} {
		if strings.HasSuffix(text, mark) && strings.Count(text, mark)%2 == 1 {
			return mark
		}
	}
	return ""
}

// actionOf is what the first code says became of the message. RFC 3463,
// section 3.1.
func actionOf(codes []string, basic string) Action {
	class := basic
	if len(codes) > 0 {
		class = codes[0]
	}
	switch {
	case class == "":
		return ""
	case class[0] == '2':
		return Delivered
	case class[0] == '4':
		return Delayed
	}
	return Failed
}

// addReplies keeps replies, the worst first, each once.
func (e *Evidence) addReplies(replies []Reply) {
	e.Replies = append(e.Replies, replies...)
	slices.SortStableFunc(e.Replies, func(a, b Reply) int { return a.Action.rank() - b.Action.rank() })
	e.Replies = slices.CompactFunc(e.Replies, func(a, b Reply) bool { return a.Text == b.Text && a.Recipient == b.Recipient })
	if len(e.Replies) > maxReplies {
		e.Replies = e.Replies[:maxReplies]
		e.note("more refusals than are looked at")
	}
	for _, r := range e.Replies {
		if r.Recipient != "" {
			e.Recipients = appendNew(e.Recipients, r.Recipient)
		}
	}
}

// rank orders actions, the worst first.
func (a Action) rank() int {
	switch a {
	case Failed:
		return 0
	case "":
		return 1
	case Delayed:
		return 2
	}
	return 3
}

// note says once what was left out.
func (e *Evidence) note(text string) { e.Notes = appendNew(e.Notes, text) }

// repliesIn finds what servers said in a notice or a log: in each paragraph,
// what begins with a code. Without any code in the text, a paragraph counts
// whose words are those of a refusal that has none.
func repliesIn(text string) []Reply {
	const mostWorded = 60 // paragraphs without a code that are looked at: this costs most
	var coded, worded []Reply
	wordless := 0
	for paragraph := range paragraphs(text) {
		if len(coded) == maxReplies {
			break
		}
		if at := codeAt(paragraph); at >= 0 {
			r := newReply(paragraph[at:], "")
			if r.Host == "" || r.Recipient == "" {
				whole := newReply(paragraph, "")
				first(&r.Host, whole.Host)
				first(&r.Recipient, whole.Recipient)
			}
			coded = append(coded, r)
		} else if wordless++; wordless <= mostWorded && wordsOfRefusal(paragraph) {
			worded = append(worded, newReply(paragraph, ""))
		}
	}
	if len(coded) > 0 {
		return once(coded)
	}
	return worded
}

// once drops a reply that says no more than another: notices repeat themselves.
func once(replies []Reply) []Reply {
	var kept []Reply
	for i, r := range replies {
		more := func(j int) bool {
			o := replies[j]
			return j != i && len(r.Codes) > 0 && len(o.Codes) > 0 && o.Codes[0] == r.Codes[0] &&
				(o.Recipient == r.Recipient || r.Recipient == "") && (len(o.Text) > len(r.Text) || len(o.Text) == len(r.Text) && j < i)
		}
		said := false
		for j := range replies {
			said = said || more(j)
		}
		if !said {
			kept = append(kept, r)
		}
	}
	return kept
}

// paragraphs yields pieces of text that belong together: lines up to an empty
// one, or up to one that begins with a code of its own.
func paragraphs(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		var open []string
		size := 0
		flush := func() bool {
			if len(open) == 0 {
				return true
			}
			whole := strings.Join(open, " ")
			open, size = nil, 0
			return yield(whole)
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			begins := basicCode(line) != "" && !(len(line) > 3 && line[3] == '-') && len(open) > 0 && !continues(open[len(open)-1])
			if (line == "" || begins || size > 2*maxReplyText) && !flush() {
				return
			}
			if line != "" {
				open = append(open, line[:min(len(line), 2*maxReplyText)])
				size += len(line)
			}
		}
		flush()
	}
}

// continues reports whether a line of a reply says that more follow: "550-5.7.26".
func continues(line string) bool { return basicCode(line) != "" && len(line) > 3 && line[3] == '-' }

// codeAt is where a paragraph's first code begins, or -1: "550 5.7.1", "5.7.1",
// "#5.7.1", or "550 " followed by words.
func codeAt(paragraph string) int {
	for i := 0; i < len(paragraph); i++ {
		if i > 0 && (isWordByte(paragraph[i-1]) || paragraph[i-1] == '.' || paragraph[i-1] == '-' || paragraph[i-1] == '+' || paragraph[i-1] == '@') {
			continue
		}
		rest := paragraph[i:]
		switch code := basicCode(rest); {
		case code != "" && code[0] != '2' && len(rest) > 4 && (isLetter(rest[4]) || rest[4] == '<' || rest[4] == '#' || statusCode(rest[4:]) != ""):
			return i
		case code != "" && code[0] == '2' && len(rest) > 4 && statusCode(rest[4:]) != "":
			return i
		case code == "" && statusCode(rest) != "":
			return i
		}
	}
	return -1
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
