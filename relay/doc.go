// Package relay says what becomes of a message that Exchange Online forwards.
//
// Follow takes a Path, what is known of the sender, the way in, the forwarding
// and the destination, through the truth tables of the package: what Exchange
// Online sees on entry, which pool the copy leaves by, what the destination
// says, and why. It is pure, and what is not known stays not known: an outcome
// is named only where every value that an open input could have leads there.
//
// Microsoft promises nothing about its relay pool, so PoolRelay means that a
// message is at risk of it, never that it will go there.
package relay
