package differential

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// class is a kind of difference that somebody looked into.
type class struct {
	Name   string   `yaml:"class"`
	Peer   string   `yaml:"peer"`
	Ours   []string `yaml:"ours"`   // our results; none given: any
	Theirs []string `yaml:"theirs"` // the peer's; none given: any
	Where  string   `yaml:"where"`  // what the shrunk records must match
	Syntax bool     `yaml:"syntax"` // one of their terms must not be of the RFC's grammar
	Most   int      `yaml:"most"`   // the most terms that the shrunk records have; 0: any number
	Right  string   `yaml:"right"`  // us, peer, both (the RFC leaves it open)
	RFC    string   `yaml:"rfc"`    // the section that decides
	Why    string   `yaml:"why"`    // the argument

	where   *regexp.Regexp
	grammar grammar
}

// difference is one case on which a peer and we differ, shrunk. The first word
// of what either says is its result; what may follow is what it read.
type difference struct {
	peer, ours, theirs string
	scene              scene
}

// result is the first word of an outcome.
func result(outcome string) string {
	word, _, _ := strings.Cut(outcome, " ")
	return word
}

// triaged is testdata/differences.yaml.
type triaged struct {
	// Grammar defines the terms of an SPF record, each rule by those before it:
	// a transcription of RFC 7208, section 12, and so a second opinion on our
	// parser, which has no say here.
	Grammar []struct {
		Rule string `yaml:"rule"`
		Is   string `yaml:"is"`
	} `yaml:"grammar"`
	Classes []*class `yaml:"classes"`
}

// grammar is the rules of that name.
type grammar struct{ directive, named, unknown *regexp.Regexp }

func (a triaged) grammar() grammar {
	var replace []string
	rules := map[string]*regexp.Regexp{}
	for _, r := range a.Grammar {
		is := strings.NewReplacer(replace...).Replace(r.Is)
		replace = append(replace, "<"+r.Rule+">", "(?:"+is+")")
		rules[r.Rule] = regexp.MustCompile("^(?i:" + is + ")$")
	}
	return grammar{rules["directive"], rules["named"], rules["unknown"]}
}

// term reports whether a text is a term. A modifier called redirect or exp is
// never an unknown one.
func (g grammar) term(text string) bool {
	name, _, _ := strings.Cut(strings.ToLower(text), "=")
	if name == "redirect" || name == "exp" {
		return g.named.MatchString(text)
	}
	return g.directive.MatchString(text) || g.unknown.MatchString(text)
}

