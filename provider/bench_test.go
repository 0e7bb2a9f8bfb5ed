package provider

import "testing"

// Start-up pays for one Parse; below 5 ms it is not worth a second format.
func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("providers.yaml", embeddedData); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkForMX(b *testing.B) {
	c := Embedded()
	for name, host := range map[string]string{
		"hit":  "example-com.mail.protection.outlook.com",
		"miss": "mx1.mail.some-hosting-company.example",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.ForMX(host)
			}
		})
	}
}
