package scanner

import (
	"fmt"
	"io/fs"
	"testing"
)

func TestSystemServers(t *testing.T) {
	const conf, uplinks = "/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"plain", map[string]string{conf: "# a comment\nsearch example.com\nnameserver 192.0.2.53\nnameserver\t2001:db8::53 \noptions edns0\n"}, "[192.0.2.53:53 [2001:db8::53]:53]"},
		{"a scope", map[string]string{conf: "nameserver fe80::1%eth0\n"}, "[[fe80::1%eth0]:53]"},
		{"repeated", map[string]string{conf: "nameserver 192.0.2.53\nnameserver 192.0.2.53"}, "[192.0.2.53:53]"},
		{"a line that is none", map[string]string{conf: "nameserver\nnameserver here\n;nameserver 192.0.2.1\nnameserver 192.0.2.53"}, "[192.0.2.53:53]"},
		{"the stub", map[string]string{conf: "nameserver 127.0.0.53\n", uplinks: "nameserver 192.0.2.53\n"}, "[192.0.2.53:53]"},
		{"the stub and another", map[string]string{conf: "nameserver 127.0.0.53\nnameserver 192.0.2.1\n", uplinks: "nameserver 192.0.2.53\n"}, "[192.0.2.1:53 192.0.2.53:53]"},
		{"the stub alone", map[string]string{conf: "nameserver 127.0.0.53\n"}, "[127.0.0.53:53]"},
		{"the stub, uplinks unknown", map[string]string{conf: "nameserver 127.0.0.53\n", uplinks: "# none\n"}, "[127.0.0.53:53]"},
		{"none", map[string]string{conf: "search example.com\n"}, "no nameserver in /etc/resolv.conf: use --resolver"},
		{"no file", nil, "no system resolver: file does not exist: use --resolver"},
	}
	for _, test := range tests {
		servers, err := systemServers(func(name string) ([]byte, error) {
			text, ok := test.files[name]
			if !ok {
				return nil, fs.ErrNotExist
			}
			return []byte(text), nil
		})
		got := fmt.Sprint(servers)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestParseServer(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.53":       "192.0.2.53:53",
		"127.0.0.1:5353":   "127.0.0.1:5353",
		"[::1]:53":         "[::1]:53",
		"[::1]":            "[::1]:53",
		"::1":              "[::1]:53",
		"fe80::1%eth0":     "[fe80::1%eth0]:53",
		"":                 "!", // nothing
		"dns.example":      "!", // a name
		"192.0.2":          "!", // half an address
		"192.0.2.53:0":     "!", // no port
		"192.0.2.53:":      "!", // no port
		"192.0.2.53:65536": "!", // no port
		"[::1":             "!", // one bracket
		"::1]":             "!", // one bracket
		"udp://192.0.2.53": "!", // a URL
	} {
		got, err := ParseServer(text)
		switch {
		case err != nil && want != "!":
			t.Errorf("%q: %v", text, err)
		case err == nil && got.String() != want:
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
