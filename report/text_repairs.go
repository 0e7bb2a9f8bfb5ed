package report

// repairs writes the changes that were proved together.
func (t *textWriter) repairs(r Result) {
	if len(r.Repairs) == 0 {
		return
	}
	p := &t.page
	p.line(0)
	intro := "make these changes together; the rules were run again over them"
	if len(r.Repairs) == 1 {
		intro = "make this change; the rules were run again over it"
	}
	p.flow(0, tag(p, "CHANGE", green), p.words([]inline{{Text: intro}}), proseWidth)
	for i, c := range r.Repairs {
		t.repair(c, mendedBy(r, i))
	}
}

// briefRepairs writes the records to publish for one domain among many.
func (t *textWriter) briefRepairs(r Result) {
	p := &t.page
	head := tag(p, "CHANGE", green)
	for i, c := range r.Repairs {
		words := c.Kind + " " + c.Name
		if mends := mendedBy(r, i); mends != "" {
			words += " [" + mends + "]"
		}
		p.flow(2, head, p.words([]inline{{Text: words}}), proseWidth)
		if c.Old != "" && c.New == "" {
			p.line(2+tagWidth, p.in(red, "- "+c.Old))
		}
		if c.New != "" {
			p.line(2+tagWidth, p.in(green, "+ "+c.New))
		}
	}
}

// repair writes one change: the record now, the one to publish in full, so that
// it can be copied, and what differs.
func (t *textWriter) repair(c Repair, mends string) {
	p := &t.page
	head := c.Kind + " " + c.Name
	if mends != "" {
		head += "  mends " + mends
	}
	p.line(tagWidth, p.in(dim, "| "+head))
	was, is := differences(c.Old, c.New)
	if c.Old != "" {
		p.line(tagWidth, p.in(dim, "| "), p.in(red, "- "), t.pieces(was, red, boldRed))
	}
	if c.New != "" {
		p.line(tagWidth, p.in(dim, "| "), p.in(green, "+ "), t.pieces(is, green, bold))
	}
	switch gone, come := differing(was), differing(is); {
	case c.Old == "":
		p.line(tagWidth, p.in(dim, "| a new record"))
	case c.New == "":
		p.line(tagWidth, p.in(dim, "| the record goes"))
	case gone != "" && come != "":
		p.line(tagWidth, p.in(dim, "| "), gone, p.in(dim, " becomes "), come)
	case gone != "":
		p.line(tagWidth, p.in(dim, "| without "), gone)
	case come != "":
		p.line(tagWidth, p.in(dim, "| with "), come)
	}
}

// pieces paints a record, and what differs in it.
func (t *textWriter) pieces(list []piece, same, other paint) string {
	text := ""
	for _, one := range list {
		c := same
		if one.Differs {
			c = other
		}
		text += t.page.in(c, one.Text)
	}
	return text
}

// mendedBy lists the rules whose findings a change mends: "SPF005, SPF007".
func mendedBy(r Result, repair int) string {
	words, last := "", ""
	for _, f := range r.Findings {
		for _, i := range f.Repairs {
			if i == repair && f.Rule != last {
				if words != "" {
					words += ", "
				}
				words, last = words+f.Rule, f.Rule
			}
		}
	}
	return words
}
