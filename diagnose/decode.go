package diagnose

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"io"
	"mime/quotedprintable"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// maxText bounds what is read of one text: a notice, a part, a page. The words
// that matter stand at the beginning.
const maxText = 256 << 10

// transferred undoes a Content-Transfer-Encoding. What is damaged is read up to
// there. RFC 2045, section 6.
func transferred(body []byte, encoding string) []byte {
	var r io.Reader
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body))
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(body))
	default:
		return body[:min(len(body), maxText)]
	}
	decoded, _ := io.ReadAll(io.LimitReader(r, maxText)) // what was read until then counts
	return decoded
}

// toUTF8 is text as UTF-8. The label is what the message says of its charset,
// and may be wrong: a byte order mark beats it, and so does text that is valid
// UTF-8, because hardly any other text is by accident. Status codes, addresses
// and hosts are ASCII, which all but UTF-16 and the seven-bit charsets leave as
// it is.
func toUTF8(text []byte, label string) string {
	text = text[:min(len(text), maxText)]
	if s, ok := fromUTF16(text); ok {
		return s
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	label = strings.ToLower(strings.TrimSpace(label))
	sevenBit := strings.HasPrefix(label, "iso-2022")
	if utf8.Valid(text) && !sevenBit || strings.HasPrefix(label, "utf-16") {
		return strings.ToValidUTF8(string(text), "\uFFFD")
	}
	if charset, err := htmlindex.Get(label); err == nil {
		if decoded, err := charset.NewDecoder().Bytes(text); err == nil {
			return string(decoded)
		}
	}
	// No charset is named, or none that we know: this one maps every octet.
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(text)
	if err != nil {
		return strings.ToValidUTF8(string(text), "\uFFFD")
	}
	return string(decoded)
}

// fromUTF16 decodes UTF-16 that shows itself: by its mark or, as some exports
// leave that out, by a zero octet beside nearly each of the first ASCII letters.
func fromUTF16(text []byte) (string, bool) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		order, text = binary.LittleEndian, text[2:]
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		order, text = binary.BigEndian, text[2:]
	default:
		sample := text[:min(len(text), 64)&^1]
		var even, odd int
		for i, c := range sample {
			switch {
			case c == 0 && i%2 == 0:
				even++
			case c == 0:
				odd++
			}
		}
		switch most := len(sample) * 2 / 5; {
		case len(sample) < 8 || max(even, odd) < most || min(even, odd) > 0:
			return "", false
		case odd > even:
			order = binary.LittleEndian
		default:
			order = binary.BigEndian
		}
	}
	units := make([]uint16, 0, len(text)/2)
	for ; len(text) >= 2; text = text[2:] {
		units = append(units, order.Uint16(text))
	}
	return string(utf16.Decode(units)), true
}
