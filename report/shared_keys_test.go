package report

import (
	"fmt"
	"testing"
	"time"
)

// withKeys is a result with keys of these digests, each under a selector.
func withKeys(domain string, digests ...string) Result {
	r := blank(domain, 1)
	r.DKIM = &DKIM{Standing: present()}
	for i, d := range digests {
		r.DKIM.Keys = append(r.DKIM.Keys, Key{Selector: fmt.Sprint("s", i), Standing: present(), Digest: d})
	}
	return r
}

func TestSharedKeys(t *testing.T) {
	aliased := withKeys("e.example", "shared")
	aliased.DKIM.Keys[0].CNAME = "key.service.example"
	revoked := withKeys("f.example", "shared")
	revoked.DKIM.Keys[0].State = "revoked"
	tests := []struct {
		name    string
		results []Result
		want    string
	}{
		{"two domains", []Result{withKeys("a.example", "shared", "own"), withKeys("b.example", "shared")},
			"one DKIM key serves 2 domains: a.example, b.example"},
		{"four", []Result{withKeys("a.example", "k"), withKeys("b.example", "k"), withKeys("c.example", "k"), withKeys("d.example", "k")},
			"one DKIM key serves 4 domains: a.example, b.example, c.example and 1 more"},
		{"two selectors of one domain", []Result{withKeys("a.example", "k", "k")}, ""},
		{"a domain that is listed twice", []Result{withKeys("a.example", "k"), withKeys("a.example", "k")}, ""},
		{"an alias, and a key that was withdrawn", []Result{withKeys("a.example", "shared"), aliased, revoked}, ""},
		{"no digest", []Result{withKeys("a.example", ""), withKeys("b.example", "")}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var tally Tally
			for _, r := range tt.results {
				tally.Add(r)
			}
			got := ""
			for _, k := range tally.Summary(time.Time{}).SharedKeys {
				got += k.words()
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestSharedKeysAreBounded passes more keys by than are kept: a key of many
// domains is not lost, and what may have been dropped is told.
func TestSharedKeysAreBounded(t *testing.T) {
	var s sharedKeys
	for i := range 3 * mostKeys {
		r := withKeys(fmt.Sprintf("d%d.example", i), fmt.Sprint("own", i), fmt.Sprint("pair", i/2))
		if i%10 == 0 {
			r.DKIM.Keys = append(r.DKIM.Keys, Key{Standing: present(), Digest: "shared"})
		}
		s.note(&r)
		if len(s.seen) > mostKeys {
			t.Fatalf("%d keys are kept", len(s.seen))
		}
	}
	top := s.top()
	if len(top) == 0 || top[0].Digest != "shared" || top[0].Domains != 3*mostKeys/10+1 || !top[0].Exact {
		t.Errorf("%+v", top)
	}
	if len(top) > mostShared || !s.lost {
		t.Errorf("%d keys are told; dropped: %v", len(top), s.lost)
	}
}
