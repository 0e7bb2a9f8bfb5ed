package zone

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestName(t *testing.T) {
	long := strings.Repeat("\x3f"+strings.Repeat("a", 63), 3) // 192 octets
	tests := []struct {
		msg  string
		off  int
		want string // "!" is an error
		end  int
	}{
		{"\x00", 0, "", 1},
		{"\x01A\x02Bc\x00", 0, "a.bc", 6},
		{"\x03com\x00\x01a\xc0\x00", 5, "a.com", 9},
		{"\x05a.b c\x00", 0, `a\.b\032c`, 7},
		{"\x06\"$();@\x01\\\x00", 0, `\"\$\(\)\;\@.\\`, 10},
		{"\x03'~\x7f\x00", 0, `'~\127`, 5},
		{long + "\x3d" + strings.Repeat("b", 61) + "\x00", 0, strings.Repeat(strings.Repeat("a", 63)+".", 3) + strings.Repeat("b", 61), 255},
		{long + "\x3e" + strings.Repeat("b", 62) + "\x00", 0, "!", 0}, // 256 octets
		{"", 0, "!", 0},                    // nothing
		{"\x01a", 0, "!", 0},               // no root
		{"\x02a", 0, "!", 0},               // label cut off
		{"\xc0", 0, "!", 0},                // pointer cut off
		{"\xc0\x00", 0, "!", 0},            // pointer to itself
		{"\x01a\xc0\x00", 0, "!", 0},       // a loop through its own beginning
		{"\xc0\x02\x00", 0, "!", 0},        // pointer forward
		{"\x40\x00", 0, "!", 0},            // extended label type
		{"\x80a\x00", 0, "!", 0},           // unassigned label type
		{"\x01a\x00", 9, "!", 0},           // offset outside
		{pointers(130), 260, "!", 0},       // more hops than labels are possible
		{pointers(100), 200, "", 202},      // allowed
		{"\x00\xc0\x00\xc0\x01", 3, "", 5}, // a pointer to a pointer
	}
	for _, test := range tests {
		got, end, err := Name([]byte(test.msg), test.off)
		if err != nil {
			got = "!"
		}
		if got != test.want || end != test.end {
			t.Errorf("%q at %d: got %q, %d, %v; want %q, %d", test.msg, test.off, got, end, err, test.want, test.end)
		}
	}
}

// pointers is a root and n pointers, each to the one before.
func pointers(n int) string {
	msg := []byte{0, 0}
	for i := range n {
		at := 2 * i
		if i == 0 {
			at = 1
		}
		msg = binary.BigEndian.AppendUint16(msg, 0xC000|uint16(at))
	}
	return string(msg)
}

