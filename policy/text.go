package policy

import (
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/record"
)

// Bounds on outside text in messages and keys, in octets: a record may be
// 65,535 long. The evidence has all of it.
const (
	maxName   = 253 // RFC 1035, section 2.3.4
	maxQuoted = 100
	maxKey    = 200
	maxListed = 5
)

// short is quoted for text that can be long.
func short(octets string) string {
	if len(octets) > maxQuoted {
		octets = octets[:maxQuoted] + "..."
	}
	return quoted(octets)
}

// plain is a name from outside without quotation marks. It is in the form that
// dig prints already, so that a backslash in it is no octet of the name's.
func plain(name string) string { return record.Printable(name[:min(len(name), maxName)]) }

// keyOf makes a finding's key, of outside text too.
func keyOf(words ...string) string {
	key := record.Text(strings.Join(words, " "))
	return key[:min(len(key), maxKey)]
}

// listed joins the items of a list, of which a message names the first few.
func listed(items []string) string {
	if more := len(items) - maxListed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(items[:maxListed], ", "), more)
	}
	return strings.Join(items, ", ")
}

// under reports whether name is parent or below it, both in canonical form.
func under(name, parent string) bool {
	dot := len(name) - len(parent) - 1
	return name == parent || dot >= 0 && name[dot] == '.' && strings.HasSuffix(name, parent)
}
