package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"sync"
)

//go:embed html/*.gohtml
var htmlFiles embed.FS

//go:embed html/report.css
var htmlStyle string

// htmlWriter renders a run as one page that loads nothing: no script, no font,
// no image, and a policy in the page that forbids them.
//
// The page is streamed, so the summary, which readers want first, is written
// last. It is shown first all the same: main has a declarative shadow root
// with a slot for the summary before that of the rest. Slots are what people
// see, and what screen readers and the tab key follow, so the order of reading
// is right without a script. A browser too old for that falls back on CSS
// order, and the links at the top lead everywhere in any browser.
//
// Domains are shown worst first by CSS order too, since sorting would need
// them all in memory; reading-flow keeps the tab key in step where browsers
// know it, and a choice at the top gives the order of the list. A card is a
// div round its details: Chromium 156 leaves the summaries of details that are
// themselves reordered out of the tab order.
type htmlWriter struct {
	to    io.Writer
	rules *rulebook
	page  bytes.Buffer
	held  *Result // the first, until it is known whether more come
	place int     // of the last result, from 1
	err   error
}

// linkedDomains is how many domains a rule links to.
const linkedDomains = 24

func newHTML(w io.Writer) *htmlWriter { return &htmlWriter{to: w} }

// htmlTemplate parses the templates when a page is first written, so that who
// only imports the package pays nothing. They are embedded and tested: one
// that does not parse is our mistake.
var htmlTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").ParseFS(htmlFiles, "html/*.gohtml"))
})

// htmlHead is what head.gohtml is given.
type htmlHead struct {
	By        string
	Started   string
	Lists     []string
	WhatIf    []string
	StyleHash string // base64 of the SHA-256 of the style sheet
}

// Begin writes the head of the page.
func (h *htmlWriter) Begin(run Run) error {
	rules := make([]Rule, len(run.Rules))
	for i, r := range run.Rules {
		rules[i] = cleanRule(r)
	}
	h.rules = newRulebook(rules, linkedDomains)
	run.Rules = nil
	run = clean(run)
	hash := sha256.Sum256([]byte(htmlStyle))
	head := htmlHead{By: run.By, Started: pageTime(run.Started), WhatIf: run.WhatIf, StyleHash: base64.StdEncoding.EncodeToString(hash[:])}
	for _, list := range run.Lists {
		name := list.Path
		if name == "-" {
			name = "standard input"
		}
		head.Lists = append(head.Lists, name)
	}
	h.render("head", head)
	// Not through the template: the hash is of these very bytes.
	h.page.WriteString("<style>" + htmlStyle + "</style>\n")
	h.render("top", head)
	return h.flush()
}

// Domain writes a card; the first is held back until it is known whether it is
// the only one, and stands open.
func (h *htmlWriter) Domain(r Result) error {
	r = clean(r)
	h.place++
	h.rules.note(r, h.place)
	if h.place == 1 {
		h.held = &r
		return nil
	}
	if h.held != nil {
		h.render("cards", true)
		h.render("domain", h.card(*h.held, 1, false))
		h.held = nil
	}
	h.render("domain", h.card(r, h.place, false))
	return h.flush()
}

// End writes the rules that fired, and the summary.
func (h *htmlWriter) End(s Summary) error {
	if h.place < 2 {
		h.render("cards", false) // nothing to choose from
	}
	if h.held != nil {
		h.render("domain", h.card(*h.held, 1, true))
		h.held = nil
	}
	h.render("rules", h.ruleCards())
	h.render("summary", h.summary(clean(s)))
	return h.flush()
}

// render executes one template; its error stays until flush returns it.
func (h *htmlWriter) render(name string, data any) {
	if err := htmlTemplate().ExecuteTemplate(&h.page, name, data); err != nil && h.err == nil {
		h.err = err
	}
}

// flush writes what was rendered.
func (h *htmlWriter) flush() error {
	if h.err == nil {
		_, h.err = h.to.Write(h.page.Bytes())
	}
	h.page.Reset()
	return h.err
}
