package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/mailposture/mailposture/diagnose"
)

// DiagnosisSchema names the format of one diagnosis.
const DiagnosisSchema = "mailposture/diagnosis/v1"

// Diagnosed is the diagnosis of one file.
type Diagnosed struct {
	Schema string `json:"schema"`
	File   string `json:"file"` // as given; "-" for stdin
	diagnose.Diagnosis
}

// DiagnosesJSON writes one object for one file, and an array for several. The
// error is w's.
func DiagnosesJSON(w io.Writer, all []Diagnosed) error {
	var value any = all
	if len(all) == 1 {
		value = all[0]
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return err
	}
	_, err := w.Write(escapeJSON(nil, []byte(b.String())))
	return err
}

// DiagnosesText writes diagnoses for people: what it is, why we think so, what
// to do, what else it may be. The error is w's.
func DiagnosesText(w io.Writer, all []Diagnosed, opt Options) error {
	t := newText(w, opt)
	for i, d := range all {
		if i > 0 {
			t.page.line(0)
		}
		d = clean(d)
		t.diagnosis(d)
	}
	return t.flush()
}

// diagnosis writes one.
func (t *textWriter) diagnosis(d Diagnosed) {
	p := &t.page
	file := d.File
	if file == "-" {
		file = "stdin"
	}
	p.line(0, p.in(bold, file), "  ", p.in(dim, kindWords(d.Kind)))
	p.line(0)
	p.line(0, "Cause     ", p.in(causePaint(d), string(d.Cause)), confidenceOf(d.Diagnosis))
	p.line(0, "Fixed by  ", fixerWords(d.Fixer))
	p.line(0)
	p.prose(0, plain, d.Summary)
	t.meanings(d)
	t.items("Evidence", d.Evidence)
	if len(d.Remedies) > 0 {
		p.line(0)
		p.line(0, p.in(bold, "What to do"))
		for i, step := range d.Remedies {
			t.step(fmt.Sprintf("%d. ", i+1), step)
		}
	}
	if len(d.Also) > 0 {
		p.line(0)
		p.line(0, p.in(bold, "Also possible"))
		for _, a := range d.Also {
			p.line(2, p.in(cyan, string(a.Cause)))
			if title := causeTitle(a.Cause); title != "" {
				p.prose(4, plain, title+".")
			}
			p.flow(4, word{"decided by: ", len("decided by: "), dim}, p.words([]inline{{Text: a.Decides}}), proseWidth)
		}
	}
	t.items("Not known, because DNS did not say", d.Unknown)
}

// step writes one thing to do. A command at its end stands on a line of its own,
// however long: people copy it.
func (t *textWriter) step(head, step string) {
	const command = "mailposture relay --"
	p := &t.page
	words, rest, ok := strings.Cut(step, ": "+command)
	if ok {
		words += ":"
	}
	p.flow(2, word{head, len(head), plain}, p.words([]inline{{Text: words}}), proseWidth)
	if ok {
		p.line(2+len(head), command+rest)
	}
}

// causeTitle is a cause in words, or "".
func causeTitle(cause diagnose.Cause) string {
	for _, c := range diagnose.Known().Causes {
		if c.Cause == cause {
			return c.Title
		}
	}
	return ""
}

// meanings writes what each refusal says, in plain words.
func (t *textWriter) meanings(d Diagnosed) {
	p := &t.page
	if len(d.Meanings) == 0 {
		return
	}
	p.line(0)
	p.line(0, p.in(bold, "What was said"))
	for _, m := range d.Meanings {
		if m.Text != "" {
			p.record(2, m.Text)
		} else {
			p.line(2, m.Code)
		}
		p.prose(4, dim, m.Means)
	}
}

// items writes a list under a title, unless it is empty.
func (t *textWriter) items(title string, items []string) {
	p := &t.page
	if len(items) == 0 {
		return
	}
	p.line(0)
	p.line(0, p.in(bold, title))
	for _, item := range items {
		p.flow(2, word{"- ", 2, plain}, p.words([]inline{{Text: item}}), proseWidth)
	}
}

func causePaint(d Diagnosed) paint {
	switch d.Cause {
	case diagnose.UnknownCause:
		return yellow
	case diagnose.NotAFailure:
		return green
	}
	return boldRed
}

func confidenceOf(d diagnose.Diagnosis) string {
	if d.Confidence == diagnose.None {
		return ""
	}
	return fmt.Sprintf("  (confidence %s)", d.Confidence)
}

// kindWords is what a text was read as.
func kindWords(k diagnose.Kind) string {
	switch k {
	case diagnose.NDR:
		return "read as a bounce"
	case diagnose.Headers:
		return "read as message headers"
	case diagnose.Message:
		return "read as a whole message"
	case diagnose.Trace:
		return "read as a message trace"
	}
	return "not a bounce, a message, headers or a message trace"
}

// fixerWords is who can mend it.
func fixerWords(f diagnose.Fixer) string {
	switch f {
	case diagnose.SenderAdmin:
		return "the administrator of the system that sent the refused copy (sender-admin)"
	case diagnose.RecipientAdmin:
		return "the administrator of the recipient's mail or DNS (recipient-admin)"
	case diagnose.GatewayAdmin:
		return "the operator of the gateway between the two (gateway-admin)"
	case diagnose.SenderUser:
		return "whoever wrote the message (sender-user)"
	case diagnose.Nobody:
		return "nobody: there is nothing to mend"
	}
	return "not known"
}
