package record

import (
	"slices"
	"strings"
	"testing"
)

func TestParseTXT(t *testing.T) {
	octets, ends, err := ParseTXT(`"v=spf1 " "a\"b\\c\195\164\000" ""`)
	if err != nil || octets != "v=spf1 a\"b\\c\xc3\xa4\x00" || !slices.Equal(ends, []int{7, 15, 15}) {
		t.Errorf("%q %v %v", octets, ends, err)
	}
	if octets, ends, err := ParseTXT(FormatTXT("", nil)); err != nil || octets != "" || ends != nil {
		t.Errorf("no strings: %q %v %v", octets, ends, err)
	}
	for _, bad := range []string{`\# 1 00`, `v=spf1`, `"no end`, `"no end\`, `"a" b`} {
		if _, _, err := ParseTXT(bad); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func FuzzTXT(f *testing.F) {
	f.Add("v=spf1 \x00\"\\\xff", 3)
	f.Fuzz(func(t *testing.T, octets string, cut int) {
		ends := []int{len(octets)}
		if cut > 0 && cut < len(octets) {
			ends = []int{cut, len(octets)}
		}
		back, again, err := ParseTXT(FormatTXT(octets, ends))
		if err != nil || back != octets || !slices.Equal(ends, again) {
			t.Fatalf("%q: %q %v %v", octets, back, again, err)
		}
	})
}

func TestLocate(t *testing.T) {
	text, span := Locate("a\x00\\b\xff", Span{Offset: 1, Length: 2})
	if text != `a\x00\x5cb\xff` || span != (Span{Offset: 1, Length: 8}) {
		t.Errorf("%s %+v", text, span)
	}
	for _, outside := range []Span{{9, 1}, {1, 99}, {-1, 2}, {5, 0}} {
		text, span := Locate("a\x00\\b\xff", outside)
		if span.Offset < 0 || span.End() > len(text) || span.Length < 0 {
			t.Errorf("%+v became %+v in %d characters", outside, span, len(text))
		}
	}
}

func TestPrintable(t *testing.T) {
	if got := Printable("a\\000\x1b[31m\xc2\x9b"); got != `a\000\x1b[31m\xc2\x9b` {
		t.Errorf("%s", got)
	}
	if strings.ContainsAny(Text("\x1b\n\x7f"), "\x1b\n\x7f") {
		t.Error("control characters pass")
	}
}
