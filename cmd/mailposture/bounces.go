package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/diagnose"
)

// bounceBook is docs/bounces.md: from each code to the causes, and from each
// cause to the fix.
func bounceBook(w io.Writer) error {
	book := diagnose.Known()
	var b strings.Builder
	b.WriteString(`# Bounces

Made by ` + "`make docs`" + ` from the data that ` + "`mailposture diagnose`" + ` uses. Look up the code of your bounce, then the cause;
or let ` + "`mailposture diagnose bounce.eml`" + ` do both, and hold the cause against the domains' records.

Of several causes the likeliest comes first. A code says less than the words behind it: where a code stands in several rows, the
words decide. Exchange Online often passes on what the next server said: its own words come before the arrow ("->"), and what
comes behind decides.

## From the code to the cause

| Code | A refusal of this kind | What it means | Causes |
| --- | --- | --- | --- |
`)
	for _, c := range sortedCodes(book) {
		var causes []string
		for _, cause := range c.Causes {
			causes = append(causes, fmt.Sprintf("[%s](#%s)", cause, cause))
		}
		code := c.Code
		if code == "" {
			code = "-"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", code, cell(c.Example), cell(c.Meaning), strings.Join(causes, ", "))
	}
	b.WriteString("\n## From the cause to the fix\n")
	for _, c := range book.Causes {
		fmt.Fprintf(&b, "\n### %s\n\n**%s.** Usually for: %s.\n\n%s\n\n", c.Cause, c.Title, c.Fixer, strings.TrimSpace(c.Summary))
		for i, step := range c.Steps {
			fmt.Fprintf(&b, "%d. %s\n", i+1, escapeMarkdown(step))
		}
		fmt.Fprintf(&b, "\nWhat decides: %s\n", escapeMarkdown(c.Decides))
	}
	b.WriteString("\n## Sources\n\nThe codes and phrases come from these; the wording is ours.\n\n")
	for _, key := range sortedKeys(book.Sources) {
		fmt.Fprintf(&b, "- %s\n", escapeMarkdown(book.Sources[key]))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// sortedCodes are the codes as people look for them: by class, subject and
// detail, those without a code last.
func sortedCodes(book *diagnose.Book) []diagnose.CodeInfo {
	codes := slices.Clone(book.Codes)
	slices.SortStableFunc(codes, func(a, b diagnose.CodeInfo) int { return slices.Compare(codeOrder(a.Code), codeOrder(b.Code)) })
	return codes
}

// codeOrder is what a code is sorted by: subject and detail before the class, so
// that 4.7.26 stands beside 5.7.26.
func codeOrder(code string) []int {
	var class, subject, detail int
	if n, _ := fmt.Sscanf(code, "%d.%d.%d", &class, &subject, &detail); n < 3 {
		return []int{99}
	}
	return []int{subject, detail, class}
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// cell is text as a Markdown table takes it.
func cell(text string) string { return strings.ReplaceAll(escapeMarkdown(text), "|", `\|`) }

// escapeMarkdown keeps text from being read as markup.
func escapeMarkdown(text string) string {
	return strings.NewReplacer("<", `\<`, ">", `\>`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "`", "\\`").Replace(text)
}
