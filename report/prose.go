package report

import (
	"regexp"
	"strings"
)

// blockKind says what a piece of a rule's prose is.
type blockKind string

const (
	paragraph blockKind = "paragraph"
	listItem  blockKind = "item"
	codeBlock blockKind = "code"
)

// block is one piece of a rule's Why or Fix.
type block struct {
	Kind  blockKind
	Mark  string   // of an item: "-" or "1."
	Spans []inline // of a paragraph or an item
	Lines []string // of code
}

// inline is a run of text in one style. It is printable.
type inline struct {
	Text   string
	Code   bool
	Strong bool
	Em     bool
	URL    string // https only
}

var itemMark = regexp.MustCompile(`^ {0,3}([-*]|[0-9]{1,3}\.) +`)

// parseMarkdown reads the Markdown that rules are written in: paragraphs,
// lists of one level, fenced and indented code, headings (as strong
// paragraphs); inline `code`, **strong**, *emphasis* and [text](https://...).
// Anything else is text. It exists because a terminal and a page without trusted HTML
// both need the pieces, not a rendering.
func parseMarkdown(text string) []block {
	var p proseParser
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		p.line(strings.ReplaceAll(line, "\t", "    "))
	}
	p.close()
	return p.blocks
}

type proseParser struct {
	blocks []block
	kind   blockKind // of the block being read; "" between blocks
	mark   string
	prose  []string
	code   []string
	fenced bool
}

func (p *proseParser) line(line string) {
	trimmed := strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(trimmed, "```"):
		p.close()
		p.fenced = !p.fenced
	case p.fenced:
		p.kind = codeBlock
		p.code = append(p.code, printable(line))
	case trimmed == "":
		p.close()
	case strings.HasPrefix(line, "    ") && (p.kind == "" || p.kind == codeBlock):
		p.kind = codeBlock
		p.code = append(p.code, printable(line[4:]))
	case itemMark.MatchString(line):
		p.close()
		at := itemMark.FindStringSubmatch(line)
		p.kind, p.mark = listItem, strings.Replace(at[1], "*", "-", 1)
		p.prose = append(p.prose, strings.TrimSpace(line[len(at[0]):]))
	case strings.HasPrefix(trimmed, "#"):
		p.close()
		p.kind = paragraph
		p.prose = append(p.prose, "**"+strings.TrimSpace(strings.TrimLeft(trimmed, "#"))+"**")
		p.close()
	default:
		if p.kind == codeBlock {
			p.close()
		}
		if p.kind == "" {
			p.kind = paragraph
		}
		p.prose = append(p.prose, trimmed)
	}
}

// close ends the block being read.
func (p *proseParser) close() {
	switch {
	case p.kind == codeBlock && len(p.code) > 0:
		p.blocks = append(p.blocks, block{Kind: codeBlock, Lines: p.code})
	case p.kind != "" && len(p.prose) > 0:
		p.blocks = append(p.blocks, block{Kind: p.kind, Mark: p.mark, Spans: parseInline(strings.Join(p.prose, " "))})
	}
	p.kind, p.mark, p.prose, p.code = "", "", nil, nil
}

// inlineMark finds the next `code`, **strong**, [text](target), <target> or
// *emphasis*; a star beside a space, as in *.example.com, is a star.
var inlineMark = regexp.MustCompile("(`+)" + `|(\*\*)|\[([^\[\]]+)\]\((https://[^\s()<>]+)\)|<(https://[^\s<>]+)>|\*([^\s*](?:[^*]*[^\s*])?)\*`)

// parseInline splits one paragraph into its spans.
func parseInline(text string) []inline {
	var spans []inline
	strong := false
	add := func(s inline) {
		if s.Text != "" {
			s.Text, s.URL, s.Strong = printable(s.Text), printable(s.URL), strong
			spans = append(spans, s)
		}
	}
	for text != "" {
		at := inlineMark.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		before, rest := text[:at[0]], text[at[1]:]
		switch {
		case at[2] >= 0:
			ticks := text[at[2]:at[3]]
			end := strings.Index(rest, ticks)
			if end < 0 { // never closed: a tick is a tick
				add(inline{Text: before + ticks})
				break
			}
			add(inline{Text: before})
			add(inline{Text: strings.TrimSpace(rest[:end]), Code: true})
			rest = rest[end+len(ticks):]
		case at[4] >= 0:
			add(inline{Text: before})
			strong = !strong
		case at[6] >= 0:
			add(inline{Text: before})
			add(inline{Text: text[at[6]:at[7]], URL: text[at[8]:at[9]]})
		case at[12] >= 0:
			add(inline{Text: before})
			add(inline{Text: text[at[12]:at[13]], Em: true})
		default:
			add(inline{Text: before})
			target := text[at[10]:at[11]]
			add(inline{Text: target, URL: target})
		}
		text = rest
	}
	add(inline{Text: text})
	return spans
}

// plainText is Markdown without its marks: code in its ticks, links with
// their target, paragraphs apart.
func plainText(text string) string {
	var out []string
	for _, b := range parseMarkdown(text) {
		var s strings.Builder
		if b.Mark != "" {
			s.WriteString(b.Mark + " ")
		}
		s.WriteString(strings.Join(b.Lines, "\n"))
		for _, span := range b.Spans {
			s.WriteString(span.plain())
		}
		out = append(out, s.String())
	}
	return strings.Join(out, "\n\n")
}

func (s inline) plain() string {
	if s.URL != "" && s.URL != s.Text {
		return s.Text + " (" + s.URL + ")"
	}
	return s.Text
}
