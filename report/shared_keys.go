package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// SharedKey is a DKIM key that several domains of a run publish under their own
// names. That is no fault of one of them, and so no finding: it says that who
// gets hold of the key can sign as all.
type SharedKey struct {
	Digest  string   `json:"digest"`  // as in a result's dkim.keys
	Domains int      `json:"domains"` // results; at least so many
	First   []string `json:"first"`   // the first of them
	Exact   bool     `json:"exact"`   // no more than so many
}

// The bounds on what is kept of keys, and on what is told.
const (
	mostKeys      = 4096
	mostShared    = 5
	sharedDomains = 3
	digestHex     = 16 // characters
)

// keyDigest names a key in few characters. The zero value stands for no key.
func keyDigest(key []byte) string {
	if len(key) == 0 {
		return ""
	}
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:])[:digestHex]
}

// sharedKeys counts keys as results pass by. The zero value is ready.
type sharedKeys struct {
	seen map[string]*SharedKey
	lost bool // a key was dropped
}

// note counts the keys of one result that stand under its own name. A service's
// customers share its keys by aliases, on purpose.
func (s *sharedKeys) note(r *Result) {
	if r.DKIM == nil {
		return
	}
	var mine []string
	for _, k := range r.DKIM.Keys {
		if k.Digest == "" || k.CNAME != "" || k.State != string(facts.KeyPresent) || slices.Contains(mine, k.Digest) {
			continue
		}
		mine = append(mine, k.Digest)
		s.count(k.Digest, r.Domain)
	}
}

func (s *sharedKeys) count(digest, domain string) {
	at := s.seen[digest]
	if at == nil {
		if len(s.seen) >= mostKeys {
			s.makeRoom()
		}
		if s.seen == nil {
			s.seen = make(map[string]*SharedKey)
		}
		at = &SharedKey{Digest: strings.Clone(digest), Exact: !s.lost}
		s.seen[at.Digest] = at
	}
	at.Domains++
	// A domain that is listed twice shares no key with itself.
	if slices.Contains(at.First, domain) {
		at.Domains--
	} else if len(at.First) < sharedDomains {
		at.First = append(at.First, strings.Clone(domain))
	}
}

// makeRoom drops the keys of one domain, and where that is not enough, all.
func (s *sharedKeys) makeRoom() {
	s.lost = true
	maps.DeleteFunc(s.seen, func(_ string, k *SharedKey) bool { return k.Domains < 2 })
	if len(s.seen) > mostKeys/2 {
		for _, k := range s.byDomains()[mostKeys/2:] {
			delete(s.seen, k.Digest)
		}
	}
}

// byDomains lists the keys: those of most domains first.
func (s *sharedKeys) byDomains() []*SharedKey {
	return slices.SortedFunc(maps.Values(s.seen), func(a, b *SharedKey) int {
		return cmp.Or(cmp.Compare(b.Domains, a.Domains), cmp.Compare(a.Digest, b.Digest))
	})
}

// top are the keys of several domains, most domains first.
func (s *sharedKeys) top() []SharedKey {
	list := []SharedKey{}
	for _, k := range s.byDomains() {
		if k.Domains > 1 && len(list) < mostShared {
			list = append(list, *k)
		}
	}
	return list
}

// words is "one DKIM key serves 3 domains: a.example, b.example, c.example".
func (k SharedKey) words() string {
	words := "one DKIM key serves "
	if !k.Exact {
		words += "at least "
	}
	words += plural(k.Domains, "domain") + ": " + strings.Join(k.First, ", ")
	if more := k.Domains - len(k.First); more > 0 {
		words += " and " + grouped(more) + " more"
	}
	return words
}
