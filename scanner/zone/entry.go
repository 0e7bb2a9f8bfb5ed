package zone

import (
	"fmt"
	"strings"
)

// entry is one record or directive of a master file, brought onto one line
// without its comments. RFC 1035, section 5.1.
type entry struct {
	line  int    // where its first word stands, from 1
	blank bool   // begins with white space: the owner is that of the record before
	text  string // without leading white space
}

// fault is what is wrong with a zone's text, and where.
type fault struct {
	file string
	line int // 0: the file as a whole
	what string
}

func (f *fault) Error() string {
	if f.line == 0 {
		return f.file + ": " + f.what
	}
	return fmt.Sprintf("%s:%d: %s", f.file, f.line, f.what)
}

// splitter cuts a master file into entries.
type splitter struct {
	file    string
	entries []entry
	words   strings.Builder // of the entry that is being read
	entry   entry
	line    int
	open    int // the line of the first parenthesis that is still open
	depth   int // open parentheses
	quoted  bool
}

// split cuts a master file into entries. The DNS library reads the words of an
// entry but forgets which line it began on, so lines are counted here.
func split(file, text string) ([]entry, error) {
	s := splitter{file: file, line: 1}
	s.start(text)
	for i := 0; i < len(text); i++ {
		var err error
		switch c := text[i]; {
		case c == '\n':
			err = s.newline(text[i+1:])
		case c == '\\' && i+1 < len(text) && text[i+1] != '\n':
			s.word(c)
			i++
			s.words.WriteByte(text[i])
		case c == '"':
			s.quoted = !s.quoted
			s.word(c)
		case s.quoted:
			s.words.WriteByte(c)
		case c == ';':
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		case c == '(' || c == ')':
			err = s.parenthesis(c)
		case c == ' ' || c == '\t' || c == '\r':
			s.words.WriteByte(' ')
		default:
			s.word(c)
		}
		if err != nil {
			return nil, err
		}
	}
	if s.depth > 0 && !s.quoted {
		return nil, &fault{file, s.open, "parenthesis is not closed"}
	}
	err := s.newline("")
	return s.entries, err
}

// newline ends the entry, unless a parenthesis is open.
func (s *splitter) newline(rest string) error {
	if s.quoted {
		return &fault{s.file, s.line, "quoted string is not closed"}
	}
	s.line++
	if s.depth > 0 {
		s.words.WriteByte(' ')
		return nil
	}
	s.flush()
	s.start(rest)
	return nil
}

// parenthesis counts what makes an entry go over several lines.
func (s *splitter) parenthesis(c byte) error {
	s.words.WriteByte(' ')
	if c == '(' {
		if s.depth++; s.depth == 1 {
			s.open = s.line
		}
		return nil
	}
	if s.depth--; s.depth < 0 {
		return &fault{s.file, s.line, "closing parenthesis without an opening one"}
	}
	return nil
}

// start begins a new entry before the rest of the text.
func (s *splitter) start(rest string) {
	s.entry = entry{blank: rest != "" && (rest[0] == ' ' || rest[0] == '\t')}
}

// word adds an octet that is no white space.
func (s *splitter) word(c byte) {
	if s.entry.line == 0 {
		s.entry.line = s.line
	}
	s.words.WriteByte(c)
}

// flush ends the entry, if there is any.
func (s *splitter) flush() {
	if s.entry.line > 0 {
		s.entry.text = strings.TrimLeft(s.words.String(), " ") // the right end may be an escaped space
		s.entries = append(s.entries, s.entry)
	}
	s.words.Reset()
}
