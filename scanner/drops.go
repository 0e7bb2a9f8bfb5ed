package scanner

import (
	"strconv"
	"strings"
	"sync"
	"time"
)

// dropsEvery is how often the counter of the kernel is read at most.
const dropsEvery = time.Second

// drops watches the kernel's count of datagrams that arrived and found no room
// in a receive buffer. The count is of the whole machine or container: another
// program's loss is taken for ours, which only makes the scan slower.
type drops struct {
	read func() (int64, bool) // the count; false: not known on this system

	mu    sync.Mutex
	next  time.Time
	known bool
	last  int64
	total int64 // since the first reading
}

// more reports whether the count has grown since it was last looked at.
func (d *drops) more(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now.Before(d.next) {
		return false
	}
	d.next = now.Add(dropsEvery)
	count, ok := d.read()
	if !ok {
		return false
	}
	grown := d.known && count > d.last
	if grown {
		d.total += count - d.last
	}
	d.known, d.last = true, count
	return grown
}

func (d *drops) seen() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.total
}

// rcvbufErrors finds the count in the text of /proc/net/snmp: a line of names
// for each protocol, then one of numbers.
func rcvbufErrors(text string) (int64, bool) {
	var names []string
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] != "Udp:" {
			continue
		}
		if names == nil {
			names = words
			continue
		}
		for i, name := range names {
			if name == "RcvbufErrors" && i < len(words) {
				n, err := strconv.ParseInt(words[i], 10, 64)
				return n, err == nil
			}
		}
	}
	return 0, false
}
