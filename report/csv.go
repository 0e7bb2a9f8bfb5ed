package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// csvWriter renders a run as a table for a spreadsheet: a row for each result,
// under one of names. RFC 4180, but for its line ends: ours are those of Unix.
type csvWriter struct {
	to  io.Writer
	row bytes.Buffer
}

func newCSV(w io.Writer) *csvWriter { return &csvWriter{to: w} }

// csvColumn is a column, and what a result has in it.
type csvColumn struct {
	name string
	cell func(*Result) string
}

// csvColumns lists the columns. Readers may rely on their names; a new one goes
// to the end.
func csvColumns() []csvColumn {
	return []csvColumn{
		{"domain", func(r *Result) string { return r.Domain }},
		{"input", func(r *Result) string { return of(r.Input, func(i *Input) string { return i.Text }) }},
		{"status", func(r *Result) string { return string(r.Status) }},
		{"reason", func(r *Result) string { return r.Reason }},
		{"roles", func(r *Result) string { return strings.Join(r.Roles, " ") }},
		{"mx_state", func(r *Result) string { return of(r.MX, func(m *MX) string { return m.State }) }},
		{"gateway", func(r *Result) string { return of(r.MX, func(m *MX) string { return m.Gateway }) }},
		{"mailbox_host", func(r *Result) string { return of(r.MX, func(m *MX) string { return m.MailboxHost }) }},
		{"spf_state", func(r *Result) string { return of(r.SPF, func(s *SPF) string { return s.State }) }},
		{"spf_record", func(r *Result) string { return of(r.SPF, csvSPFRecord) }},
		{"spf_lookups", func(r *Result) string { return of(r.SPF, csvLookups) }},
		{"spf_all", func(r *Result) string { return of(r.SPF, csvAll) }},
		{"dmarc_state", func(r *Result) string { return of(r.DMARC, func(d *DMARC) string { return d.State }) }},
		{"dmarc_policy", func(r *Result) string { return of(r.DMARC, func(d *DMARC) string { return d.Policy }) }},
		{"dmarc_effective", func(r *Result) string { return of(r.DMARC, csvEffective) }},
		{"dkim_state", func(r *Result) string { return of(r.DKIM, func(d *DKIM) string { return d.State }) }},
		{"m365_state", func(r *Result) string { return of(r.M365, func(m *M365) string { return m.State }) }},
		{"critical", func(r *Result) string { return fmt.Sprint(r.Counts.Critical) }},
		{"high", func(r *Result) string { return fmt.Sprint(r.Counts.High) }},
		{"medium", func(r *Result) string { return fmt.Sprint(r.Counts.Medium) }},
		{"low", func(r *Result) string { return fmt.Sprint(r.Counts.Low) }},
		{"info", func(r *Result) string { return fmt.Sprint(r.Counts.Info) }},
		{"unknown", func(r *Result) string { return fmt.Sprint(r.Counts.Unknown) }},
		{"rules", csvRules},
	}
}

// of is a cell of a part, empty where the part is not there.
func of[T any](part *T, cell func(*T) string) string {
	if part == nil {
		return ""
	}
	return cell(part)
}

func csvSPFRecord(s *SPF) string {
	if s.Record == "" {
		return strings.Join(s.Records, " | ")
	}
	return s.Record
}

// csvLookups is the lookups of the full walk, "4+" where more may come to them.
func csvLookups(s *SPF) string {
	switch {
	case s.State != string(facts.Present):
		return ""
	case !s.LookupsComplete:
		return fmt.Sprintf("%d+", s.Lookups)
	}
	return fmt.Sprint(s.Lookups)
}

// csvAll names the qualifier of all by its result (RFC 7208, section 4.6.2):
// to a spreadsheet a cell with "-" in front is a formula.
func csvAll(s *SPF) string {
	switch s.All {
	case "-":
		return "fail"
	case "~":
		return "softfail"
	case "?":
		return "neutral"
	case "+":
		return "pass"
	}
	return s.All
}

func csvEffective(d *DMARC) string {
	return of(d.Effective, func(e *Effective) string { return e.This })
}

// csvRules is the names of the rules that found something, worst first.
func csvRules(r *Result) string {
	var names []string
	for i, f := range r.Findings {
		if firstOfRule(r.Findings, i) {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, " ")
}

// Begin writes the names of the columns.
func (c *csvWriter) Begin(Run) error {
	return c.write(func(column csvColumn) string { return column.name })
}

// Domain writes a row.
func (c *csvWriter) Domain(r Result) error {
	r = clean(r)
	return c.write(func(column csvColumn) string { return column.cell(&r) })
}

// End writes nothing.
func (c *csvWriter) End(Summary) error { return nil }

// write writes one row.
func (c *csvWriter) write(cell func(csvColumn) string) error {
	c.row.Reset()
	for i, column := range csvColumns() {
		if i > 0 {
			c.row.WriteByte(',')
		}
		c.row.WriteString(csvCell(cell(column)))
	}
	c.row.WriteByte('\n')
	_, err := c.to.Write(c.row.Bytes())
	return err
}

// csvCell is s as a cell. A spreadsheet takes one that begins with =, +, - or
// @, in full width too, for a formula, and runs it; where it parts cells at
// semicolons that is so behind each. An apostrophe makes it text.
func csvCell(s string) string {
	const formula = "=+-@\uff1d\uff0b\uff0d\uff20"
	var b strings.Builder
	begins := true
	for _, r := range s {
		if begins && strings.ContainsRune(formula, r) {
			b.WriteByte('\'')
		}
		begins = r == ';' || begins && r == ' '
		b.WriteRune(r)
	}
	if s = b.String(); !strings.ContainsAny(s, "\",;\n\r") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
