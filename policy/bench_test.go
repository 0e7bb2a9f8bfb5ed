package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// benchZone is a typical domain: a gateway, Microsoft 365, includes that other
// domains share, a policy that reports elsewhere.
const benchZone = `example.com. MX 10 mxa-00000001.gslb.pphosted.com.
example.com. MX 10 mxb-00000001.gslb.pphosted.com.
example.com. TXT "v=spf1 include:spf.protection.outlook.com include:_spf.example.net a:out.example.com -all"
example.com. TXT "MS=ms12345678"
spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:52.100.0.0/15 ip4:52.102.0.0/16 ip4:104.47.0.0/17 -all"
_spf.example.net. TXT "v=spf1 include:_a.example.net include:_b.example.net ~all"
_a.example.net. TXT "v=spf1 ip4:192.0.2.0/25 ~all"
_b.example.net. TXT "v=spf1 ip4:192.0.2.128/25 ~all"
out.example.com. A 198.51.100.9
mxa-00000001.gslb.pphosted.com. A 198.51.100.25
mxb-00000001.gslb.pphosted.com. A 198.51.100.26
autodiscover.example.com. CNAME autodiscover.outlook.com.
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:d@vendor.example"
example.com._report._dmarc.vendor.example. TXT "v=DMARC1"
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector2._domainkey.example.com. CNAME selector2-example-com._domainkey.example.onmicrosoft.com.
selector1-example-com._domainkey.example.onmicrosoft.com. TXT "v=DKIM1; k=rsa; p=` + benchKey + `"
`

const benchKey = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDPtW5iwpXVPiH5FzJ7Nrl8USzuY9zqqzjE0D1r04xDN6qwziDnmgcFNNfMewVKN2D1O+2J9N14hRprzByFwfQW76yojh54Xu3uSbQ3JP0A7k8o8GutRF8zbFUA8n0ZH2y0cIEjMliXY4W4LwPA7m4q0ObmvSjhd63O9d8z1XkUBwIDAQAB"

// The work on one typical domain, all rounds of Build added up: as a scan does
// it whose shared includes other domains have fetched already.
func benchmarkDomain(b *testing.B, parts ...facts.Part) {
	opt := facts.DefaultOptions()
	opt.Parts = parts
	w := newWorld(b, benchZone)
	rounds := w.rounds(b, "example.com", opt)
	rules := policy.Rules()
	b.ReportAllocs()
	for b.Loop() {
		var f *facts.Facts
		for _, answers := range rounds {
			f, _ = facts.Build("example.com", answers, opt)
		}
		policy.Evaluate(f, rules)
	}
	b.ReportMetric(float64(len(rounds)), "rounds")
}

func BenchmarkDomain(b *testing.B) { benchmarkDomain(b) }

func BenchmarkDomainCore(b *testing.B) {
	benchmarkDomain(b, facts.PartMX, facts.PartSPF, facts.PartDMARC)
}

// rounds are the answers that Build had in each round of a scan. The includes
// are there from the first.
func (w *world) rounds(b *testing.B, domain facts.Domain, opt facts.Options) []known {
	b.Helper()
	now := make(known)
	for _, name := range []string{"spf.protection.outlook.com", "_spf.example.net", "_a.example.net", "_b.example.net"} {
		q := facts.Question{Name: name, Kind: facts.KindTXT}
		now[q] = w.lookup(b, q)
	}
	var rounds []known
	for {
		before := make(known, len(now))
		for q, o := range now {
			before[q] = o
		}
		rounds = append(rounds, before)
		_, missing := facts.Build(domain, before, opt)
		if len(missing) == 0 {
			return rounds
		}
		for _, q := range missing {
			now[q] = w.lookup(b, q)
		}
	}
}

// Mend for a typical domain, of which nothing can be mended by a record, and for
// one with several things to mend.
func BenchmarkMend(b *testing.B) {
	for name, text := range map[string]string{"nothing": benchZone, "three": brokenZone, "hostile": hostileZone()} {
		b.Run(name, func(b *testing.B) {
			f := newWorld(b, text).facts(b, "example.com", facts.DefaultOptions())
			verdicts := policy.Evaluate(f, policy.Rules())
			b.ReportAllocs()
			repairs := 0
			for b.Loop() {
				repairs = len(policy.Mend(f, verdicts))
			}
			b.ReportMetric(float64(repairs), "repairs")
		})
	}
}

// brokenZone has findings in three records.
const brokenZone = `example.com. MX 0 .
example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 ip4:192.0.2.25 a:gone1.example.com a:gone2.example.com a:gone3.example.com ?all"
mx.example.com. A 192.0.2.25
`

// hostileZone has the longest records that are mended, full of faults.
func hostileZone() string {
	var spf, dmarc strings.Builder
	for i := 0; spf.Len() < 3800; i++ {
		fmt.Fprintf(&spf, ` " include:spf.protectiom.outlook%d.com a:g%d.example.com"`, i%30, i)
		fmt.Fprintf(&dmarc, ` "; x%d=1; rua=a b@c, pct=%d"`, i, i)
	}
	return fmt.Sprintf("example.com. MX 10 mx.example.com.\nmx.example.com. A 192.0.2.25\nexample.com. TXT \"v=spf1 \"%s \" +all\"\n_dmarc.example.com. TXT \"v=DMARC1; p=non\"%s\n", spf.String(), dmarc.String())
}
