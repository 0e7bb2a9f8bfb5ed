package facts_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/spfsuite"
)

// TestSPFSuites runs every test of the suites through CheckHost, those among
// them that go/spf skips. cmd/mailposture runs them again over a real server.
func TestSPFSuites(t *testing.T) {
	exceptions, err := spfsuite.ReadExceptions()
	if err != nil {
		t.Fatal(err)
	}
	suites, err := spfsuite.Load(exceptions)
	if err != nil {
		t.Fatal(err)
	}
	ran, explained, used := 0, 0, map[string]bool{}
	for _, s := range suites {
		for _, test := range s.Tests {
			ran++
			message := facts.SPFMessage{IP: test.IP, From: test.From, HELO: test.HELO}
			got := suiteCheck(s.World, message)
			ok, exception := exceptions.Allows(test, string(got.Result))
			if !ok {
				t.Errorf("%s (%s): %s (%s), want %v", test.ID, s.Description, got.Result, got.Reason, test.Want)
			}
			if test.Explanation != nil {
				explained++
				// The suite writes the nibbles of an address in capitals, RFC
				// 7208, section 7.4 in small letters.
				if !strings.EqualFold(got.Explanation, *test.Explanation) {
					t.Errorf("%s (%s): the explanation is %q, want %q", test.ID, s.Description, got.Explanation, *test.Explanation)
				}
			}
			if exception != nil {
				used[exception.Test] = true
			}
		}
	}
	t.Logf("%d tests, %d with explanations", ran, explained)
	if ran < 490 || explained < 44 {
		t.Errorf("only %d tests ran, %d with explanations", ran, explained)
	}
	if len(used) != len(exceptions.Tests) {
		t.Errorf("of %d exceptions only %v are still needed", len(exceptions.Tests), used)
	}
}

// suiteCheck asks as a scan does: what is missing, until nothing is.
func suiteCheck(world *spfsuite.World, message facts.SPFMessage) facts.SPFCheck {
	for known := make(learned); ; {
		check, missing := facts.CheckHost(message, known, facts.Options{})
		if len(missing) == 0 {
			return check
		}
		known.ask(world, missing)
	}
}

// learned is what has been asked of a world so far.
type learned map[facts.Question]facts.Observation

func (l learned) Get(q facts.Question) (facts.Observation, bool) {
	o, ok := l[q]
	return o, ok
}

func (l learned) ask(world *spfsuite.World, missing []facts.Question) {
	for _, q := range missing {
		l[q] = world.Answer(q)
	}
}

// A backslash that a message brings into a name stands for itself: it must not
// become an escape that asks for another name.
func TestMacroBackslash(t *testing.T) {
	world := spfsuite.NewWorld()
	world.Add("example.com", facts.KindTXT, "v=spf1 exists:%{l}.l.example.com -all")
	world.Add(`a\\046b.l.example.com`, facts.KindA, "127.0.0.2")
	message := facts.SPFMessage{IP: netip.MustParseAddr("192.0.2.1"), From: `a\046b@example.com`}
	if got := suiteCheck(world, message); got.Result != facts.SPFPass {
		t.Errorf("%s (%s)", got.Result, got.Reason)
	}
}
