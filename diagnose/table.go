package diagnose

import (
	_ "embed" // for bounces.yaml
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed bounces.yaml
var bouncesData []byte

// CauseInfo is what there is to say about a cause.
type CauseInfo struct {
	Cause   Cause    `yaml:"id"`
	Title   string   `yaml:"title"` // a clause without a full stop
	Fixer   Fixer    `yaml:"fixer"` // who can usually mend it
	Summary string   `yaml:"summary"`
	Steps   []string `yaml:"steps"`   // in the order in which to take them
	Decides string   `yaml:"decides"` // what would show whether it is this cause
}

// CodeInfo is one way in which servers refuse.
type CodeInfo struct {
	ID         string     `yaml:"id"`
	Code       string     `yaml:"code"`     // the enhanced status code as people look it up, or ""
	Match      string     `yaml:"match"`    // an expression for whole codes, or ""
	Text       []string   `yaml:"text"`     // expressions for the words of the refusal
	System     string     `yaml:"system"`   // "exchange-online", "gmail", ..., "generic", or "client" for a program's own words
	Priority   int        `yaml:"priority"` // of several that fit, the lowest wins
	Wrapper    bool       `yaml:"wrapper"`  // it only passes on what the next server said
	Fixer      Fixer      `yaml:"fixer"`    // where it is not the cause's own
	Meaning    string     `yaml:"meaning"`
	Causes     []Cause    `yaml:"causes"` // the likeliest first
	Confidence Confidence `yaml:"confidence"`
	Example    string     `yaml:"example"` // made up
	Source     []string   `yaml:"source"`  // keys of Book.Sources
}

// Book is what is known about refusals: the data of docs/bounces.md. It must not
// be changed.
type Book struct {
	Sources map[string]string `yaml:"sources"`
	Causes  []CauseInfo       `yaml:"causes"`
	Codes   []CodeInfo        `yaml:"codes"`

	matchers []matcher // of Codes, in their order
}

// matcher is a CodeInfo's expressions.
type matcher struct {
	code *regexp.Regexp // nil: no code alone is enough
	text []*regexp.Regexp
}

// book parses once, when somebody first asks. It is a package variable because
// a caller must be able to ask many times at no cost; nothing assigns it and the
// book does not change. The data ships with the code and the tests parse it: no
// input reaches the panic.
var book = sync.OnceValue(func() *Book {
	b, err := parseBook(bouncesData)
	if err != nil {
		panic(err)
	}
	return b
})

// Known is what the program knows about refusals.
func Known() *Book { return book() }

func parseBook(data []byte) (*Book, error) {
	b := &Book{}
	if err := yaml.UnmarshalWithOptions(data, b, yaml.Strict()); err != nil {
		return nil, err
	}
	for _, c := range b.Codes {
		m := matcher{}
		if c.Match != "" {
			code, err := regexp.Compile("^(?:" + c.Match + ")$")
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.ID, err)
			}
			m.code = code
		}
		for _, text := range c.Text {
			words, err := regexp.Compile("(?i)" + text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.ID, err)
			}
			m.text = append(m.text, words)
		}
		b.matchers = append(b.matchers, m)
	}
	return b, nil
}

// cause finds what there is to say about a cause.
func (b *Book) cause(id Cause) CauseInfo {
	i := slices.IndexFunc(b.Causes, func(c CauseInfo) bool { return c.Cause == id })
	if i < 0 {
		return CauseInfo{Cause: id, Fixer: UnknownFixer}
	}
	return b.Causes[i]
}

// How far the ways in which an entry fits are apart.
const (
	rankByCode    = 100 // a code that many use says less than words
	rankOwnCode   = -20 // one that only Microsoft uses says more
	rankOwnSystem = -35
	rankElsewhere = 60 // a vendor's code in another's mouth may mean something else
)

// classify finds the entry that fits best the words and the codes of one server.
// Words beat codes, except codes of which there is only one meaning; what the
// system itself says beats the rest; then the priority decides, then the order
// of the file.
func (b *Book) classify(text string, codes []string, system string) *CodeInfo {
	var best *CodeInfo
	bestRank := 0
	for i := range b.Codes {
		entry, m := &b.Codes[i], b.matchers[i]
		rank := entry.Priority
		at := -1
		if m.code != nil {
			at = slices.IndexFunc(codes, m.code.MatchString)
		}
		switch {
		case at >= 0 && entry.System == "exchange-online" && ownCode(codes[at]):
			rank += rankOwnCode
		case m.words(text):
		case at >= 0:
			rank += rankByCode
			if ofVendor(entry.System) && entry.System != system && !(system == "" && entry.System == "exchange-online") {
				rank += rankElsewhere
			}
		default:
			continue
		}
		if entry.System == system && system != "" {
			rank += rankOwnSystem
		}
		if best == nil || rank < bestRank {
			best, bestRank = entry, rank
		}
	}
	return best
}

// ownCode reports whether a code's detail is one that only Exchange uses: those
// that IANA registers end at 30 or so.
func ownCode(code string) bool {
	detail := code[strings.LastIndexByte(code, '.')+1:]
	return len(detail) == 3 || len(detail) == 2 && detail >= "50"
}

func (m matcher) words(text string) bool {
	return slices.ContainsFunc(m.text, func(re *regexp.Regexp) bool { return re.MatchString(text) })
}

// ofVendor reports whether a system's codes are its own, and may mean something
// else elsewhere.
func ofVendor(system string) bool {
	return system != "generic" && system != "client" && system != "exchange"
}

// wordsOfRefusal reports whether a text without a code says what only refusals
// say.
func wordsOfRefusal(text string) bool {
	text = text[:min(len(text), 1000)]
	return slices.ContainsFunc(book().matchers, func(m matcher) bool { return m.words(text) })
}
