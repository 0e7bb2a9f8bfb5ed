package report

import "slices"

// excerpt is a record around the part that a finding points at.
type excerpt struct {
	Before, Marked, After string // Before and After carry "..." where text was cut
}

const ellipsis = "..."

// evidenceExcerpt is the evidence's text in at most room characters, where
// that is possible, with whole terms on both sides of the span. A span outside
// the text is brought inside it: a file of results may be wrong.
func evidenceExcerpt(e Evidence, room int) excerpt {
	text := []rune(e.Text)
	start := min(max(e.Offset, 0), len(text))
	end := start + min(max(e.Length, 0), len(text)-start)
	if end-start == len(text) { // a mark on everything marks nothing
		start, end = 0, 0
	}
	if len(text) <= room {
		return excerpt{string(text[:start]), string(text[start:end]), string(text[end:])}
	}
	marked := string(text[start:end])
	if most := max(room-2*(len(ellipsis)+1), 0); end-start > most { // the span alone is longer than a line
		marked = string(text[start:start+most]) + ellipsis
	}
	from, to := widen(text, start, end, room)
	x := excerpt{string(text[from:start]), marked, string(text[end:to])}
	if from > 0 {
		x.Before = ellipsis + spaceIf(text[from-1] == ' ') + x.Before
	}
	if to < len(text) {
		x.After += spaceIf(text[to] == ' ') + ellipsis
	}
	return x
}

// distinct is evidence without what stood before: two signs of one thing may
// rest on the same record.
func distinct(all []Evidence) []Evidence {
	var list []Evidence
	for _, e := range all {
		if !slices.Contains(list, e) {
			list = append(list, e)
		}
	}
	return list
}

func spaceIf(cut bool) string {
	if cut {
		return " "
	}
	return ""
}

// widen takes in terms to the left and the right of a span, the shorter side
// first, while they fit into room with the marks of what was cut. A term too
// long to fit is cut itself where it is one that fills lines: a key is one.
func widen(text []rune, start, end, room int) (int, int) {
	const long = 40
	from, to := start, end
	spare := func(from, to int) int {
		left := room - (to - from)
		if from > 0 {
			left -= len(ellipsis) + 1
		}
		if to < len(text) {
			left -= len(ellipsis) + 1
		}
		return left
	}
	for {
		left, right := termBefore(text, from), termAfter(text, to)
		fitsLeft := left < from && spare(left, to) >= 0
		fitsRight := right > to && spare(from, right) >= 0
		switch {
		case fitsLeft && (start-from <= to-end || !fitsRight):
			from = left
		case fitsRight:
			to = right
		case right-to > long:
			return from, min(to+max(spare(from, to), 0), len(text))
		case from-left > long:
			return max(from-max(spare(from, to), 0), 0), to
		default:
			return from, to
		}
	}
}

// termBefore is where the term before at begins.
func termBefore(text []rune, at int) int {
	for at > 0 && text[at-1] == ' ' {
		at--
	}
	for at > 0 && text[at-1] != ' ' {
		at--
	}
	return at
}

// termAfter is where the term after at ends.
func termAfter(text []rune, at int) int {
	for at < len(text) && text[at] == ' ' {
		at++
	}
	for at < len(text) && text[at] != ' ' {
		at++
	}
	return at
}
