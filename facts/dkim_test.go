package facts_test

import (
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

// dkimWords is what was seen: the part's state, and "selector=state flags".
func dkimWords(d facts.DKIM) string {
	words := []string{string(d.State)}
	for _, k := range d.Keys {
		word := k.Selector + "=" + string(k.State)
		if k.Parsed != nil && k.Parsed.Testing {
			word += " testing"
		}
		if k.Parsed != nil && !k.Parsed.SHA256() {
			word += " no-sha256"
		}
		words = append(words, word)
	}
	if d.Wildcard != nil {
		words = append(words, "*="+string(d.Wildcard.State))
	}
	return strings.Join(words, ", ")
}

// TestDKIMMeaning goes through what can stand under a selector, and beside it.
func TestDKIMMeaning(t *testing.T) {
	const (
		key = `k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=`
		s1  = "s1._domainkey.example.com. "
	)
	for _, c := range []struct{ name, zone, want string }{
		{"a key", s1 + `TXT "v=DKIM1; ` + key + `"`, "present, s1=present"},
		{"no version", s1 + `TXT "` + key + `"`, "present, s1=present"},
		{"in two character-strings", s1 + `TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7" "TyWQHOg7hcvPapiMlrwIaaPcHURo="`, "present, s1=present"},
		{"behind an alias", s1 + "CNAME k.example.net.\nk.example.net. TXT \"" + key + `"`, "present, s1=present"},
		{"test mode", s1 + `TXT "v=DKIM1; t=s:y; ` + key + `"`, "present, s1=present testing"},
		{"an unknown flag", s1 + `TXT "v=DKIM1; t=x; ` + key + `"`, "present, s1=present"},
		{"an empty flag", s1 + `TXT "v=DKIM1; t=; ` + key + `"`, "present, s1=present"},
		{"SHA-1 alone", s1 + `TXT "v=DKIM1; h=sha1; ` + key + `"`, "present, s1=present no-sha256"},
		{"both hashes, in capitals", s1 + `TXT "v=DKIM1; h=SHA1 : SHA256; ` + key + `"`, "present, s1=present"},
		{"all hashes", s1 + `TXT "v=DKIM1; h=; ` + key + `"`, "present, s1=present"},
		{"for e-mail", s1 + `TXT "v=DKIM1; s=other:email; ` + key + `"`, "present, s1=present"},
		{"for all services", s1 + `TXT "v=DKIM1; s=*; ` + key + `"`, "present, s1=present"},
		{"for another service", s1 + `TXT "v=DKIM1; s=mail; ` + key + `"`, "unseen, s1=not-for-email"},
		{"revoked", s1 + `TXT "v=DKIM1; k=rsa; p= "`, "unseen, s1=revoked"},
		{"a version that is none", s1 + `TXT "v=DKIM2; ` + key + `"`, "unseen, s1=malformed"},
		{"the version alone", s1 + `TXT "v=DKIM1"`, "unseen, s1=malformed"},
		{"a piece that is no tag", s1 + `TXT "v=DKIM1; ed25519; ` + key + `"`, "unseen, s1=malformed"},
		{"an escaped semicolon, as some forms leave it", s1 + `TXT "v=DKIM1\\; ` + key + `"`, "unseen, s1=malformed"},
		{"two keys", s1 + `TXT "v=DKIM1; ` + key + "\"\n" + s1 + `TXT "` + key + `"`, "unseen, s1=several"},
		{"a key and other text", s1 + `TXT "v=DKIM1; ` + key + "\"\n" + s1 + `TXT "verify=1"`, "unseen, s1=several"},
		{"an alias to a name that does not exist", s1 + "CNAME s1.dkim.gone.example.", "unseen, s1=dangling"},
		{"an alias to a name without TXT", s1 + "CNAME s1.dkim.example.net.\ns1.dkim.example.net. A 192.0.2.1", "unseen, s1=dangling"},
		{"an alias to other text", s1 + "CNAME s1.dkim.example.net.\ns1.dkim.example.net. TXT \"v=spf1 -all\"", "unseen, s1=dangling"},
		{"an alias of everything to the web site", "*.example.com. CNAME www.example.net.\nwww.example.net. A 192.0.2.80", "unseen"},
		{"a wildcard with a key", `*._domainkey.example.com. TXT "v=DKIM1; ` + key + `"`, "unseen, *=present"},
		{"a wildcard that revokes, and a key beside it", `*._domainkey.example.com. TXT "v=DKIM1; p="` + "\n" + s1 + `TXT "` + key + `"`,
			"present, s1=present, *=revoked"},
		{"a wildcard for the whole domain, of other text", `*.example.com. TXT "v=spf1 -all"`, "unseen"},
		{"a wildcard alias of selectors", "*._domainkey.example.com. CNAME k.dkim.example.net.\nk.dkim.example.net. TXT \"" + key + `"`, "unseen, *=present"},
		{"a selector of two labels, below an empty name", "s1.mail._domainkey.example.com. TXT \"" + key + `"`, "unseen"},
	} {
		opt := facts.DefaultOptions()
		opt.Selectors = []string{"s1"}
		d := newWorld(t, "example.com. A 192.0.2.80\n"+c.zone).build("example.com", opt).DKIM
		if got := dkimWords(d); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A name that has only names below it must not be denied (RFC 8020), and some
// servers deny it: then guessing ends, a selector that the user names is still
// asked for, and the part is never absent.
func TestDKIMEmptyNonTerminal(t *testing.T) {
	const zone = `example.com. A 192.0.2.80
default._domainkey.example.com. TXT "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`
	node := facts.Question{Name: "_domainkey.example.com", Kind: "TXT"}
	for _, c := range []struct {
		status    facts.Status
		selectors []string
		want      string
		most      int // selectors tried
	}{
		{facts.NoData, nil, "present, default=present", 32},
		{facts.NXDomain, nil, "unseen", 0},
		{facts.NXDomain, []string{"Default."}, "present, default=present", 1},
	} {
		w := newWorld(t, zone)
		w.learned[node] = facts.Observation{Question: node, Status: c.status}
		opt := facts.DefaultOptions()
		opt.Selectors = c.selectors
		d := w.build("example.com", opt).DKIM
		if dkimWords(d) != c.want || len(d.Tried) > c.most {
			t.Errorf("%s: %s, %v tried", c.status, dkimWords(d), d.Tried)
		}
	}
}

// What stands under a selector is not known when its answer failed, nor, when
// the wildcard's did, what of the rest is the wildcard's.
func TestDKIMUnknown(t *testing.T) {
	const zone = `example.com. A 192.0.2.80
s1._domainkey.example.com. TXT "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
s2._domainkey.example.com. TXT "v=DKIM1; p="`
	opt := facts.DefaultOptions()
	opt.Selectors = []string{"s1", "s2"}
	for failed, want := range map[string]string{
		"s1._domainkey.example.com": "unknown, s1=unknown, s2=revoked",
		"s2._domainkey.example.com": "present, s1=present, s2=unknown",
		"_domainkey.example.com":    "present, s1=present, s2=revoked",
	} {
		w := newWorld(t, zone)
		w.fail[facts.Question{Name: failed, Kind: "TXT"}] = "timeout"
		d := w.build("example.com", opt).DKIM
		if dkimWords(d) != want || d.KeysKnown.Reason != "TXT "+failed+": timeout" {
			t.Errorf("%s fails: %s, %+v", failed, dkimWords(d), d.KeysKnown)
		}
	}
	// Both selectors answer, so that nothing disproves a wildcard.
	w := newWorld(t, zone)
	w.build("example.com", opt)
	for _, q := range w.asked {
		if strings.HasPrefix(q.Name, "mp-") {
			w = newWorld(t, zone)
			w.fail[q] = "timeout"
		}
	}
	if d := w.build("example.com", opt).DKIM; dkimWords(d) != "unknown, s1=unknown, s2=unknown" {
		t.Errorf("the wildcard's answer fails: %s", dkimWords(d))
	}
}
