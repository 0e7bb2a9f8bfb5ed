//go:build full

package scanner

import "testing"

// The long form of TestForgeries: a million.
func TestForgeriesLong(t *testing.T) {
	forgeries(t, 500_000, false)
	forgeries(t, 500_000, true)
}
