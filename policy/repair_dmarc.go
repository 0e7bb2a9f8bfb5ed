package policy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// editDMARC proposes what edit makes of the pieces of the record that applies,
// where that is the domain's own. tags has the tag that each piece is, nil for
// what is none. edit drops a piece by making it "".
func editDMARC(f *facts.Facts, edit func(pieces []string, tags []*record.Tag)) []facts.Change {
	d := &f.DMARC
	if d.Parsed == nil || len(d.Record.Octets) > maxMended || d.FoundAt != ownDMARC(f).Name {
		return nil
	}
	var pieces []string
	var tags []*record.Tag
	at := 0
	for piece := range strings.SplitSeq(d.Record.Octets, ";") {
		end := at + len(piece)
		if text := strings.TrimSpace(piece); text != "" {
			pieces = append(pieces, text)
			i := slices.IndexFunc(d.Parsed.Tags, func(t record.Tag) bool { return at <= t.Offset && t.Offset < end })
			if i < 0 {
				tags = append(tags, nil)
			} else {
				tags = append(tags, &d.Parsed.Tags[i])
			}
		}
		at = end + 1
	}
	was := slices.Clone(pieces)
	edit(pieces, tags)
	if slices.Equal(was, pieces) {
		return nil
	}
	pieces = slices.DeleteFunc(pieces, func(text string) bool { return text == "" })
	return rewrite(f, d.Record, strings.Join(pieces, "; "))
}

// editTags is editDMARC for one tag at a time: edit returns what becomes of the
// tag's text.
func editTags(f *facts.Facts, edit func(t *record.Tag, text string) string) []facts.Change {
	return editDMARC(f, func(pieces []string, tags []*record.Tag) {
		for i, t := range tags {
			if t != nil {
				pieces[i] = edit(t, pieces[i])
			}
		}
	})
}

// reportsTo is a report address that exists wherever mail is taken: RFC 5321,
// section 4.5.1 has every domain with a mail server accept postmaster.
func reportsTo(f *facts.Facts) string { return "rua=mailto:postmaster@" + string(f.Domain) }

// firstDMARC proposes a record for a domain that has none: to ask for reports
// is the beginning. RFC 9989, section 5.1.4.
func firstDMARC(f *facts.Facts) []facts.Change {
	if !receives(f) {
		return nil
	}
	return publish(ownDMARC(f).Name, "v=DMARC1; p=none; "+reportsTo(f))
}

// addReports proposes a report address for a record without one.
func addReports(f *facts.Facts) []facts.Change {
	if !receives(f) {
		return nil
	}
	return editDMARC(f, func(pieces []string, _ []*record.Tag) { pieces[len(pieces)-1] += "; " + reportsTo(f) })
}

// rejectAll proposes that a domain without mail has mail refused that claims to
// come from it.
func rejectAll(f *facts.Facts) []facts.Change {
	if !silent(f) || f.DMARC.Effective.Tag != "p" {
		return nil
	}
	return editTags(f, func(t *record.Tag, text string) string {
		if strings.EqualFold(t.Name, "p") {
			return "p=reject"
		}
		return text
	})
}

// mergeDMARC proposes one record of several that agree in all but their report
// addresses.
func mergeDMARC(f *facts.Facts) []facts.Change {
	change := facts.Change{Question: ownDMARC(f)}
	var tags []string
	uris := map[string][]string{}
	for i, r := range f.DMARC.Records {
		if len(r.Octets) > maxMended {
			return nil
		}
		change.Old = append(change.Old, published(f, r))
		parsed := record.ParseDMARC(r.Octets)
		var mine []string
		for _, t := range parsed.Tags {
			if name := strings.ToLower(t.Name); name != "rua" && name != "ruf" {
				mine = append(mine, name+"="+t.Value)
			}
		}
		for name, list := range map[string][]record.ReportURI{"rua": parsed.RUA, "ruf": parsed.RUF} {
			for _, u := range list {
				if !slices.Contains(uris[name], u.Text) {
					uris[name] = append(uris[name], u.Text)
				}
			}
		}
		if slices.Sort(mine); i > 0 && !slices.Equal(mine, tags) {
			return nil
		}
		tags = mine
	}
	if len(f.DMARC.Records) < 2 || slices.Contains(change.Old, "") {
		return nil
	}
	slices.SortStableFunc(tags, func(a, b string) int { return tagOrder(a) - tagOrder(b) })
	for _, name := range []string{"rua", "ruf"} {
		if len(uris[name]) > 0 {
			tags = append(tags, name+"="+strings.Join(uris[name], ","))
		}
	}
	change.New = []string{facts.FormatText(strings.Join(tags, "; "))}
	return []facts.Change{change}
}

// tagOrder is the order in which people write the tags that matter most.
func tagOrder(tag string) int {
	name, _, _ := strings.Cut(tag, "=")
	order := []string{"v", "p", "sp", "np"}
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	return len(order)
}

// dmarcVersion is what stands where "DMARC1" should.
var dmarcVersion = regexp.MustCompile(`(?i)^\s*dmarc\s*1?(?:\.0)?[,.:]?(?:\s+|$)`)

