package scanner

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/facts"
)

// forwarder is a server in front of a small world: it may strip all SOA records,
// make up addresses, or have no root.
type forwarder struct {
	strips   bool
	makesUp  bool
	rootless bool
	denies   string // a name that it denies though it is there
	lapses   string // a name for which it shows an SOA all the same
}

func (f forwarder) script(req *dns.Msg, _ bool) [][]byte {
	q := req.Question[0]
	name := strings.ToLower(q.Name)
	soa := withAuthority(". 60 IN SOA a. b. 1 2 3 4 60")
	if f.strips && name != f.lapses {
		soa = func(*dns.Msg) {}
	}
	there := map[string]string{
		"example.com.": goodRecord, "a.example.": "a.example. 60 IN A 192.0.2.1", ".": ". 60 IN NS a.root.",
	}
	record, ok := there[name]
	switch {
	case name == "." && f.rootless, name == f.denies:
		ok = false
	case ok && rrs([]string{record})[0].Header().Rrtype == q.Qtype:
		return [][]byte{pack(reply(req, withAnswers(record)))}
	}
	switch {
	case ok:
		return [][]byte{pack(reply(req, soa))}
	case f.makesUp && q.Qtype == dns.TypeA:
		return [][]byte{pack(reply(req, withAnswers(q.Name+" 60 IN A 203.0.113.9")))}
	}
	return [][]byte{pack(reply(req, withCode(dns.RcodeNameError), soa))}
}

// What a server says about names that do not exist decides what else of it is
// believed.
func TestControls(t *testing.T) {
	q := func(name, kind string) facts.Question { return facts.Question{Name: name, Kind: kind} }
	absent, empty := q("absent.example", facts.KindTXT), q("example.com", facts.KindMX)
	tests := []struct {
		name    string
		servers []forwarder
		before  []facts.Question
		q       facts.Question
		want    string
		proof   string
	}{
		{"an honest server needs none", []forwarder{{}}, nil, absent, "nxdomain", "soa"},
		{"a forwarder without SOA", []forwarder{{strips: true}}, nil, absent, "nxdomain", "control"},
		{"and no data", []forwarder{{strips: true}}, nil, empty, "nodata", "control"},
		{"it has shown an SOA", []forwarder{{strips: true, lapses: "lapse."}}, []facts.Question{q("lapse", facts.KindTXT)}, absent, "failed negative answer without SOA", ""},
		{"it shows one in the controls", []forwarder{{strips: true, lapses: absentNames("?")[1] + "."}}, nil, absent, "nxdomain", "control"}, // of another server: no matter
		{"it finds nothing at all", []forwarder{{strips: true, rootless: true}}, nil, absent, "failed negative answer without SOA", ""},
		{"it makes up addresses", []forwarder{{strips: true, makesUp: true}}, nil, absent, "failed negative answer without SOA", ""},
		{"both strip, and agree", []forwarder{{strips: true}, {strips: true}}, nil, absent, "nxdomain", "control"},
		{"one of them has no proof of itself", []forwarder{{strips: true}, {strips: true, rootless: true}}, nil, absent, "failed negative answer without SOA", ""},
		{"the other knows better", []forwarder{{strips: true, denies: "example.com."}, {}}, nil, spf, goodAnswer, ""},
		{"they do not agree on what is not there", []forwarder{{strips: true, denies: "example.com."}, {strips: true}}, nil, empty, "failed negative answer without SOA", ""},
		{"a made-up address", []forwarder{{makesUp: true}}, nil, q("absent.example", facts.KindA), "failed made-up address", ""},
		{"a real address of who makes them up", []forwarder{{makesUp: true}}, nil, q("a.example", facts.KindA), "found 192.0.2.1", ""},
		{"a made-up address, and the truth", []forwarder{{makesUp: true}, {}}, nil, q("absent.example", facts.KindA), "nxdomain", "soa"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := DNSConfig{Timeout: 5 * time.Second, Retries: -1}
			for _, f := range test.servers {
				cfg.Servers = append(cfg.Servers, serve(t, f.script).addr)
			}
			for range 2 { // whoever is asked first
				d := testDNS(t, cfg)
				for _, q := range test.before {
					lookup(t, d, q)
				}
				for range 2 { // the second time the controls are known
					o := lookup(t, d, test.q)
					if brief(o) != test.want || o.Via.Proof != test.proof {
						t.Errorf("got  %s, proof %q\nwant %s, proof %q", brief(o), o.Via.Proof, test.want, test.proof)
					}
				}
				slices.Reverse(cfg.Servers)
			}
		})
	}
}

// Who makes up addresses is asked last; what others said and was not believed
// is kept beside the answer.
func TestMadeUpIsSetAside(t *testing.T) {
	liar, honest := serve(t, forwarder{makesUp: true}.script), serve(t, forwarder{}.script)
	d := testDNS(t, DNSConfig{Servers: []netip.AddrPort{liar.addr, honest.addr}, Timeout: 5 * time.Second})
	var dissent []string
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} { // one of them begins with the liar
		o := lookup(t, d, facts.Question{Name: name + ".absent.example", Kind: facts.KindA})
		if o.Status != facts.NXDomain {
			t.Errorf("%s: %s", name, brief(o))
		}
		dissent = append(dissent, o.Via.Dissent...)
	}
	if want := []string{liar.addr.String() + ": " + causeMade}; !slices.Equal(dissent, want) {
		t.Errorf("dissent is %q, want %q: once, for then it is set aside", dissent, want)
	}
	for _, s := range d.Stats().Servers {
		if aside := s.Server == liar.addr; aside != (s.SetAside == asideMade) {
			t.Errorf("%s is set aside: %q", s.Server, s.SetAside)
		}
	}
	if n := liar.controls.Load(); n != 4 {
		t.Errorf("%d controls, want 4, once", n)
	}
}
