package report

import (
	"fmt"
	"path"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// visible reports whether a rune shows itself and does nothing else. Controls
// (C0, DEL, C1), line separators, bidirectional overrides, zero-width and
// other ignorable characters, unassigned and private ones are not visible.
func visible(r rune) bool {
	if r < utf8.RuneSelf {
		return ' ' <= r && r <= '~'
	}
	return unicode.IsPrint(r) &&
		!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) &&
		!unicode.Is(unicode.Variation_Selector, r)
}

// printable is s on one line, each byte of what is not visible as \xNN: the
// same form that record.Text gives outside text, so that text which passed
// through there stays as it is.
func printable(s string) string {
	const hex = "0123456789abcdef"
	bad := strings.IndexFunc(s, func(r rune) bool { return r == utf8.RuneError || !visible(r) })
	if bad < 0 {
		return s
	}
	out := append(make([]byte, 0, len(s)+len(s)/2), s[:bad]...)
	for rest := s[bad:]; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if visible(r) && !(r == utf8.RuneError && size == 1) {
			out = append(out, rest[:size]...)
		} else {
			for _, c := range []byte(rest[:size]) {
				out = append(out, '\\', 'x', hex[c>>4], hex[c&15])
			}
		}
		rest = rest[size:]
	}
	return string(out)
}

// clean is v with every string in it printable. What v points to is copied
// before it is changed. A writer that lays out text cleans a whole Result, so
// that no field can be forgotten, today's or a later one.
func clean[T any](v T) T {
	root := reflect.ValueOf(&v).Elem()
	if !spotless(root) {
		scrub(root)
	}
	return v
}

// spotless reports whether scrub would change nothing.
func spotless(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		s := v.String()
		return printable(s) == s
	case reflect.Pointer:
		return v.IsNil() || spotless(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if !spotless(v.Index(i)) {
				return false
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != timeType && !spotless(v.Field(i)) {
				return false
			}
		}
	}
	return true
}

// timeType holds a string only in its location, which no writer prints.
var timeType = reflect.TypeFor[time.Time]()

// scrub makes every string under v printable; v is settable.
func scrub(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(printable(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			fresh := reflect.New(v.Type().Elem())
			fresh.Elem().Set(v.Elem())
			scrub(fresh.Elem())
			v.Set(fresh)
		}
	case reflect.Slice:
		if !v.IsNil() {
			fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(fresh, v)
			for i := range fresh.Len() {
				scrub(fresh.Index(i))
			}
			v.Set(fresh)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != timeType {
				scrub(v.Field(i))
			}
		}
	}
}

// cleanRule is clean for a rule, whose Why and Fix are Markdown of several
// lines: those are cleaned piece by piece when parseMarkdown has read them.
func cleanRule(r Rule) Rule {
	why, fix := r.Why, r.Fix
	r.Why, r.Fix = "", ""
	r = clean(r)
	r.Why, r.Fix = why, fix
	return r
}

// escapeJSON appends encoded JSON to dst with all that is not visible as
// \uXXXX. encoding/json leaves DEL, the C1 controls (U+009B is CSI) and
// bidirectional overrides as they are, so its output can still drive a
// terminal. Only strings hold such characters, so the whole can be passed.
func escapeJSON(dst, encoded []byte) []byte {
	for len(encoded) > 0 {
		plain := 0
		for plain < len(encoded) && encoded[plain] < 0x7f {
			plain++
		}
		dst, encoded = append(dst, encoded[:plain]...), encoded[plain:]
		if len(encoded) == 0 {
			break
		}
		r, size := utf8.DecodeRune(encoded)
		switch {
		case visible(r):
			dst = append(dst, encoded[:size]...)
		case r > 0xffff:
			high, low := surrogates(r)
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
		default:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		}
		encoded = encoded[size:]
	}
	return dst
}

// surrogates is the UTF-16 pair of a rune above U+FFFF. RFC 8259, section 7.
func surrogates(r rune) (high, low rune) {
	r -= 0x10000
	return 0xd800 + r>>10, 0xdc00 + r&0x3ff
}

// sarifText is s as a SARIF message that means only itself: on one line, with
// braces doubled, since {0} is a placeholder (SARIF 2.1.0, section 3.11.5),
// and brackets escaped, since [text](target) is a link there, even in plain
// text (section 3.11.6). A backslash is doubled only before a bracket, where
// it would undo the escape: viewers show the others as they stand.
func sarifText(s string) string {
	s = printable(s)
	if !strings.ContainsAny(s, "{}[]") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '{', '}':
			b.WriteByte(c)
		case '[', ']':
			for j := i; j > 0 && s[j-1] == '\\'; j-- {
				b.WriteByte('\\')
			}
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// uriPath is a list's path as a relative URI reference below the root of the
// sources: what is not unreserved is percent-encoded, colons too, since a
// first segment "a:b" would read as a scheme (RFC 3986, section 4.2). Leading
// "/" and "../" are dropped: code scanning takes nothing outside the checkout.
// What is left may be empty.
func uriPath(list string) string {
	const hex = "0123456789ABCDEF"
	list = strings.TrimLeft(path.Clean(list), "/")
	for strings.HasPrefix(list, "../") {
		list = list[len("../"):]
	}
	if list == "." || list == ".." {
		return ""
	}
	var b strings.Builder
	for i := range len(list) {
		switch c := list[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// anchor is s as the fragment of an in-page link.
func anchor(s string) string {
	const most = 64
	keep := func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '-'
	}
	return "rule-" + strings.Map(keep, s[:min(len(s), most)])
}
