package diagnose

import "testing"

// What one bounce costs, without DNS.
func BenchmarkRead(b *testing.B) {
	text := fixture(b, "relay-pool.eml")
	b.ReportAllocs()
	for b.Loop() {
		if d := Explain(Read(text), nil); d.Cause != RelayPool {
			b.Fatal(d.Cause)
		}
	}
}
