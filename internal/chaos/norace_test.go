//go:build !race

package chaos

// slower is how many times as long a client gets that the race detector slows
// down.
const slower = 1
