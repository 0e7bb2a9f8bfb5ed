package report

import (
	"regexp"
	"strings"

	"github.com/mailposture/mailposture/policy"
)

var semver = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

// sarifRule is a rule's metadata. Its prose is ours, so braces and brackets
// stay as they are: a reader that shows %{{i}} helps nobody.
func sarifRule(r Rule) sarifDescriptor {
	title := r.Title
	if title == "" {
		title = r.ID
	}
	help := r
	if help.Why == "" && help.Fix == "" {
		help.Why = title
	}
	return sarifDescriptor{
		ID: r.ID, Name: pascalCase(r.Name, r.ID),
		ShortDescription: sarifMultiformat{Text: title},
		FullDescription:  sarifMultiformat{Text: fullDescription(title, r.Why)},
		Help:             sarifMultiformat{Text: helpText(help), Markdown: helpMarkdown(help)},
		HelpURI:          firstURL(r.Refs),
		Default:          sarifDefault{sarifLevel(r.Severity)},
		Properties: &sarifProperties{
			SecuritySeverity: securitySeverity(r.Severity),
			Precision:        precision(r.Confidence),
			ProblemSeverity:  problemSeverity(r.Severity),
			Tags:             ruleTags(r),
		},
	}
}

// fullDescription is the title and why it matters, on one line. GitHub cuts it
// at 1,024 characters.
func fullDescription(title, why string) string {
	const most = 1000
	text := strings.Join(strings.Fields(title+". "+plainText(why)), " ")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + ellipsis
	}
	return text
}

// helpText is the help without marks.
func helpText(r Rule) string {
	var parts []string
	if r.Why != "" {
		parts = append(parts, "Why: "+plainText(r.Why))
	}
	if r.Fix != "" {
		parts = append(parts, "Fix: "+plainText(r.Fix))
	}
	if len(r.Refs) > 0 {
		parts = append(parts, "See: "+strings.Join(r.Refs, "; "))
	}
	return strings.Join(parts, "\n\n")
}

// helpMarkdown is the help as GitHub shows it beside an alert.
func helpMarkdown(r Rule) string {
	var parts []string
	if r.Why != "" {
		parts = append(parts, "**Why**\n\n"+printableLines(r.Why))
	}
	if r.Fix != "" {
		parts = append(parts, "**Fix**\n\n"+printableLines(r.Fix))
	}
	if len(r.Refs) > 0 {
		lines := make([]string, len(r.Refs))
		for i, ref := range r.Refs {
			lines[i] = "- " + ref
			if url := refURL(ref); url != "" && !strings.Contains(ref, url) {
				lines[i] = "- [" + ref + "](" + url + ")"
			}
		}
		parts = append(parts, "**See**\n\n"+strings.Join(lines, "\n"))
	}
	return strings.Join(parts, "\n\n")
}

// printableLines is text whose line breaks stay.
func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = printable(strings.ReplaceAll(line, "\t", "    "))
	}
	return strings.Join(lines, "\n")
}

// securitySeverity is the score that GitHub and DefectDojo make a severity of:
// above 9.0 critical, from 7.0 high, from 4.0 medium, above 0 low.
func securitySeverity(s policy.Severity) string {
	switch s {
	case policy.Critical:
		return "9.5"
	case policy.High:
		return "8.0"
	case policy.Medium:
		return "5.5"
	case policy.Low:
		return "2.0"
	}
	return ""
}

// precision says how often a rule is right, in GitHub's words.
func precision(c policy.Confidence) string {
	switch c {
	case policy.Proof:
		return "very-high"
	case policy.Likely:
		return "high"
	}
	return "low"
}

// problemSeverity is the severity of rules that GitHub does not hold to be
// about security.
func problemSeverity(s policy.Severity) string {
	switch sarifLevel(s) {
	case "error":
		return "error"
	case "warning":
		return "warning"
	}
	return "recommendation"
}

// ruleTags are what an alert can be found by. GitHub shows ten at most.
func ruleTags(r Rule) []string {
	tags := []string{"security", "email"}
	if r.Family != "" {
		tags = append(tags, strings.ToLower(r.Family))
	}
	if r.Confidence != "" {
		tags = append(tags, "confidence/"+string(r.Confidence))
	}
	return tags
}

// pascalCase is "SpfTooManyLookups" for "spf-too-many-lookups". A viewer shows
// the name beside the ID, and only if it differs.
func pascalCase(name, id string) string {
	var b strings.Builder
	for _, part := range strings.Split(name, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	if b.Len() == 0 {
		return id
	}
	return b.String()
}
