package provider

import (
	"os"
	"testing"
)

// What a program pays that asks for Embedded: one reading of the compact form.
func BenchmarkEmbedded(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		providers, err := readCompact(embeddedData)
		if err != nil {
			b.Fatal(err)
		}
		newCatalogue(providers, nil, true)
	}
}

// What it would pay for the YAML instead.
func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("providers.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Parse("providers.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkForMX(b *testing.B) {
	c := Embedded()
	for name, host := range map[string]string{
		"exact":   "park-mx.above.com",
		"suffix":  "example-com.mail.protection.outlook.com",
		"pattern": "inbound-smtp.eu-west-1.amazonaws.com",
		"miss":    "mx1.mail.some-hosting-company.example",
		"long":    "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.example",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.ForMX(host)
			}
		})
	}
}
