package policy_test

import (
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// sharedZone is what the domains of the benchmark share: the records of
// services.
const sharedZone = `spf.protection.outlook.com. TXT "v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:52.100.0.0/15 ip4:52.102.0.0/16 ip4:104.47.0.0/17 -all"
_spf.example.net. TXT "v=spf1 include:_a.example.net include:_b.example.net ~all"
_a.example.net. TXT "v=spf1 ip4:192.0.2.0/25 ~all"
_b.example.net. TXT "v=spf1 ip4:192.0.2.128/25 ~all"
`

// ownZone is a typical domain: a gateway, Microsoft 365, includes that other
// domains share, a policy that reports elsewhere. All of it has the domain's
// number, so that no two domains have a record of their own in common.
const ownZone = `example0000.com. MX 10 mxa-00000000.gslb.pphosted.com.
example0000.com. MX 10 mxb-00000000.gslb.pphosted.com.
example0000.com. TXT "v=spf1 include:spf.protection.outlook.com include:_spf.example.net a:out.example0000.com -all"
example0000.com. TXT "MS=ms12340000"
out.example0000.com. A 198.51.100.9
mxa-00000000.gslb.pphosted.com. A 198.51.100.25
mxb-00000000.gslb.pphosted.com. A 198.51.100.26
autodiscover.example0000.com. CNAME autodiscover.outlook.com.
_dmarc.example0000.com. TXT "v=DMARC1; p=reject; rua=mailto:d0000@vendor.example"
example0000.com._report._dmarc.vendor.example. TXT "v=DMARC1"
selector1._domainkey.example0000.com. CNAME selector1-example0000-com._domainkey.example0000.onmicrosoft.com.
selector2._domainkey.example0000.com. CNAME selector2-example0000-com._domainkey.example0000.onmicrosoft.com.
selector1-example0000-com._domainkey.example0000.onmicrosoft.com. TXT "v=DKIM1; k=rsa; p=` + benchKey + `"
`

// benchKey is an RSA key of 1024 bits; its four zeros stand inside the modulus.
const benchKey = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDPtW5iwpXVPiH5FzJ7Nrl80000Y9zqqzjE0D1r04xDN6qwziDnmgcFNNfMewVKN2D1O+2J9N14hRprzByFwfQW76yojh54Xu3uSbQ3JP0A7k8o8GutRF8zbFUA8n0ZH2y0cIEjMliXY4W4LwPA7m4q0ObmvSjhd63O9d8z1XkUBwIDAQAB"

// benchDomains is how many domains take turns; gcPercent is how the program has
// its garbage collected, which is a good part of the time.
const (
	benchDomains = 64
	gcPercent    = 1000
)

// benchmarkDomain is the work on one typical domain, all rounds of Build added
// up: as a scan does it that has met the shared includes with other domains, and
// never this one. The Memo is new each time the domains begin again, or it
// would know their own records too.
func benchmarkDomain(b *testing.B, parts ...facts.Part) {
	before := debug.SetGCPercent(gcPercent)
	b.Cleanup(func() { debug.SetGCPercent(before) })
	opt := facts.DefaultOptions()
	opt.Parts = parts
	domains, rounds := make([]facts.Domain, benchDomains), make([][]*heard, benchDomains)
	for i := range domains {
		number := fmt.Sprintf("%04d", i)
		domains[i] = facts.Domain("example" + number + ".com")
		w := newWorld(b, sharedZone+strings.ReplaceAll(ownZone, "0000", number))
		rounds[i] = w.rounds(b, domains[i], opt)
	}
	rules := policy.Rules()
	last, judged := benchDomains-1, 0
	var verdicts []policy.Verdict
	b.ReportAllocs()
	for b.Loop() {
		at := judged % last
		if at == 0 {
			b.StopTimer()
			opt.Memo = facts.NewMemo(0)
			facts.Build(domains[last], rounds[last][0], opt)
			facts.Build(domains[last], rounds[last][len(rounds[last])-1], opt)
			b.StartTimer()
		}
		var f *facts.Facts
		for _, answers := range rounds[at] {
			f, _ = facts.Build(domains[at], answers, opt)
		}
		verdicts = policy.AppendVerdicts(verdicts[:0], f, rules)
		judged++
	}
	b.ReportMetric(float64(len(rounds[0])), "rounds")
}

func BenchmarkDomain(b *testing.B) { benchmarkDomain(b) }

func BenchmarkDomainCore(b *testing.B) {
	benchmarkDomain(b, facts.PartMX, facts.PartSPF, facts.PartDMARC)
}

// heard is what was answered so far, found as the scanner finds it.
type heard struct {
	all   []facts.Observation
	index map[facts.Question]int // nil while there are few
}

func newHeard(k known) *heard {
	h := &heard{all: slices.Collect(maps.Values(k))}
	if len(h.all) > 12 {
		h.index = make(map[facts.Question]int)
		for i, o := range h.all {
			h.index[o.Question] = i
		}
	}
	return h
}

func (h *heard) Get(q facts.Question) (facts.Observation, bool) {
	i, ok := h.index[q]
	if h.index == nil {
		for i = 0; i < len(h.all) && h.all[i].Question != q; i++ {
		}
		ok = i < len(h.all)
	}
	if !ok {
		return facts.Observation{}, false
	}
	return h.all[i], true
}

// rounds are the answers that Build had in each round of a scan. The includes
// are there from the first.
func (w *world) rounds(b *testing.B, domain facts.Domain, opt facts.Options) []*heard {
	b.Helper()
	now := make(known)
	for _, name := range []string{"spf.protection.outlook.com", "_spf.example.net", "_a.example.net", "_b.example.net"} {
		q := facts.Question{Name: name, Kind: facts.KindTXT}
		now[q] = w.lookup(b, q)
	}
	var rounds []*heard
	for {
		rounds = append(rounds, newHeard(now))
		_, missing := facts.Build(domain, now, opt)
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
	for name, text := range map[string]string{"nothing": strings.ReplaceAll(ownZone+sharedZone, "example0000.com", "example.com"), "three": brokenZone, "hostile": hostileZone()} {
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
