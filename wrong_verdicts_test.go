package mailposture_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// survey is testdata/wrong-verdicts.txt: every item that was looked at.
type survey struct {
	items []item
	repos map[string]string // by program
}

// item is one thing that a program's thread, or its source, shows.
type item struct{ peer, thread, what, why string }

// in reports whether a case has to claim the item.
func (i item) in() bool { return i.why == "" }

func (i item) key() string { return i.peer + " | " + i.thread }

func parseSurvey(text string) (survey, error) {
	s := survey{repos: make(map[string]string)}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		fields := strings.Split(line, " | ")
		peer, repo, where := strings.Cut(line, " = ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case len(fields) == 2:
			s.items = append(s.items, item{peer: fields[0], thread: fields[1]})
		case len(fields) == 4:
			s.items = append(s.items, item{fields[0], fields[1], fields[2], fields[3]})
		case where:
			s.repos[peer] = repo
		default:
			return s, fmt.Errorf("%q is neither an item nor a repository", line)
		}
	}
	return s, nil
}

// claimed is what one case claims, and its readme.
type claimed struct {
	name, readme string
	claims       []claim
}

// keys are the items of a saying, which may be of several threads.
func (s saying) keys() []string {
	var keys []string
	for thread := range strings.SplitSeq(s.threads, ", ") {
		keys = append(keys, item{peer: s.peer, thread: thread}.key())
	}
	return keys
}

// gaps lists where survey and cases do not meet: an item that no case claims,
// a claim of no item, a case whose readme does not name what it claims.
func gaps(s survey, cases []claimed) []string {
	var found []string
	listed := make(map[string]bool, len(s.items)) // false: left out with a reason
	for _, i := range s.items {
		if _, twice := listed[i.key()]; twice {
			found = append(found, i.key()+" is listed twice")
		}
		listed[i.key()] = i.in()
	}
	seen := make(map[string]bool)
	for _, c := range cases {
		for _, claim := range c.claims {
			for _, said := range claim.said {
				for _, key := range said.keys() {
					seen[key] = true
					if in, ok := listed[key]; !ok || !in {
						found = append(found, c.name+" claims "+key+", which is not in the survey, or left out there")
					}
					_, thread, _ := strings.Cut(key, " | ")
					if !strings.Contains(c.readme, said.peer) || !strings.Contains(c.readme, thread) {
						found = append(found, "the readme of "+c.name+" does not name "+key)
					}
				}
			}
		}
	}
	for _, i := range s.items {
		if i.in() && !seen[i.key()] {
			found = append(found, "no case claims "+i.key())
		}
	}
	return found
}

// page is docs/wrong-verdicts.md.
func page(s survey, cases []claimed) string {
	var b strings.Builder
	left := 0
	for _, i := range s.items {
		if !i.in() {
			left++
		}
	}
	fmt.Fprintf(&b, `# Wrong verdicts of other programs, and the right ones

Made by `+"`make docs`"+` from testdata/wrong-verdicts.txt and the expect.txt of each folder of testdata/cases. A test holds
this page, the survey and the cases together: each row below is checked by the expectations that stand with it in the
case, which are written by hand and apart from the golden files.

In November 2026, the threads and sources of the programs named here were searched for wrong verdicts, false alarms and
wishes about them: %d items. %d of them are about MX, SPF, DMARC, DKIM or what they show of Microsoft 365, and stand in the
cases. [The other %d](#left-out) are listed with the reason. Many have been mended since: they are here because a good program
got them wrong once. "measured (n)" was seen when running checkdmarc 5.17.5, and "code (n)" read in a source; "class n" is a
class of false alarms, by the number of threads.

| Case | Program | Thread | What it said | What is right | Source |
| --- | --- | --- | --- | --- | --- |
`, len(s.items), len(s.items)-left, left)
	for _, c := range cases {
		for _, claim := range c.claims {
			for _, said := range claim.said {
				fmt.Fprintf(&b, "| [%s](../testdata/cases/%s/expect.txt) | %s | %s | %s | %s | %s |\n",
					c.name, c.name, said.peer, s.link(said.peer, said.threads), cell(said.what), cell(claim.right), claim.refs)
			}
		}
	}
	b.WriteString("\n## Left out\n\n| Program | Thread | What it is about | Why it is left out |\n| --- | --- | --- | --- |\n")
	for _, i := range s.items {
		if !i.in() {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", i.peer, s.link(i.peer, i.thread), cell(i.what), cell(i.why))
		}
	}
	return b.String()
}

// cell is text for a Markdown table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`, "_", `\_`).Replace(text)
}

// link makes links of the threads that have a number and a known repository.
func (s survey) link(peer, threads string) string {
	list := strings.Split(threads, ", ")
	for i, thread := range list {
		kind, number, ok := strings.Cut(thread, "#")
		repo := s.repos[peer]
		switch {
		case !ok || repo == "" || strings.Contains(number, " "):
		case kind == "PR":
			list[i] = fmt.Sprintf("[%s](https://github.com/%s/pull/%s)", thread, repo, number)
		case kind == "":
			list[i] = fmt.Sprintf("[%s](https://github.com/%s/issues/%s)", thread, repo, number)
		}
	}
	return strings.Join(list, ", ")
}

func readSurvey(t *testing.T) (survey, []claimed) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "wrong-verdicts.txt"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := parseSurvey(string(text))
	if err != nil {
		t.Fatal(err)
	}
	var cases []claimed
	for _, c := range caseFolders(t) {
		claims := slices.DeleteFunc(c.claims(), func(c claim) bool { return len(c.said) == 0 })
		cases = append(cases, claimed{c.name(), string(c.read("readme")), claims})
	}
	return s, cases
}

// TestWrongVerdicts holds the survey, the cases and the page of the docs
// together.
func TestWrongVerdicts(t *testing.T) {
	s, cases := readSurvey(t)
	for _, gap := range gaps(s, cases) {
		t.Error(gap)
	}
	path := filepath.Join("docs", "wrong-verdicts.md")
	made := page(s, cases)
	if *update {
		if err := os.WriteFile(path, []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != made {
		t.Errorf("%s is old (%v): run make docs", path, err)
	}
}

// TestGaps is the control of TestWrongVerdicts.
func TestGaps(t *testing.T) {
	claims := func(threads string) []claim { return []claim{{said: []saying{{"p", threads, "x"}}}} }
	for _, c := range []struct{ name, survey, readme, threads, want string }{
		{"whole", "p | #1\np | #2\nq | #1 | wish | transport", "p #1, #2", "#1, #2", ""},
		{"an item without a case", "p | #1\np | #2", "p #1", "#1", "no case claims p | #2"},
		{"a claim of no item", "p | #1", "p #1, #3", "#1, #3", "claims p | #3"},
		{"a claim of an item that is left out", "p | #1\np | #2 | wish | transport", "p #1, #2", "#1, #2", "claims p | #2"},
		{"an item twice", "p | #1\np | #1", "p #1", "#1", "p | #1 is listed twice"},
		{"a readme that names another thread", "p | #1", "p #2", "#1", "does not name p | #1"},
	} {
		s, err := parseSurvey(c.survey)
		if err != nil {
			t.Fatal(err)
		}
		found := gaps(s, []claimed{{"case", c.readme, claims(c.threads)}})
		if c.want == "" && len(found) > 0 || c.want != "" && !strings.Contains(strings.Join(found, "\n"), c.want) {
			t.Errorf("%s: %q", c.name, found)
		}
	}
	if _, err := parseSurvey("p | #1 | a wish without a reason"); err == nil {
		t.Error("an item with three fields was read")
	}
}
