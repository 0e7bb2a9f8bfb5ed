package diagnose

import (
	"bytes"
	"strings"
)

// The bounds on a MIME tree. A bounce has three or four parts on one level.
const (
	maxDepth = 8
	maxParts = 200
)

// part is a leaf of a MIME tree.
type part struct {
	header header
	kind   string // "text/plain", lower case
	params map[string]string
	body   []byte // as it stands in the message
}

// text is the part's body as UTF-8, without its transfer encoding.
func (p part) text() string {
	text := toUTF8(transferred(p.body, p.header.get("content-transfer-encoding")), p.params["charset"])
	if p.kind == "text/html" {
		return htmlText(text)
	}
	return text
}

// tree collects the leaves of a MIME tree in their order.
type tree struct {
	leaves []part
	cut    bool // there was more than the bounds allow
}

// add adds what an entity holds. A multipart without a boundary, or deeper than
// allowed, is a leaf.
func (t *tree) add(h header, body []byte, depth int) {
	if len(t.leaves) >= maxParts {
		t.cut = true
		return
	}
	kind, params := parameters(h.get("content-type"))
	if kind == "" {
		kind = "text/plain" // RFC 2045, section 5.2
	}
	boundary := params["boundary"]
	if !strings.HasPrefix(kind, "multipart/") || boundary == "" || depth == maxDepth {
		t.cut = t.cut || depth == maxDepth
		t.leaves = append(t.leaves, part{h, kind, params, body})
		return
	}
	for len(t.leaves) < maxParts {
		inside, rest, more := cutPart(body, boundary)
		if inside != nil {
			h, content := readHeader(inside)
			t.add(h, content, depth+1)
		}
		if !more {
			return
		}
		body = rest
	}
	t.cut = true
}

// cutPart finds the next part of a multipart: what stands between a line with
// its boundary and the next. inside is nil where there is none; rest begins with
// the next boundary line. RFC 2046, section 5.1.1.
func cutPart(body []byte, boundary string) (inside, rest []byte, more bool) {
	start := boundaryLine(body, boundary)
	if start < 0 {
		return nil, nil, false
	}
	line, after := cutLine(body[start:])
	if bytes.HasPrefix(line[len(boundary)+2:], []byte("--")) {
		return nil, nil, false // the last one
	}
	end := boundaryLine(after, boundary)
	if end < 0 {
		return after, nil, false // cut short: what is there counts
	}
	return after[:end], after[end:], true
}

// boundaryLine is where the next line with a boundary begins, or -1.
func boundaryLine(body []byte, boundary string) int {
	mark := []byte("--" + boundary)
	for at := 0; at < len(body); {
		i := bytes.Index(body[at:], mark)
		if i < 0 {
			return -1
		}
		at += i
		if at == 0 || body[at-1] == '\n' {
			return at
		}
		at += len(mark)
	}
	return -1
}
