package differential

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/gospf"
	"github.com/mailposture/mailposture/internal/realdata"
	"github.com/mailposture/mailposture/record"
)

const goSPF = "go/spf"

// ourSPF is our check_host().
func ourSPF(s scene) string {
	check, _ := facts.CheckHost(s.message, s, facts.Options{})
	return string(check.Result)
}

// theirSPF is go/spf's; "" means that it needed an answer that failed.
func theirSPF(s scene) string {
	return gospf.Check(context.Background(), s.message.IP, s.message.HELO, s.message.From, func(_ context.Context, name, kind string) gospf.Answer {
		o := s.answer(facts.Question{Name: name, Kind: kind})
		a := gospf.Answer{Found: o.Status == facts.Found, Absent: o.Absent(), Data: o.Data}
		if kind == facts.KindTXT {
			a.Data = s.txt[name]
		}
		return a
	})
}

// TestSPF holds check_host() against go/spf.
func TestSPF(t *testing.T) {
	scenes := append(generatedSPF(1, 6000), realSPF(t, everyTown)...)
	found := compare(goSPF, " ", scenes, ourSPF, theirSPF)
	triage(readClasses(t), goSPF, found).report(t, goSPF, len(scenes))
}

// The controls: a planted slip is a difference of no class, and a class that
// nothing falls into is reported.
func TestSPFControl(t *testing.T) {
	classes := readClasses(t)
	scenes := generatedSPF(2, 3000)
	for name, planted := range map[string]func(scene) string{
		"softfail taken for fail": func(s scene) string { return strings.Replace(ourSPF(s), "softfail", "fail", 1) },
		"one lookup less": func(s scene) string {
			if check, _ := facts.CheckHost(s.message, s, facts.Options{}); check.Lookups == facts.SPFLookupLimit {
				return "permerror"
			}
			return ourSPF(s)
		},
		"one void lookup less": func(s scene) string {
			if check, _ := facts.CheckHost(s.message, s, facts.Options{}); check.VoidLookups == facts.SPFVoidLookupLimit {
				return "permerror"
			}
			return ourSPF(s)
		},
		"none is neutral": func(s scene) string { return strings.Replace(ourSPF(s), "none", "neutral", 1) },
	} {
		if v := triage(classes, goSPF, compare(goSPF, " ", scenes, planted, theirSPF)); len(v.untriaged) == 0 {
			t.Errorf("%s: nothing noticed it", name)
		}
	}
	extra := &class{Name: "invented", Peer: goSPF, where: classes[0].where, Ours: []string{"no such result"}}
	if v := triage([]*class{extra}, goSPF, nil); len(v.stale) != 1 {
		t.Error("a class that nothing falls into was not noticed")
	}
}

// everyTown is which of the real domains make test looks at: each third. make
// full looks at all.
const everyTown = 3

// realSPF are the real domains' records, each with messages from inside and
// outside of what they authorise.
func realSPF(t *testing.T, every int) []scene {
	t.Helper()
	towns, err := realdata.Towns(filepath.Join("..", "..", "testdata", "real"))
	if err != nil {
		t.Fatal(err)
	}
	var scenes []scene
	seen := map[string]bool{}
	for i, town := range towns {
		s := scene{label: string(town.Domain), txt: texts(town), mx: map[string][]string{}}
		if o, ok := town.Get(facts.Question{Name: string(town.Domain), Kind: facts.KindMX}); ok {
			s.mx[o.Name] = o.Data
		}
		key := strings.ReplaceAll(s.records(), string(town.Domain), "")
		if i%every != 0 || seen[key] || s.txt[string(town.Domain)] == nil {
			continue
		}
		seen[key] = true
		chance := rand.New(rand.NewPCG(uint64(i), 2))
		for _, ip := range clients(s, chance) {
			s.message = facts.SPFMessage{IP: ip, From: "someone@" + string(town.Domain), HELO: "mail." + string(town.Domain)}
			scenes = append(scenes, s)
		}
	}
	return scenes
}

// texts are a snapshot's TXT records.
func texts(snapshot *facts.Snapshot) map[string][]string {
	all := map[string][]string{}
	for _, o := range snapshot.Observations {
		for _, data := range o.Data {
			if octets, _, err := record.ParseTXT(data); o.Kind == facts.KindTXT && err == nil {
				all[o.Name] = append(all[o.Name], octets)
			}
		}
	}
	return all
}

// clients picks addresses to check a scene's records with: inside a range, just
// behind it, and elsewhere.
func clients(s scene, chance *rand.Rand) []netip.Addr {
	var ranges []netip.Prefix
	for _, name := range slices.Sorted(maps.Keys(s.txt)) {
		for _, octets := range s.txt[name] {
			for _, t := range record.ParseSPF(octets).Terms {
				if t.Prefix.IsValid() {
					ranges = append(ranges, t.Prefix.Masked())
				}
			}
		}
	}
	picked := []netip.Addr{netip.AddrFrom4([4]byte{203, 0, 113, byte(chance.IntN(256))})}
	if len(ranges) > 0 {
		one := ranges[chance.IntN(len(ranges))]
		inside := last(one)
		picked = append(picked, inside)
		if next := inside.Next(); next.IsValid() {
			picked = append(picked, next)
		}
	}
	if chance.IntN(4) == 0 {
		picked = append(picked, netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", chance.IntN(64))))
	}
	return picked
}

// last is the last address of a range.
func last(p netip.Prefix) netip.Addr {
	octets := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(octets)*8; bit++ {
		octets[bit/8] |= 0x80 >> (bit % 8)
	}
	addr, _ := netip.AddrFromSlice(octets)
	return addr
}
