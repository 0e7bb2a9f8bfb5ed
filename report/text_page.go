package report

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/mailposture/mailposture/policy"
)

// paint is an SGR sequence's parameters. The zero value paints nothing.
type paint string

const (
	plain    paint = ""
	bold     paint = "1"
	dim      paint = "2"
	red      paint = "31"
	boldRed  paint = "1;31"
	alarming paint = "1;37;41"
	yellow   paint = "33"
	cyan     paint = "36"
	green    paint = "32"
)

// severityPaint colours a severity's tag. The tag's word says the same.
func severityPaint(s policy.Severity) paint {
	switch s {
	case policy.Critical:
		return alarming
	case policy.High:
		return boldRed
	case policy.Medium:
		return yellow
	case policy.Low:
		return cyan
	}
	return dim
}

// defaultWidth is a terminal's usual width; prose is not set wider than
// proseWidth, where lines become hard to follow.
const (
	defaultWidth = 80
	minWidth     = 40
	proseWidth   = 100
)

// page lays out lines. Everything given to it must be printable already: it
// adds line breaks and, where colour is on, its own SGR sequences.
type page struct {
	out   bytes.Buffer
	color bool
	width int // columns
}

// in is text painted.
func (p *page) in(c paint, text string) string {
	if !p.color || c == plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// line writes one line, indented, with no white space at its end.
func (p *page) line(indent int, parts ...string) {
	text := strings.TrimRight(strings.Join(parts, ""), " ")
	if text != "" {
		p.out.WriteString(strings.Repeat(" ", indent))
		p.out.WriteString(text)
	}
	p.out.WriteByte('\n')
}

// word is a piece of prose that is not broken.
type word struct {
	text  string // with its colours, unless all of it has one: then that is paint
	width int    // columns
	paint paint
}

// words splits spans at their spaces. Spans that touch make one word.
func (p *page) words(spans []inline) []word {
	var list []word
	var open []word // pieces of the word being read
	closeWord := func() {
		switch len(open) {
		case 0:
		case 1:
			list = append(list, open[0])
		default:
			var whole word
			for _, piece := range open {
				whole.text += p.in(piece.paint, piece.text)
				whole.width += piece.width
			}
			list = append(list, whole)
		}
		open = open[:0]
	}
	for _, s := range spans {
		for i, piece := range strings.Split(s.plain(), " ") {
			if i > 0 {
				closeWord()
			}
			if piece != "" {
				open = append(open, word{piece, utf8.RuneCountInString(piece), inlinePaint(s)})
			}
		}
	}
	closeWord()
	return list
}

func inlinePaint(s inline) paint {
	switch {
	case s.Code:
		return cyan
	case s.Strong:
		return bold
	}
	return plain
}

// flow writes words in lines of at most the page's width, each indented; the
// first begins with head, whose width is the others' further indent.
func (p *page) flow(indent int, head word, words []word, most int) {
	limit := max(min(p.width, most), minWidth)
	start := p.in(head.paint, head.text)
	var line []word
	used := indent + head.width
	for _, w := range words {
		if len(line) > 0 && used+1+w.width > limit {
			p.line(indent, start, p.join(line))
			start, line, used = strings.Repeat(" ", head.width), nil, indent+head.width
		}
		if len(line) > 0 {
			used++
		}
		line = append(line, w)
		used += w.width
	}
	p.line(indent, start, p.join(line))
}

// join sets words side by side, and paints neighbours of one colour together.
func (p *page) join(words []word) string {
	var b strings.Builder
	for i := 0; i < len(words); {
		text := words[i].text
		next := i + 1
		for next < len(words) && words[next].paint == words[i].paint {
			text += " " + words[next].text
			next++
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.in(words[i].paint, text))
		i = next
	}
	return b.String()
}

// broken is one line in pieces of at most width columns, broken at spaces; the
// later ones are indented. Columns inside the line stay, as in flow they would
// not. Text with colour is not broken.
func (p *page) broken(line string, width int) []string {
	hang := strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " "))+2)
	width = max(width, minWidth)
	var pieces []string
	for len(line) > width && !strings.Contains(line, "\x1b") {
		at := strings.LastIndexByte(line[:width+1], ' ')
		if at <= len(hang) {
			break
		}
		pieces = append(pieces, line[:at])
		line = hang + strings.TrimLeft(line[at:], " ")
	}
	return append(pieces, line)
}

// prose writes text of one colour as flow does.
func (p *page) prose(indent int, c paint, text string) {
	words := p.words([]inline{{Text: text}})
	for i := range words {
		words[i].paint = c
	}
	p.flow(indent, word{}, words, proseWidth)
}

// record writes a record's text, broken at spaces to the page's full width.
func (p *page) record(indent int, text string) {
	p.flow(indent, word{}, p.words([]inline{{Text: text}}), p.width)
}

// markdown writes a rule's prose behind a label: "Why  ...". Paragraphs are
// set apart by a line, items are not.
func (p *page) markdown(indent int, label, text string) {
	head := word{label, len(label), bold}
	var before blockKind
	for _, b := range parseMarkdown(text) {
		if before != "" && !(before == listItem && b.Kind == listItem) {
			p.line(0)
		}
		switch b.Kind {
		case codeBlock:
			for _, line := range b.Lines {
				p.line(indent, p.in(head.paint, head.text), "  ", p.in(cyan, line))
				head = blankWord(len(label))
			}
		default:
			if b.Mark != "" {
				head = word{p.in(head.paint, head.text) + b.Mark + " ", head.width + len(b.Mark) + 1, plain}
			}
			p.flow(indent, head, p.words(b.Spans), proseWidth)
		}
		head = blankWord(len(label))
		before = b.Kind
	}
}

// blankWord takes up room.
func blankWord(width int) word { return word{strings.Repeat(" ", width), width, plain} }

// pad is text with spaces behind it up to width columns.
func pad(text string, width int) string {
	if n := width - utf8.RuneCountInString(text); n > 0 {
		return text + strings.Repeat(" ", n)
	}
	return text
}
