//go:build race

package diagnose

// underRace says that the race detector is at work, which takes ten to eighty
// times as long and switches off the pools that save allocations.
const underRace = true
