package report

import (
	"errors"
	"testing"
)

var errFull = errors.New("disk full")

// fullAfter takes room bytes, then fails.
type fullAfter struct{ room int }

func (w *fullAfter) Write(p []byte) (int, error) {
	if len(p) > w.room {
		n := w.room
		w.room = 0
		return n, errFull
	}
	w.room -= len(p)
	return len(p), nil
}

// TestWriteErrors fails the writer at each byte of a small run.
func TestWriteErrors(t *testing.T) {
	// Small, since a run is rendered for each byte of it.
	results := []Result{notADomain(), argument()}
	run := sampleRun()
	run.Rules = run.Rules[1:2]
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			whole := len(render(t, f, Options{}, run, results))
			for room := range whole {
				err := write(f.New(&fullAfter{room}, Options{}), run, results)
				if !errors.Is(err, errFull) {
					t.Fatalf("room for %d of %d bytes: %v", room, whole, err)
				}
			}
			if err := write(f.New(&fullAfter{whole}, Options{}), run, results); err != nil {
				t.Errorf("room for all: %v", err)
			}
			// The control: a writer that drops its errors is convicted.
			deaf := deafWriter{f.New(&fullAfter{whole / 2}, Options{})}
			if err := write(deaf, run, results); err != nil {
				t.Errorf("a writer without errors returned %v: the check checks nothing", err)
			}
		})
	}
}

// deafWriter drops the errors of another.
type deafWriter struct{ w Writer }

func (d deafWriter) Begin(r Run) error     { _ = d.w.Begin(r); return nil }
func (d deafWriter) Domain(r Result) error { _ = d.w.Domain(r); return nil }
func (d deafWriter) End(s Summary) error   { _ = d.w.End(s); return nil }
