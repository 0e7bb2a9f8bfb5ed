package report

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// judged is a domain as a scan hands it to New.
type judged struct {
	snapshot *facts.Snapshot
	facts    *facts.Facts
	verdicts []policy.Verdict
}

// judgedCase judges the saved answers of one of the cases. "weak" is a common
// lot: a gateway before Microsoft 365, and a policy that asks for nothing.
func judgedCase(tb testing.TB, name string, parts ...facts.Part) judged {
	tb.Helper()
	weak := name == "weak"
	if weak {
		name = "gateway-microsoft365"
	}
	text, err := os.ReadFile(filepath.Join("..", "testdata", "cases", name, "snapshot.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var s facts.Snapshot
	if err := json.Unmarshal(text, &s); err != nil {
		tb.Fatal(err)
	}
	for i, o := range s.Observations {
		if weak && o.Name == "_dmarc.example.com" {
			s.Observations[i].Data = []string{`"v=DMARC1; p=none"`}
		}
	}
	opt := facts.DefaultOptions()
	opt.Parts = parts
	f, _ := facts.Build(s.Domain, &s, opt)
	return judged{&s, f, policy.Evaluate(f, policy.Rules())}
}

func (j judged) result() Result {
	return New("mailposture/bench", j.snapshot, j.facts, j.verdicts, nil)
}

// benchmarkCases runs work on several domains, each with the parts that a scan
// of a long list asks for, and with all.
func benchmarkCases(b *testing.B, work func(b *testing.B, j judged)) {
	core := []facts.Part{facts.PartMX, facts.PartSPF, facts.PartDMARC}
	for _, name := range []string{"healthy", "parked", "gateway-microsoft365", "weak", "reject-with-nothing", "hostile"} {
		b.Run(name+"/core", func(b *testing.B) { work(b, judgedCase(b, name, core...)) })
		b.Run(name+"/all", func(b *testing.B) { work(b, judgedCase(b, name)) })
	}
}

// BenchmarkNew makes the result of a domain.
func BenchmarkNew(b *testing.B) {
	benchmarkCases(b, func(b *testing.B, j judged) {
		b.ReportAllocs()
		for b.Loop() {
			j.result()
		}
	})
}

// BenchmarkJSONL makes the result of a domain, and writes its line.
func BenchmarkJSONL(b *testing.B) {
	benchmarkCases(b, func(b *testing.B, j judged) {
		w := newJSONL(io.Discard, Options{})
		if err := w.Begin(Run{}); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if err := w.Domain(j.result()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(j.result().Findings)), "findings")
	})
}
