package chaos

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
)

// Made is a made-up world: a truth, and the domains in it that are worth a scan.
type Made struct {
	*Truth
	Domains []string // d000000.test and so on; about one of ten does not exist
}

const (
	sharedProviders = 20 // whose records many domains share
	sharedHosts     = 10
)

// World makes a world of n mail domains. Some have MX, SPF, DMARC and DKIM,
// some lack each of them, some do not exist. The same seed gives the same world,
// and a domain does not depend on how many others there are.
func World(seed uint64, n int) *Made {
	m := &Made{Truth: NewTruth(SOA(""), SOA("test"))}
	for i := range sharedProviders {
		m.provider(i)
	}
	for i := range sharedHosts {
		host := fmt.Sprintf("mx%d.mail.test", i)
		m.Add(Addr(host, ip4(198, 51, 100, i)))
		if i%2 == 0 {
			m.Add(Addr(host, ip6(i)))
		}
	}
	for i := range n {
		name := fmt.Sprintf("d%06d.test", i)
		m.Domains = append(m.Domains, name)
		d := maker{m.Truth, rand.New(rand.NewPCG(seed, uint64(i))), name}
		if !d.odds(10) {
			d.domain(i)
		}
	}
	return m
}

// provider makes the records that domains include, point to and report to.
func (m *Made) provider(i int) {
	name := fmt.Sprintf("p%d.test", i)
	m.Add(
		SOA(name),
		TXT("_spf."+name, "v=spf1 include:_net."+name+" ~all"),
		TXT("_net."+name, fmt.Sprintf("v=spf1 ip4:203.0.%d.0/24 ip6:2001:db8:%x::/48 ~all", i, i)),
		TXT("_dmarc."+name, "v=DMARC1; p=reject; rua=mailto:d@reports."+name),
		TXT("*._report._dmarc.reports."+name, "v=DMARC1"),
		TXT("key."+name, "v=DKIM1; k=rsa; p="+strings.Repeat("QUJD", 58), strings.Repeat("REVG", 40)+"AQAB"),
	)
}

// maker makes one domain.
type maker struct {
	*Truth
	random *rand.Rand
	name   string
}

// odds is true once in n.
func (d maker) odds(n int) bool { return d.random.IntN(n) == 0 }

func (d maker) shared() string { return fmt.Sprintf("p%d.test", d.random.IntN(sharedProviders)) }

func (d maker) domain(i int) {
	d.Add(SOA(d.name))
	if !d.odds(5) {
		d.mail(i)
	}
	if !d.odds(4) {
		d.spf()
	}
	if !d.odds(3) {
		d.dmarc()
	}
	if !d.odds(2) {
		d.dkim()
	}
	if d.odds(3) {
		d.Add(Addr(d.name, ip4(192, 0, 2, i)))
	}
}

func (d maker) mail(i int) {
	switch d.random.IntN(8) {
	case 0:
		d.Add(MX(d.name, 0, "")) // RFC 7505
	case 1, 2, 3:
		d.Add(
			MX(d.name, 10, "mx."+d.name), Addr("mx."+d.name, ip4(192, 0, 2, i)),
			MX(d.name, 20, "backup."+d.name), Addr("backup."+d.name, ip6(i)),
		)
	case 4:
		d.Add(MX(d.name, 10, "alias."+d.name), CNAME("alias."+d.name, "mx0.mail.test"))
	default:
		host := d.random.IntN(sharedHosts)
		d.Add(MX(d.name, 5, fmt.Sprintf("mx%d.mail.test", host)))
	}
}

// spf makes the record, and others that a scanner must not stumble over.
func (d maker) spf() {
	terms := []string{"v=spf1", "mx", "a:out." + d.name, "include:_spf." + d.shared(), "-all"}
	if d.odds(2) {
		d.Add(Addr("out."+d.name, ip4(192, 0, 2, 9)))
	}
	text := strings.Join(terms, " ")
	d.Add(TXT(d.name, text[:7], text[7:]))
	if d.odds(3) {
		d.Add(TXT(d.name, "verification=\x00\xff\"\\"+d.name))
	}
	if d.odds(20) { // too much for UDP
		for i := range 8 {
			d.Add(TXT(d.name, fmt.Sprintf("filler=%d", i), strings.Repeat("x", 200)))
		}
	}
}

func (d maker) dmarc() {
	switch d.random.IntN(4) {
	case 0:
		d.Add(CNAME("_dmarc."+d.name, "_dmarc."+d.shared()))
	case 1:
		d.Add(TXT("_dmarc."+d.name, "v=DMARC1; p=quarantine; rua=mailto:d@reports."+d.shared()))
	default:
		d.Add(TXT("_dmarc."+d.name, "v=DMARC1; p=none; rua=mailto:d@"+d.name))
	}
}

func (d maker) dkim() {
	switch d.random.IntN(8) {
	case 0:
		d.Add(TXT("*._domainkey."+d.name, "v=DKIM1; p="))
	case 1, 2:
		d.Add(CNAME("selector1._domainkey."+d.name, "key."+d.shared()))
	default:
		d.Add(TXT("default._domainkey."+d.name, "v=DKIM1; k=rsa; p=QUJDREVG"))
	}
}

func ip4(a, b, c, d int) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(a), byte(b), byte(c), byte(d)})
}

func ip6(n int) netip.Addr {
	return netip.AddrFrom16([16]byte{0x20, 1, 0xD, 0xB8, 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)})
}