func TestPackName(t *testing.T) {
	for name, want := range map[string]string{
		"":                              "\x00",
		".":                             "\x00",
		"a.bc":                          "\x01a\x02bc\x00",
		"A.bc.":                         "\x01A\x02bc\x00",
		`a\.b.c`:                        "\x03a.b\x01c\x00",
		`a\046b\255`:                    "\x04a.b\xff\x00",
		strings.Repeat("a", 63):         "\x3f" + strings.Repeat("a", 63) + "\x00",
		strings.Repeat("a", 64):         "!", // label too long
		strings.Repeat("a.", 127):       strings.Repeat("\x01a", 127) + "\x00",
		strings.Repeat("a.", 127) + "b": "!", // name too long
		"a..b":                          "!", // empty label
		".a":                            "!", // empty label
		"..":                            "!", // empty label
		`a\`:                            "!", // nothing is escaped
		`a\25`:                          "!", // two digits
		`a\256`:                         "!", // no octet
	} {
		wire, err := PackName(name)
		if err != nil {
			wire = []byte("!")
		}
		if string(wire) != want {
			t.Errorf("%q: got %q, want %q", name, wire, want)
		}
	}
}

func TestWithin(t *testing.T) {
	for _, test := range []struct {
		name, apex string
		want       bool
	}{
		{"a.example", "example", true},
		{"example", "example", true},
		{"example", "", true},
		{"", "", true},
		{"", "example", false},
		{"aexample", "example", false},
		{`a\.example`, "example", false}, // one label with a dot in it
		{`a\\.example`, "example", true}, // one label that ends in a backslash
		{"example", "a.example", false},
	} {
		if got := Within(test.name, test.apex); got != test.want {
			t.Errorf("%q within %q: %v", test.name, test.apex, got)
		}
	}
}

func TestData(t *testing.T) {
	tests := []struct{ kind, data, want string }{
		{"A", "\xc0\x00\x02\x01", "192.0.2.1"},
		{"A", "\xc0\x00\x02", "!"},         // three octets
		{"A", "\xc0\x00\x02\x01\x00", "!"}, // five
		{"A", "", "!"},                     // none
		{"AAAA", "\xc0\x00\x02\x01", "!"},  // an IPv4 address
		{"AAAA", "\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + "\x01", "2001:db8::1"},
		{"AAAA", strings.Repeat("\x00", 10) + "\xff\xff\xc0\x00\x02\x01", "::ffff:192.0.2.1"},
		{"TXT", "\x02hi\x00\x01\"", `"hi" "" "\""`},
		{"TXT", "\x00", `""`},
		{"TXT", "\x05a\x00\xff\\;", `"a\000\255\\;"`},
		{"TXT", "", `\# 0`},       // no string: illegal, and harmless
		{"TXT", "\x03hi", "!"},    // string cut off
		{"TXT", "\x01h\x09", "!"}, // the second one cut off
		{"MX", "\x00\x0a\x01M\x01x\x00", "10 m.x."},
		{"MX", "\x00\x00\x00", "0 ."},
		{"MX", "\x00\x0a", "!"},              // no host
		{"MX", "\x00\x0a\x01m\x00\x00", "!"}, // an octet left over
		{"CNAME", "\x01A\x00", "a."},
		{"CNAME", "\x01a", "!"}, // no root
		{"SRV", "\x00\x01\x00\x02\x00\x03\x01a\x00", "1 2 3 a."},
		{"SOA", "\x00\x00" + "\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x05", ". . 1 2 3 4 5"},
		{"SOA", "\x00\x00" + "\x00\x00\x00\x01", "!"}, // four numbers short
		{"CAA", "\x00\x05issuea", `0 issue "a"`},
		{"CAA", "\x00", `\# 1 00`}, // no tag
		{"TYPE65280", "\x01\xff", `\# 2 01ff`},
		{"TYPE65280", "", `\# 0`},
	}
	for _, test := range tests {
		kind, ok := Type(test.kind)
		if !ok {
			t.Fatalf("%s is no type", test.kind)
		}
		got, err := Data([]byte(test.data), 0, len(test.data), kind)
		if err != nil {
			got = "!"
		}
		if got != test.want {
			t.Errorf("%s %q: got %s, want %s", test.kind, test.data, got, test.want)
		}
	}
	if _, err := Data([]byte("\x01a\x00"), 0, 2, dns.TypeCNAME); err == nil {
		t.Error("a name may run past the end of its data")
	}
	if _, err := Data(nil, 0, 2, dns.TypeA); err == nil {
		t.Error("data may end behind the message")
	}
}

func TestType(t *testing.T) {
	for kind, want := range map[string]uint16{"TXT": 16, "TYPE16": 16, "TYPE65280": 65280, "CAA": 257} {
		if got, ok := Type(kind); !ok || got != want {
			t.Errorf("%s: got %d, %v", kind, got, ok)
		}
	}
	for _, kind := range []string{"", "txt", "TXT/cd", "ANY", "AXFR", "OPT", "TYPE255", "TYPE0", "TYPE65536", "TYPE", "TYPE-1"} {
		if _, ok := Type(kind); ok {
			t.Errorf("%q is taken for a record type", kind)
		}
	}
}

// What Name prints packs to the same octets, but for case.
func FuzzName(f *testing.F) {
	f.Add([]byte("\x01a\x02B.\x00"), 0)
	f.Add([]byte("\x03com\x00\x01a\xc0\x00"), 5)
	f.Fuzz(func(t *testing.T, msg []byte, off int) {
		if off < 0 {
			return
		}
		name, end, err := Name(msg, off)
		if err != nil {
			return
		}
		if end <= off || end > len(msg) {
			t.Fatalf("ends at %d, began at %d of %d", end, off, len(msg))
		}
		wire, err := PackName(name)
		if err != nil {
			t.Fatalf("%q does not pack: %v", name, err)
		}
		again, _, err := Name(wire, 0)
		if err != nil || again != name {
			t.Fatalf("%q reads as %q, %v", name, again, err)
		}
		if _, ok := dns.IsDomainName(name); !ok && name != "" {
			t.Logf("the DNS library refuses %q", name)
		}
	})
}

// What Data prints of a TXT record reads back, by other code, to the same octets.
func FuzzTXT(f *testing.F) {
	f.Add([]byte("\x02hi\x01\"\x00"))
	f.Add([]byte("\x05a\x00\xff\\;"))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := Data(data, 0, len(data), dns.TypeTXT)
		if err != nil || len(data) > 2000 || len(data) == 0 {
			return
		}
		rr, err := dns.NewRR(". 1 IN TXT " + text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		buf := make([]byte, dns.Len(rr)+1)
		end, err := dns.PackRR(rr, buf, 0, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		if got := buf[11:end]; !bytes.Equal(got, data) {
			t.Fatalf("%q prints as %s, which reads as %q", data, text, got)
		}
	})
}
