package report

import (
	"strings"
	"unicode/utf8"
)

// flush writes what the page holds.
func (m *markdownWriter) flush() error {
	if m.err == nil {
		_, m.err = m.to.Write(m.page.Bytes())
	}
	m.page.Reset()
	return m.err
}

// line writes one line. Two empty ones never follow each other.
func (m *markdownWriter) line(text string) {
	if text == "" && m.blank {
		return
	}
	m.blank = text == ""
	m.page.WriteString(text)
	m.page.WriteByte('\n')
}

// heading writes a heading of text.
func (m *markdownWriter) heading(level int, text string) {
	m.line("")
	m.line(strings.Repeat("#", level) + " " + markdownText(text))
	m.line("")
}

// paragraph writes Markdown on a line of its own. What would begin a list or
// underline a heading there is text.
func (m *markdownWriter) paragraph(words string) {
	words = strings.TrimSpace(words)
	if rest := strings.TrimLeft(words, "0123456789"); rest != "" && strings.Contains("-+=.)", rest[:1]) {
		words = words[:len(words)-len(rest)] + `\` + rest
	}
	m.line(words)
	m.line("")
}

// item writes an item of a list: a word of ours, and text.
func (m *markdownWriter) item(head, text string) {
	m.line("- **" + markdownText(head) + "** " + markdownText(text))
}

// code writes lines as they stand, in a fence longer than any within.
func (m *markdownWriter) code(indent, language string, lines ...string) {
	ticks := 2
	for _, line := range lines {
		ticks = max(ticks, longestTicks(line))
	}
	fence := indent + strings.Repeat("`", ticks+1)
	m.line("")
	m.line(fence + language)
	for _, line := range lines {
		m.line(indent + line)
	}
	m.line(fence)
	m.line("")
}

// underline marks the part of an excerpt that a finding points at.
func underline(x excerpt) string {
	return strings.Repeat(" ", utf8.RuneCountInString(x.Before)) + "^" + strings.Repeat("~", utf8.RuneCountInString(x.Marked)-1)
}

// markdownText is s as Markdown that means only itself, wherever in a line it
// stands. Sites make links of addresses, and of names behind @ and #, whether
// or not a backslash stands before them: only in code they do not.
func markdownText(s string) string {
	words := strings.Split(printable(s), " ")
	for i, w := range words {
		if strings.ContainsAny(w, "@#") || strings.Contains(w, "://") || strings.Contains(strings.ToLower(w), "www.") {
			words[i] = markdownCode(w)
		} else {
			words[i] = markdownEscape(w)
		}
	}
	return strings.Join(words, " ")
}

// markdownEscape puts a backslash before what Markdown would read, or a site's
// formulas.
func markdownEscape(s string) string {
	const marks = "\\`*_[]<>&|~$"
	if !strings.ContainsAny(s, marks) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(marks, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// markdownCode is s as code within a line.
func markdownCode(s string) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	ticks := strings.Repeat("`", longestTicks(s)+1)
	if strings.Trim(s, "` ") != s { // a space at both ends is taken off
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// markdownLink is text that leads to an https address of ours.
func markdownLink(text, url string) string {
	return "[" + markdownEscape(printable(text)) + "](<" + url + ">)"
}

// markdownSpan is a piece of a rule's prose.
func markdownSpan(s inline) string {
	words := markdownText(s.Text)
	switch {
	case s.Code:
		words = markdownCode(s.Text)
	case s.URL != "":
		words = markdownLink(s.Text, s.URL)
	}
	switch {
	case s.Strong && strings.TrimSpace(s.Text) == s.Text:
		return "**" + words + "**"
	case s.Em:
		return "*" + words + "*"
	}
	return words
}

// longestTicks is the length of the longest run of backticks in s.
func longestTicks(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
