package record

import "testing"

// FuzzTXTOctets holds the length against what ParseTXT reads.
func FuzzTXTOctets(f *testing.F) {
	for _, data := range []string{
		`"v=spf1 " "-all"`, `""`, ``, `"a\"b\\c\200\1x"`, `"open`, `bare`, `"a"x`, `"\`, `"\12"`, `"a""b"`, `"\"`, `"\999"`,
	} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		want := 0
		if octets, ends, err := ParseTXT(data); err == nil {
			want = len(octets) + len(ends)
		}
		if got := TXTOctets(data); got != want {
			t.Errorf("%q: %d octets, want %d", data, got, want)
		}
	})
}
