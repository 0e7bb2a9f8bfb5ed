package diagnose

import (
	"strings"
)

// maxCodes bounds the status codes that are taken from one reply.
const maxCodes = 8

// statusCodes lists the enhanced status codes in a text, each once: class 2, 4
// or 5, then a subject up to 7 and a detail up to 999. RFC 3463, section 2.
// Addresses, versions and dates have other forms.
func statusCodes(text string) []string {
	var codes []string
	for at := 0; at+5 <= len(text) && len(codes) < maxCodes; at++ {
		if at > 0 && (isWordByte(text[at-1]) || text[at-1] == '.') {
			continue
		}
		if code := statusCode(text[at:]); code != "" {
			codes = appendNew(codes, code)
			at += len(code) - 1
		}
	}
	return codes
}

// statusCode is the enhanced status code that a text begins with, or "".
func statusCode(text string) string {
	const shortest = len("5.7.1")
	if len(text) < shortest || strings.IndexByte("245", text[0]) < 0 || text[1] != '.' || text[2] < '0' || text[2] > '7' || text[3] != '.' {
		return ""
	}
	end := shortest - 1
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	switch digits := end - (shortest - 1); {
	case digits == 0 || digits > 3:
		return ""
	case end < len(text) && isWordByte(text[end]):
		return ""
	case end+1 < len(text) && text[end] == '.' && isDigit(text[end+1]):
		return "" // an address
	}
	return text[:end]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWordByte(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

// appendNew appends what is not there yet.
func appendNew[T comparable](list []T, items ...T) []T {
	for _, item := range items {
		known := false
		for _, have := range list {
			known = known || have == item
		}
		if !known {
			list = append(list, item)
		}
	}
	return list
}

// basicCode is the three-digit code that a reply begins with, or "". RFC 5321,
// section 4.2.
func basicCode(text string) string {
	if len(text) < 3 || text[0] != '2' && text[0] != '4' && text[0] != '5' || text[1] > '5' || !isDigit(text[1]) || !isDigit(text[2]) {
		return ""
	}
	if len(text) > 3 && text[3] != ' ' && text[3] != '-' && text[3] != '#' {
		return ""
	}
	return text[:3]
}