// spellDMARC proposes the record that was meant where its version has a slip.
func spellDMARC(f *facts.Facts) []facts.Change {
	meant := slices.DeleteFunc(slices.Clone(f.DMARC.Others), func(r facts.Record) bool { return !meantAsDMARC(r) })
	if len(meant) != 1 || len(meant[0].Octets) > maxMended {
		return nil
	}
	text := strings.NewReplacer(`"`, "", "'", "", `\`, "").Replace(meant[0].Octets)
	var tags []string
	for piece := range strings.SplitSeq(text, ";") {
		piece = strings.TrimSpace(piece)
		name, value, ok := strings.Cut(piece, "=")
		switch name = strings.ToLower(strings.TrimSpace(name)); {
		case name == "v" && dmarcVersion.MatchString(value):
			tags = append(tags, strings.TrimSpace(dmarcVersion.ReplaceAllString(value, "")))
		case !ok && resemblesDMARC(piece):
		default:
			tags = append(tags, piece)
		}
	}
	tags = slices.DeleteFunc(tags, func(text string) bool { return text == "" })
	return rewrite(f, meant[0], strings.Join(append([]string{"v=DMARC1"}, tags...), "; "))
}

// spellPolicy proposes the policy that a value was meant to be, where one of
// the three is near.
func spellPolicy(f *facts.Facts) []facts.Change {
	return editTags(f, func(t *record.Tag, text string) string {
		value := strings.ToLower(strings.Trim(t.Value, `"'. `))
		switch strings.ToLower(t.Name) {
		case "p", "sp", "np":
			for _, p := range []record.DMARCPolicy{record.PolicyReject, record.PolicyQuarantine, record.PolicyNone} {
				if distance(value, string(p)) <= len(p)/3 && value != string(p) || value == string(p) && value != strings.ToLower(t.Value) {
					return strings.ToLower(t.Name) + "=" + string(p)
				}
			}
		}
		return text
	})
}

// spellURIs proposes report addresses as the URIs that they were meant to be.
func spellURIs(f *facts.Facts) []facts.Change {
	return editTags(f, func(t *record.Tag, text string) string {
		name := strings.ToLower(t.Name)
		if name != "rua" && name != "ruf" {
			return text
		}
		split := func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }
		var items []string
		for _, item := range strings.FieldsFunc(strings.ReplaceAll(t.Value, "mailto: ", "mailto:"), split) {
			items = append(items, spellURI(item))
		}
		if len(items) == 0 {
			return text
		}
		return name + "=" + strings.Join(items, ",")
	})
}

// spellURI is one report address as a URI.
func spellURI(item string) string {
	for _, slip := range []string{"rua=", "ruf=", "mailto://", "mailto:", "mail:", "mailto=", "mailto"} {
		if len(item) >= len(slip) && strings.EqualFold(item[:len(slip)], slip) {
			item = item[len(slip):]
		}
	}
	if strings.Contains(item, "@") && !strings.Contains(item, "://") {
		return "mailto:" + item
	}
	return item
}

// dropPct proposes a record without pct.
func dropPct(f *facts.Facts) []facts.Change {
	return editTags(f, func(t *record.Tag, text string) string {
		if strings.EqualFold(t.Name, "pct") {
			return ""
		}
		return text
	})
}

// spellTags proposes the tags that were meant, where one is near, and a record
// without those that say nothing.
func spellTags(f *facts.Facts) []facts.Change {
	known := []string{"rua", "ruf", "adkim", "aspf"}
	return editTags(f, func(t *record.Tag, text string) string {
		name := strings.ToLower(t.Name)
		unknown := slices.ContainsFunc(dmarcProblems(f, record.DMARCUnknownTag), func(p record.Problem) bool { return p.Offset == t.Offset })
		if !unknown {
			return text
		}
		for _, k := range known {
			_, there := f.DMARC.Parsed.Tag(k)
			if !there && len(name) > 2 && distance(name, k) <= 2 {
				return k + "=" + t.Value
			}
		}
		if strings.ContainsAny(t.Value, "@") {
			return text // an address that somebody wants reports at
		}
		return ""
	})
}

// raiseNP proposes for names that do not exist the policy of the domain: they
// send nothing that it could harm.
func raiseNP(f *facts.Facts) []facts.Change {
	return editTags(f, func(t *record.Tag, text string) string {
		if strings.EqualFold(t.Name, "np") && f.DMARC.Parsed.NonexistentPolicy.Strength() < f.DMARC.Parsed.Policy.Strength() {
			return "np=" + string(f.DMARC.Parsed.Policy)
		}
		return text
	})
}

// partTags proposes semicolons between tags that were run together, and a
// record without the pieces that say nothing.
func partTags(f *facts.Facts) []facts.Change {
	return editDMARC(f, func(pieces []string, tags []*record.Tag) {
		for i, t := range tags {
			switch {
			case t == nil && !strings.ContainsAny(pieces[i], "@:="):
				pieces[i] = ""
			case t != nil && swallowsTag(t.Value):
				pieces[i] = partTag(pieces[i])
			}
		}
	})
}

// partTag puts a semicolon before each tag that another swallowed. A list of
// addresses that goes on under its own name again is one list.
func partTag(piece string) string {
	words := strings.FieldsFunc(piece, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) })
	var out []string
	open := ""
	for i, word := range words {
		name, value, isTag := strings.Cut(word, "=")
		switch last := len(out) - 1; {
		case i > 0 && isTag && strings.EqualFold(name, open):
			out[last] = strings.TrimRight(out[last], ",.") + "," + value
			continue
		case i > 0 && swallowsTag("x "+word):
			out[last] = strings.TrimRight(out[last], ",.") + ";"
		}
		if isTag {
			open = name
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}
