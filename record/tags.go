package record

import "strings"

// parseTags splits a tag-list. RFC 6376, section 3.2; white space around tags,
// names and values is dropped. A piece that is no tag=value is left out of the
// tags and reported through bad, which may be nil.
func parseTags(octets string, bad func(Span)) []Tag {
	tags := make([]Tag, 0, min(strings.Count(octets, ";")+1, usualTags))
	for at := 0; at <= len(octets); {
		end := strings.IndexByte(octets[at:], ';')
		if end < 0 {
			end = len(octets)
		} else {
			end += at
		}
		piece := trimSpan(octets, Span{at, end - at})
		at = end + 1
		if piece.Length == 0 {
			continue
		}
		text := octets[piece.Offset:piece.End()]
		equals := strings.IndexByte(text, '=')
		name := ""
		if equals >= 0 {
			name = strings.TrimRight(text[:equals], tagSpace)
		}
		if !isTagName(name) {
			if bad != nil {
				bad(piece)
			}
			continue
		}
		value := trimSpan(octets, Span{piece.Offset + equals + 1, piece.Length - equals - 1})
		tags = append(tags, Tag{Span: piece, Name: name, Value: octets[value.Offset:value.End()], ValueSpan: value})
	}
	return tags
}

// usualTags is room for the tags of most records. More are appended: empty
// pieces are no tags, and must not take room by the thousand.
const usualTags = 8

// tagSpace is what may surround tags, names and values: folding white space.
const tagSpace = " \t\r\n"

// trimSpan is span without the white space at its ends.
func trimSpan(octets string, span Span) Span {
	from, to := span.Offset, span.End()
	for from < to && isTagSpace(octets[from]) {
		from++
	}
	for to > from && isTagSpace(octets[to-1]) {
		to--
	}
	return Span{from, to - from}
}

func isTagSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// isTagName reports whether s is a letter, then letters, digits and "_".
// RFC 6376, section 3.2.
func isTagName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isAlpha(c) && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}
