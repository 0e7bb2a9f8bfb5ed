// Package chaos runs DNS servers that misbehave by script, for tests.
//
// A Server stands for a recursive resolver on a loopback address. It knows the
// truth about a made-up world, and Rules and a Mix say which of the Behaviours
// it shows to which query: silence, lies, junk, illegal packets. The choice
// depends on a seed and the query alone, so that the same seed gives the same
// faults whatever the timing. A Journal keeps every query, so that a test can
// tell afterwards what the client under test had to go by.
//
// It reads and writes messages with code of its own. A codec shared with the
// code under test would hide their common errors, and a decent one would not
// write what is sent here.
package chaos
