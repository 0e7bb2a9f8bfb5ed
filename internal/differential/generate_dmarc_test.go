package differential

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generatedDMARC makes scenes up: records at the _dmarc names of a domain and
// of those above it, most of them sound.
func generatedDMARC(seed uint64, count int) []scene {
	g := dmarcGenerator{rand.New(rand.NewPCG(seed, 1))}
	var scenes []scene
	for i := range count {
		domain := g.pick("example.com", "example.com", "sub.example.com", "a.b.example.com")
		txt := map[string][]string{}
		for name := domain; name != ""; _, name, _ = strings.Cut(name, ".") {
			if name == domain && !g.one(6) || name != domain && g.one(2) && strings.Contains(name, ".") || g.one(12) {
				txt["_dmarc."+name] = g.records()
			}
		}
		s := author(domain, txt)
		s.label = fmt.Sprintf("generated %d/%d", seed, i)
		scenes = append(scenes, s)
	}
	return scenes
}

type dmarcGenerator struct{ *rand.Rand }

func (g dmarcGenerator) pick(all ...string) string { return all[g.IntN(len(all))] }

func (g dmarcGenerator) one(n int) bool { return g.IntN(n) == 0 }

func (g dmarcGenerator) records() []string {
	all := []string{g.record()}
	if g.one(12) {
		all = append(all, g.pick("v=spf1 -all", "google-site-verification=x", "v=DMARC2; p=reject", "p=reject", "v=dmarc1; p=none", ""))
	}
	if g.one(25) {
		all = append(all, g.record())
	}
	return all
}

func (g dmarcGenerator) record() string {
	tags := []string{"v=DMARC1"}
	if g.one(20) {
		tags[0] = g.pick("v=DMARC1 ", "v = DMARC1", "v=dmarc1", "V=DMARC1", " v=DMARC1", "v=DMARC1.0", "v=DMARC", "\"v=DMARC1", "v= DMARC1", "v=DMARC1:", "v=DMARC1,")
	}
	if !g.one(25) {
		tags = append(tags, "p="+g.policy())
	}
	for range g.IntN(5) {
		tags = append(tags, g.tag())
	}
	if g.one(15) {
		g.Shuffle(len(tags), func(i, j int) { tags[i], tags[j] = tags[j], tags[i] })
	}
	return strings.Join(tags, g.pick("; ", "; ", "; ", ";", " ; ", ";  ")) + g.pick("", "", ";", "; ", ";;")
}

func (g dmarcGenerator) policy() string {
	if g.one(15) {
		return g.pick("Reject", "NONE", "quarantaine", "", "none ", "rejected", "monitor", "reject p=reject", "\"none\"", "none,", "no\u00adne")
	}
	return g.pick("none", "quarantine", "reject")
}

func (g dmarcGenerator) tag() string {
	switch g.IntN(16) {
	case 0, 1:
		return "sp=" + g.policy()
	case 2:
		return "np=" + g.policy()
	case 3, 4, 5, 6:
		return g.pick("rua", "rua", "ruf", "RUA") + "=" + g.uris()
	case 7:
		return "adkim=" + g.pick("r", "s", "s", "S", "x", "", "strict", "r,s")
	case 8:
		return "aspf=" + g.pick("r", "s", "r", "R", "relaxed", "")
	case 9:
		return "fo=" + g.pick("0", "1", "d", "s", "1:d:s", "0:1", "1:", "D", "2", "", "1,d")
	case 10:
		return "pct=" + g.pick("100", "50", "0", "101", "-1", "ten", "", "100%")
	case 11:
		return g.pick("rf=afrf", "rf=iodef", "rf=afrf:iodef", "ri=86400", "ri=3600", "ri=0", "ri=", "ri=-1", "ri=day")
	case 12:
		return g.pick("psd=y", "psd=n", "psd=u", "psd=x", "t=y", "t=n", "t=Y", "t=yes")
	case 13:
		return g.pick("x=y", "xyz=", "1x=y", "p-x=1", "junk", "p:none", "=none", "p=none", "sp=none", "adkim=s", "\u2013", "v=DMARC1")
	}
	return g.pick("aspf = s", "adkim= s", "sp =none", "p =none", "rua= mailto:d@example.com")
}

func (g dmarcGenerator) uris() string {
	one := func() string {
		return g.pick("mailto:d@example.com", "mailto:d@example.com", "mailto:a@reports.example.net", "MAILTO:D@Example.com", "mailto:d@example.com!10m", "mailto:d@example.com!50",
			"d@example.com", "mailto:", "mailto://d@example.com", "https://example.com/r", "mailto:d+tag%40x@example.com", "mailto:d@example.com!x", "mailto: d@example.com", "")
	}
	list := []string{one()}
	for g.one(3) {
		list = append(list, one())
	}
	return strings.Join(list, g.pick(",", ", ", ",", " ,"))
}

// signDMARC gives the scenes' messages what SPF passed for and what signed
// them: domains around the author's.
func signDMARC(scenes []scene, seed uint64) {
	g := dmarcGenerator{rand.New(rand.NewPCG(seed, 2))}
	for i := range scenes {
		author := senderDomain(scenes[i].message)
		_, above, _ := strings.Cut(author, ".")
		around := []string{author, above, "bounce." + author, "x." + above, "example.net", "x.y." + author, "com"}
		if !g.one(3) {
			scenes[i].passed = g.pick(around...)
		}
		for range g.IntN(3) {
			scenes[i].signed = append(scenes[i].signed, g.pick(around...))
		}
	}
}