// readClasses reads testdata/differences.yaml. A class without an argument
// ends the test.
func readClasses(t *testing.T) []*class {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "differences.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var all triaged
	if err := yaml.UnmarshalWithOptions(text, &all, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, c := range all.Classes {
		if c.Name == "" || names[c.Peer+c.Name] || c.Peer == "" || c.RFC == "" || len(c.Why) < 40 || !slices.Contains([]string{"us", "peer", "both"}, c.Right) {
			t.Errorf("class %q of %q: it needs a name of its own, a peer, who is right, a section and an argument", c.Name, c.Peer)
		}
		names[c.Peer+c.Name] = true
		if c.where, err = regexp.Compile(c.Where); err != nil {
			t.Fatal(err)
		}
		c.grammar = all.grammar()
	}
	return all.Classes
}

// covers reports whether the class is about this difference.
func (c *class) covers(d difference) bool {
	return c.Peer == d.peer && (len(c.Ours) == 0 || slices.Contains(c.Ours, result(d.ours))) &&
		(len(c.Theirs) == 0 || slices.Contains(c.Theirs, result(d.theirs))) && (!c.Syntax || d.scene.malformed(c.grammar)) &&
		(c.Most == 0 || d.scene.size() <= c.Most) && c.where.MatchString(d.scene.records())
}

// size is how many terms the scene's records have.
func (s scene) size() int {
	n := 0
	for _, texts := range s.txt {
		for _, octets := range texts {
			n += len(strings.Fields(octets)) - 1
		}
	}
	return n
}

// malformed reports whether a term of the scene's SPF records does not match
// the grammar.
func (s scene) malformed(g grammar) bool {
	for _, texts := range s.txt {
		for _, octets := range texts {
			for i, text := range strings.Split(octets, " ") {
				if i > 0 && text != "" && !g.term(text) {
					return true
				}
			}
		}
	}
	return false
}

// verdict sums up a run against one peer: differences of no class, and classes
// of the peer's that no difference fell into.
type verdict struct {
	untriaged []difference
	stale     []string
	count     map[string]int
}

// triage sorts differences into a peer's classes. The first that covers one
// takes it.
func triage(classes []*class, peer string, found []difference) verdict {
	v := verdict{count: map[string]int{}}
	for _, d := range found {
		i := slices.IndexFunc(classes, func(c *class) bool { return c.covers(d) })
		if i < 0 {
			v.untriaged = append(v.untriaged, d)
		} else {
			v.count[classes[i].Name]++
		}
	}
	for _, c := range classes {
		if c.Peer == peer && v.count[c.Name] == 0 {
			v.stale = append(v.stale, c.Name)
		}
	}
	return v
}

// report fails the test for what the verdict holds, the shortest examples first.
func (v verdict) report(t *testing.T, peer string, compared int) {
	t.Helper()
	t.Logf("%s: %d compared, differences by class %v", peer, compared, v.count)
	slices.SortStableFunc(v.untriaged, func(a, b difference) int { return len(a.scene.String()) - len(b.scene.String()) })
	seen := map[string]bool{}
	for _, d := range v.untriaged {
		key := d.ours + d.theirs + strings.Join(strings.Fields(d.scene.records()), " ")
		if seen[key] || len(seen) >= 4000 {
			continue
		}
		seen[key] = true
		t.Error(d)
	}
	if n := len(v.untriaged); n > 0 {
		t.Errorf("%s: %d differences that testdata/differences.yaml does not argue about", peer, n)
	}
	for _, name := range v.stale {
		t.Errorf("%s: the class %q no longer occurs; take it out of testdata/differences.yaml", peer, name)
	}
}

// String shows a difference.
func (d difference) String() string {
	return fmt.Sprintf("%s: we say %s, %s says %s\n%s", d.scene.label, d.ours, d.peer, d.theirs, d.scene)
}

// The grammar of differences.yaml excuses differences, so it is held against
// terms whose standing the RFC leaves no doubt about.
func TestGrammar(t *testing.T) {
	g := readClasses(t)[0].grammar
	for _, good := range []string{"all", "-ALL", "a", "mx/24//64", "a//0", "a:example.com/24", "include:%{ir}.%{v}._spf.%{d2}", "ip4:192.0.2.0/24", "ip6:::1",
		"ip6:2001:db8::/32", "ip6:::ffff:192.0.2.1/128", "ip6:1:2:3:4:5:6:7:8", "redirect=a.example", "exp=%{d}", "exp.x=1", "redirected=", "v=spf1", "a:foo/bar.example"} {
		if !g.term(good) {
			t.Errorf("%s is a term", good)
		}
	}
	for _, bad := range []string{"", "-", "all:", "a/33", "a/08", "a:", "include", "include:x", "include:192.0.2.1", "ip4:192.0.2", "ip4:192.0.2.256", "ip4:192.0.2.1/33",
		"ip6:1::2::3", "ip6:2001:db8:::1", "ip6:192.0.2.1", "ip6:1:2:3:4:5:6:7:8:9", "redirect=", "exp=x", "x=%", "x=%{d0}", "a:%{c}.example", "1x=y", "ptr/24", "\u2013all", "a\tmx"} {
		if g.term(bad) {
			t.Errorf("%s is no term", bad)
		}
	}
}
