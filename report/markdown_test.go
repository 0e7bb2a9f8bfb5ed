package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	markup "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"
)

// rendered is what a reader of GitHub's Markdown, which is not ours, makes of a
// text. It lets HTML through, so that what we did not escape shows.
func rendered(text string) (*html.Node, error) {
	reader := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(markup.WithUnsafe()))
	var page bytes.Buffer
	if err := reader.Convert([]byte(text), &page); err != nil {
		return nil, err
	}
	return html.Parse(&page)
}

var (
	markdownElements = words(`html head body h1 h2 h3 p ul ol li strong em code pre a`)
	// Sites make links of mentions and issues behind the back of Markdown.
	markdownLive = regexp.MustCompile(`[@#]\w`)
)

// harmlessMarkdown holds a page against what a page of ours is made of.
func harmlessMarkdown(text string, results int) error {
	root, err := rendered(text)
	if err != nil {
		return err
	}
	sections, extra := 0, 0
	for n := range root.Descendants() {
		switch {
		case n.Type == html.CommentNode:
			return fmt.Errorf("a comment: %q", n.Data)
		case n.Type == html.TextNode && n.Parent.Data != "code":
			if live := markdownLive.FindString(n.Data); live != "" {
				return fmt.Errorf("%q outside code, in %q", live, n.Data)
			}
			for line := range strings.Lines(n.Data) {
				if strings.HasPrefix(line, "CRITICAL  forged") {
					return fmt.Errorf("a line is forged: %q", line)
				}
			}
		case n.Type != html.ElementNode:
		case !markdownElements[n.Data]:
			return fmt.Errorf("a <%s>", n.Data)
		case n.Data == "h2":
			sections++
			if title := n.FirstChild.Data; title == "Summary" || title == "What to do, worst first" {
				extra++
			}
		case n.Data == "a":
			if to := n.Attr[0].Val; !ourHrefs[to] && !strings.HasPrefix(to, "https://www.rfc-editor.org/rfc/rfc") {
				return fmt.Errorf("a link to %q", to)
			}
		}
	}
	if sections-extra != results || extra == 0 {
		return fmt.Errorf("%d sections, and %d at the end, of %d results", sections, extra, results)
	}
	return nil
}

// FuzzMarkdownText: any text is read back as itself, in a paragraph, an item
// and a heading, and makes nothing else.
func FuzzMarkdownText(f *testing.F) {
	for _, p := range payloads() {
		f.Add(p.text[:min(len(p.text), 1<<10)])
	}
	for _, s := range []string{"- x", "1. x", "12) x", "+ x", "= x", "===", "---", "#", "# x", "> x", "    x", "\\", "`", "` `", "a`", "|-|", ":-:", "[ ] x", "x*y*", "__", "x@y.zz", "*@*", "[^1]: x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := strings.Join(strings.Fields(printable(s)), " ")
		if want == "" {
			return
		}
		for _, c := range []struct {
			element string
			write   func(*markdownWriter)
		}{
			{"p", func(m *markdownWriter) { m.paragraph(markdownText(s)) }},
			{"li", func(m *markdownWriter) { m.item("head", s) }},
			{"h2", func(m *markdownWriter) { m.heading(2, s) }},
		} {
			m := newMarkdown(nil)
			c.write(m)
			got, err := onlyText(m.page.String(), c.element)
			if err != nil {
				t.Fatalf("%q as %s, %q: %v", s, c.element, m.page.String(), err)
			}
			got = strings.TrimPrefix(got, "head ")
			if got != want && strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
				t.Fatalf("%q as %s reads %q, want %q", s, c.element, got, want)
			}
		}
	})
}

// onlyText is the text of a page that has nothing but one element and code in it.
func onlyText(text, element string) (string, error) {
	root, err := rendered(text)
	if err != nil {
		return "", err
	}
	var words strings.Builder
	elements := 0
	for n := range root.Descendants() {
		switch {
		case n.Type == html.TextNode:
			words.WriteString(n.Data)
		case n.Type != html.ElementNode:
		case n.Data == element:
			elements++
		case !strings.Contains(" html head body ul strong code ", " "+n.Data+" "):
			return "", fmt.Errorf("a <%s>", n.Data)
		}
	}
	if elements != 1 {
		return "", fmt.Errorf("%d <%s>", elements, element)
	}
	return strings.Join(strings.Fields(words.String()), " "), nil
}
