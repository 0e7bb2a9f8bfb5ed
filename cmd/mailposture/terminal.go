package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether a person reads, or types, at the other end.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width is the columns of a terminal, and 0 for anything else.
func width(stream io.Writer) int {
	if f, ok := stream.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return w
		}
	}
	return 0
}

// colored reports whether a stream shows colours: a terminal, unless NO_COLOR
// is set (no-color.org).
func colored(stream any) bool { return os.Getenv("NO_COLOR") == "" && isTerminal(stream) }
