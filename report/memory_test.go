package report

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// TestConstantMemory feeds a long run and looks at what stays in memory. The
// first results fill what is bounded; after those nothing may grow.
func TestConstantMemory(t *testing.T) {
	const warm, long = 2_000, 20_000
	const bound = 512 << 10 // bytes; 26 for each result
	for _, f := range Formats() {
		if grown := growth(t, f.New(io.Discard, Options{Color: true, WithHelp: true}), warm, long); grown > bound {
			t.Errorf("%s: %d bytes more after %d results", f.Name, grown, long)
		}
	}
	// The control: a writer that keeps its results is convicted.
	if grown := growth(t, &hoarder{}, warm, long); grown <= bound {
		t.Errorf("a writer that keeps every domain grew by %d bytes only: the check checks nothing", grown)
	}
}

func growth(t *testing.T, w Writer, warm, long int) int64 {
	t.Helper()
	if err := w.Begin(sampleRun()); err != nil {
		t.Fatal(err)
	}
	var before int64
	for i := range long {
		if i == warm {
			before = heap()
		}
		if err := w.Domain(nth(i)); err != nil {
			t.Fatal(err)
		}
	}
	grown := heap() - before
	if err := w.End(Summary{Finished: ended}); err != nil {
		t.Fatal(err)
	}
	return grown
}

// nth is a small result of its own: some have findings, some are incomplete,
// some rejected, and no two have a name or a reason in common.
func nth(i int) Result {
	name := fmt.Sprintf("domain-%d.example", i)
	r := blank(name, i+1)
	switch i % 4 {
	case 0:
		r.Findings = []Finding{find(name, "SPF001", "", "there is no SPF record", name, "TXT", strings.Repeat("x", 200), "x")}
	case 1:
		r.Status = Incomplete
		r.Unknown = []UnknownRule{{"SPF001", "TXT " + name + ": timeout"}}
	case 2:
		r.Status, r.Reason = Rejected, "not a domain: "+name
	}
	return r
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// hoarder keeps every result.
type hoarder struct{ all []Result }

func (h *hoarder) Begin(Run) error       { return nil }
func (h *hoarder) Domain(r Result) error { h.all = append(h.all, r); return nil }
func (h *hoarder) End(Summary) error     { return nil }
