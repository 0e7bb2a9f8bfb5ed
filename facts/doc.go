// Package facts works out what the answers about a domain's mail mean.
//
// Build is pure: it reads answers through Answers, and returns what they mean
// together with the questions it would still like answered. Whoever drives it
// asks those and builds again, until nothing is missing. A replay of saved
// answers builds once, and what is missing stays unknown.
package facts
