package scanner

import "os"

func readDrops() (int64, bool) {
	text, err := os.ReadFile("/proc/net/snmp")
	if err != nil {
		return 0, false
	}
	return rcvbufErrors(string(text))
}
