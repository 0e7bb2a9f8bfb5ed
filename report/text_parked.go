package report

// stranger writes what a stranger can do.
func (t *textWriter) stranger(r Result, indent int) {
	p := &t.page
	if words := strangerSentence(r); words != "" {
		p.flow(indent, word{}, p.words([]inline{{Text: words}}), proseWidth)
	}
}

// parked writes the verdict on a domain without mail, with the records to
// publish.
func (t *textWriter) parked(r Result, indent int) {
	if r.Parked == nil {
		return
	}
	p := &t.page
	p.flow(indent, tag(p, "PARKED", cyan), p.words([]inline{{Text: parkedWords(r.Parked)}}), proseWidth)
	if r.Parked.Protected {
		return
	}
	for _, record := range r.Parked.Records {
		sign, c := "+ ", green
		note := ""
		if record.Published {
			sign, c, note = "= ", dim, "  (there)"
		}
		p.line(indent+tagWidth, p.in(dim, "| "), p.in(c, sign+record.zoneLine()), p.in(dim, note))
	}
}
