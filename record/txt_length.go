package record

// TXTOctets is how many octets the presentation form of TXT data takes on the
// wire: each character-string with the octet before it that says its length.
// RFC 1035, section 3.3.14. It is 0 for what ParseTXT cannot read.
func TXTOctets(data string) int {
	octets, inside := 0, false
	for at := 0; at < len(data); at++ {
		switch c := data[at]; {
		case c == '"':
			if inside = !inside; inside {
				octets++ // the length
			}
		case !inside && c != ' ', c == '\\' && at+1 == len(data):
			return 0
		case inside:
			octets++
			if c == '\\' {
				if at++; at+2 < len(data) && allDigits(data[at:at+3]) {
					at += 2
				}
			}
		}
	}
	if inside {
		return 0
	}
	return octets
}
