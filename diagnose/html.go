package diagnose

import (
	"strings"

	"golang.org/x/net/html"
)

// htmlText is what a reader of a page sees, a line for each block. What is no
// HTML comes back as the text that it is.
func htmlText(page string) string {
	var out strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(page))
	tokens.SetMaxBuf(maxText)
	hidden := ""
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end, or a token beyond the bound
			return out.String()
		case html.TextToken:
			if hidden == "" {
				out.WriteString(oneSpace(string(tokens.Text())))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			switch tag := string(name); {
			case tag == "script" || tag == "style" || tag == "title":
				hidden = tag
			case !inline(tag):
				out.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := tokens.TagName()
			switch tag := string(name); {
			case tag == hidden:
				hidden = ""
			case tag == "p" || tag == "div" || tag == "tr" || tag == "table":
				out.WriteString("\n\n")
			case !inline(tag):
				out.WriteByte('\n')
			}
		}
	}
}

// oneSpace keeps line ends, which pages of headers rely on, and makes one space
// of any other run of white space.
func oneSpace(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		joined := strings.Join(strings.Fields(line), " ")
		if joined != "" && strings.TrimLeft(line, " \t\r") != line {
			joined = " " + joined
		}
		if joined != "" && strings.TrimRight(line, " \t\r") != line {
			joined += " "
		}
		lines[i] = joined
	}
	return strings.Join(lines, "\n")
}

// inline reports whether a tag leaves its text on the line.
func inline(tag string) bool {
	switch tag {
	case "a", "b", "i", "u", "em", "strong", "span", "font", "code", "tt", "small", "big", "sup", "sub", "wbr", "abbr", "mark":
		return true
	}
	return false
}

// looksLikeHTML reports whether a text is a page: it begins with a tag that
// pages begin with, or has one soon.
func looksLikeHTML(text string) bool {
	start := strings.ToLower(text[:min(len(text), 2048)])
	for _, sign := range []string{"<!doctype html", "<html", "<body", "<head>", "<div", "<table", "<p>"} {
		if strings.Contains(start, sign) {
			return true
		}
	}
	return false
}
