//go:build race

package chaos

// slower is how many times as long a client gets that the race detector slows
// down: its tries would else be over before it has read what came in time.
const slower = 2
