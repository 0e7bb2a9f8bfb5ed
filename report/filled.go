package report

// some is s, or an empty slice for nil: readers were promised an array, and
// encoding/json writes a nil slice as null.
func some[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// filledRun is run with every array that the schema requires.
func filledRun(run Run) Run {
	run.Lists = some(run.Lists)
	return run
}
